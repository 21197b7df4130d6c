"""Where new versions of images wait to be put in their places: ``.sdtui/prepared/STAMP/`` and below it their paths."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from pathlib import Path

from sdtui.base.files import make_folder, make_home, write_atomic
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.dataset.project import Project
from sdtui.edits.trash import free_folder, within
from sdtui.plans.plan import Copy, Move, Plan

STAGING_FOLDER = "prepared"
"""Its name in the folder of the project's records."""

_WRITTEN = "written.json"
"""What a folder of STAMP held when it was made: size and time of each file."""

_KEPT_FOR = 24 * 3600.0
"""Seconds until what was never put in place, or was taken back, is deleted."""


class Staging:
    """A fresh folder for what is prepared together. It is made once a file is placed in it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._all = project.home / STAGING_FOLDER
        self.folder = free_folder(self._all / time.strftime("%Y%m%d-%H%M%S"))

    def place(self, path: Path) -> Path:
        """Where the new version of ``path`` waits; its folder is made. Raises WriteError."""
        make_home(self._project.home)
        place = self.folder / within(self._project.root, path)
        make_folder(place.parent)
        return place

    def drop(self) -> None:
        """Delete it with all that waits in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def seal(self) -> None:
        """Write down what waits here, so that ``sweep`` knows it as its own. Raises WriteError."""
        seen = {path: path.lstat() for path in self.folder.rglob("*") if path.is_file()}
        known = {str(path.relative_to(self.folder)): [one.st_size, one.st_mtime_ns] for path, one in seen.items()}
        write_atomic(self.folder / _WRITTEN, json.dumps(known).encode(), durable=False)

    def sweep(self) -> None:
        """Delete what waits since yesterday: nobody looks at that any more.

        The folders stay, for undo brings files back to where they waited; so does what somebody changed before that.
        """
        for folder in self._all.glob("*/"):
            if not (folder / _WRITTEN).exists() and _is_old(folder):
                shutil.rmtree(folder, ignore_errors=True)  # its making was interrupted
            for path, (size, mtime_ns) in _known(folder / _WRITTEN).items():
                with contextlib.suppress(OSError):
                    seen = path.lstat()
                    if (seen.st_size, seen.st_mtime_ns) == (size, mtime_ns) and _is_old(path):
                        path.unlink()


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_ctime > _KEPT_FOR
    except OSError:
        return False


def _known(record: Path) -> dict[Path, tuple[int, int]]:
    try:
        written = json.loads(record.read_bytes())
        return {record.parent / name: (size, mtime_ns) for name, (size, mtime_ns) in written.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def is_prepared(path: Path) -> bool:
    """Whether ``path`` is a new version that waits to be put in its place."""
    return any(path.parts[at : at + 2] == (PROJECT_FOLDER, STAGING_FOLDER) for at in range(len(path.parts) - 2))


def discard(home: Path, plan: Plan) -> None:
    """Delete what waits for ``plan``, which nobody wants to be applied; ``home`` is the project's folder of records."""
    all_of_them = home / STAGING_FOLDER
    sources = (change.source for change in plan.changes if isinstance(change, (Move, Copy)))
    for name in {path.relative_to(all_of_them).parts[0] for path in sources if path.is_relative_to(all_of_them)}:
        shutil.rmtree(all_of_them / name, ignore_errors=True)
