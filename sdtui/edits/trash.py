"""The trash of a project: ``.sdtui/trash/STAMP/`` and below it the paths that its files had."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.base.files import write_error
from sdtui.base.text import file_size, plural
from sdtui.dataset.project import Project

TRASH_FOLDER = "trash"
"""Its name in the folder of the project's records."""


@dataclass(frozen=True, slots=True)
class TrashSize:
    """How much lies in the trash: ``size`` in bytes."""

    files: int
    size: int

    @property
    def sentence(self) -> str:
        """``The trash of this project holds 12 files (34.1 MB).``"""
        return f"The trash of this project holds {plural(self.files, 'file')} ({file_size(self.size)})."


class Trash:
    """Where what is thrown away together will lie. Making one writes nothing."""

    def __init__(self, project: Project, now: float | None = None) -> None:
        moment = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
        self._root = project.root
        self.folder = free_folder(project.home / TRASH_FOLDER / moment)

    def place(self, path: Path) -> Path:
        """Where ``path`` goes: its path in the project, the whole of it where it stands elsewhere."""
        return self.folder / within(self._root, path)


def within(root: Path, path: Path) -> Path:
    """``path`` from ``root``, or from the top of the file system where it stands elsewhere."""
    return path.relative_to(root) if path.is_relative_to(root) else path.relative_to(path.anchor)


def trash_size(home: Path) -> TrashSize:
    """What lies in the trash of the project whose records are in ``home``."""
    sizes = list(_sizes(home / TRASH_FOLDER))
    return TrashSize(len(sizes), sum(sizes))


def empty_trash(home: Path) -> TrashSize:
    """Delete the trash for good; returns how much that was. This cannot be undone. Raises WriteError."""
    gone = trash_size(home)
    folder = home / TRASH_FOLDER
    if folder.is_symlink():
        raise WriteError("The trash is a link to another folder, so it is not emptied", path=folder)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return gone
    except OSError as error:
        raise write_error(error, Path(error.filename or folder)) from error
    return gone


def _sizes(folder: Path) -> Iterator[int]:
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(Path(parent, name)).st_size
            except OSError:
                continue


def free_folder(folder: Path) -> Path:
    """``folder``, or one with a number after it where that is taken: two things may be thrown away in one second."""
    number, found = 1, folder
    while os.path.lexists(found):
        number += 1
        found = folder.with_name(f"{folder.name}-{number}")
    return found
