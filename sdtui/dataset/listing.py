"""One look into a folder: what stands in it, links followed, trouble remembered instead of raised."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.files import folder_entries
from sdtui.trainer.names import is_image

SCRATCH_SUFFIX = ".sdtui-tmp"
"""Ending of the files that atomic writing leaves for a moment (base/files.py)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Names in a folder by what they are, each tuple sorted by code point."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    """Regular files, and links to such."""
    others: tuple[str, ...]
    """Broken or circular links, sockets, pipes, devices."""
    images: tuple[str, ...]
    """What the trainer takes for images by name, whatever it is (library/train_util.py, glob_images)."""


def list_folder(folder: Path) -> Listing:
    """What stands in ``folder``. Raises UnreadableError."""
    folders: list[str] = []
    files: list[str] = []
    others: list[str] = []
    with _entries(folder) as entries:
        for entry in entries:
            if entry.name.endswith(SCRATCH_SUFFIX):
                continue
            try:
                kind = folders if entry.is_dir() else files if entry.is_file() else others
            except OSError:
                kind = others
            kind.append(entry.name)
    images = sorted(name for names in (folders, files, others) for name in names if is_image(name))
    return Listing(tuple(sorted(folders)), tuple(sorted(files)), tuple(sorted(others)), tuple(images))


def holds_images(folder: Path) -> bool:
    """True when the trainer would find an image in ``folder`` itself. Raises UnreadableError."""
    with _entries(folder) as entries:
        return any(is_image(entry.name) for entry in entries)


def is_possible(path: str) -> bool:
    """False for text that no file system takes for a path: with a null character, or half a surrogate pair."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


@contextlib.contextmanager
def _entries(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
    """``folder_entries``, where a config may also name what can be no path (a null character)."""
    if not is_possible(str(folder)):
        raise UnreadableError(f"This can be no path: {str(folder)!r}")
    with folder_entries(folder) as entries:
        yield entries


def absolute(path: Path) -> Path:
    """``path`` from the root, ``..`` taken out, links kept: the spelling decides which caption is borrowed.

    Raises UnreadableError where the working folder is gone.
    """
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100 -- Path.absolute() keeps "..", Path.resolve() follows links
    except FileNotFoundError as error:
        raise UnreadableError(
            "The folder that this was started in does not exist any more", remedy="Change to another one."
        ) from error
