"""Making the demo dataset: a small real dataset that a tiny model can learn, with a few things wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.base.files import folder_entries, make_folder, read_if_there, sync_folder, write_atomic
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.prepare.demo_content import ABOUT, demo_files
from sdtui.prepare.demo_content import HELD_OUT as HELD_OUT  # what tests of the model ask for

ABOUT_NAME = "about-this-demo.txt"
"""Stands in every demo dataset, so that a second ``sdtui demo`` knows its own."""

_UNFINISHED = b"sdtui is making its demo dataset here. If it was interrupted, run `sdtui demo` again.\n"


@dataclass(frozen=True, slots=True)
class DemoMade:
    """``written`` counts files; 0 where the demo stood already, changed or not, and was left as it is."""

    folder: Path
    written: int


def make_demo(folder: Path, *, cancelled: Cancelled = never_cancelled) -> Work[DemoMade]:
    """Make the demo dataset in ``folder``, which is missing or empty (its ``.sdtui`` aside).

    The same bytes every time with the same Pillow. A finished demo is kept as it is, whatever was changed in it; one
    whose making was interrupted is completed. Raises WriteError where something else stands in ``folder``.
    """
    about = folder / ABOUT_NAME
    standing = read_if_there(about) if folder.is_dir() else None
    if standing is not None and standing != _UNFINISHED:
        return DemoMade(folder, 0)
    if standing is None:
        _refuse_other_content(folder)
        make_folder(folder)
        write_atomic(about, _UNFINISHED)
    written = yield from _write_missing(folder, cancelled)
    write_atomic(about, ABOUT.encode())
    return DemoMade(folder, written + 1)


def other_content(folder: Path) -> str | None:
    """The name of something in ``folder`` that is neither a demo dataset nor sdtui's own; None where there is nothing.

    Raises UnreadableError.
    """
    if not folder.exists():
        return None
    with folder_entries(folder) as entries:
        names = sorted(entry.name for entry in entries)
    return None if ABOUT_NAME in names else next((name for name in names if name != PROJECT_FOLDER), None)


def _refuse_other_content(folder: Path) -> None:
    other = other_content(folder)
    if other is not None:
        raise WriteError(
            f"The demo dataset was not made, because the folder holds something else already ({other})",
            path=folder,
            remedy="Name an empty folder, or one that does not exist yet.",
        )


def _write_missing(folder: Path, cancelled: Cancelled) -> Work[int]:
    files = demo_files()
    written = 0
    folders: set[Path] = set()
    for done, file in enumerate(files):
        if cancelled():
            raise WorkCancelled
        yield Progress(done, len(files), "files of the demo dataset")
        target = folder / file.path
        if target.exists():
            continue
        if target.parent not in folders:
            make_folder(target.parent)
            folders.add(target.parent)
        write_atomic(target, file.content(), durable=False)
        written += 1
    for parent in folders:
        sync_folder(parent)
    yield Progress(len(files), len(files), "files of the demo dataset")
    return written
