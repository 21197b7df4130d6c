"""Which names stand in a folder, told exactly, on disks too that take ``A`` and ``a`` for one name."""

from __future__ import annotations

import os
from pathlib import Path

from sdtui.base import files


def present(path: Path) -> bool:
    """Whether ``path`` leads to something (a link counts, wherever it leads), in whatever case the disk knows it."""
    try:
        files.kernel.lstat(path)
    except OSError:
        return False
    return True


def present_exactly(path: Path) -> bool:
    """Whether the folder of ``path`` lists that very name."""
    try:
        return path.name in files.kernel.listdir(path.parent)
    except OSError:
        return False


def standing_name(path: Path) -> str:
    """The name under which ``path`` stands in its folder: another case than ``path.name`` on some disks."""
    try:
        names = files.kernel.listdir(path.parent)
    except OSError:
        return path.name
    if path.name in names:
        return path.name
    return next((name for name in names if name.casefold() == path.name.casefold()), path.name)


def is_other_case(source: Path, target: Path) -> bool:
    """Whether ``target`` is ``source`` itself, spelt in another case: a rename that some disks would not do at once."""
    if source.parent != target.parent or source.name == target.name:
        return False
    if source.name.casefold() != target.name.casefold() or present_exactly(target):
        return False
    try:
        return os.path.samestat(files.kernel.lstat(source), files.kernel.lstat(target))
    except OSError:
        return False
