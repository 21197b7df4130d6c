"""Whether a Plan can be applied: everything is looked at before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from sdtui.base import files
from sdtui.base.errors import ChangedOutsideError, WriteError
from sdtui.base.text import count
from sdtui.plans.names import is_other_case, standing_name
from sdtui.plans.overlay import Overlay
from sdtui.plans.plan import Change, MakeFolder, Move, Remove, Write

_NAMED_AT_MOST = 5


def check(changes: Iterable[Change]) -> None:
    """Raise where ``changes`` cannot all be made.

    Raises ChangedOutsideError naming every file that is not as it was read, and WriteError where a target is taken,
    a folder is missing, or the person has no right to write.
    """
    world = Overlay()
    changed: list[Path] = []
    for change in changes:
        if not _CHECKS[type(change)](world, change):
            changed.append(change.source if isinstance(change, Move) else change.path)
        world.add(change)
    if changed:
        raise changed_outside(changed)


def changed_outside(paths: list[Path]) -> ChangedOutsideError:
    """One sentence about files that somebody else changed."""
    named = ", ".join(path.name for path in paths[1:_NAMED_AT_MOST])
    rest = f" and {count(len(paths) - _NAMED_AT_MOST)} more" if len(paths) > _NAMED_AT_MOST else ""
    also = f" The same goes for {named}{rest}." if named else ""
    return ChangedOutsideError(
        "It was changed outside since it was read, so nothing was written",
        path=paths[0],
        remedy=f"Look at it again, then decide.{also}",
    )


def _check_write(world: Overlay, change: Change) -> bool:
    assert isinstance(change, Write)
    if world.is_folder(change.path):
        raise WriteError("There is a folder where a file was to be written", path=change.path)
    _require_folder(world, change.path.parent)
    real = world.real(change.path)
    if real is not None and real.is_file() and not os.access(real, os.W_OK):
        raise WriteError(
            "The file is read-only", path=change.path, remedy="Make it writable (chmod u+w) if it may be changed."
        )
    return world.read(change.path) == change.before


def _check_move(world: Overlay, change: Change) -> bool:
    assert isinstance(change, Move)
    if not world.present(change.source):
        return False
    _require_folder(world, change.target.parent)
    if change.target.is_relative_to(change.source):
        raise WriteError(f"It cannot be moved into itself ({change.target})", path=change.source)
    source, target = world.real(change.source), world.real(change.target)
    if world.present(change.target) and not (source and target and is_other_case(source, target)):
        raise name_taken(change.target)
    _require_right(world, change.source.parent)
    return True


def _check_remove(world: Overlay, change: Change) -> bool:
    assert isinstance(change, Remove)
    real = world.real(change.path)
    if real is None or not world.present(change.path):
        return False
    if world.is_folder(change.path) and not real.is_symlink():
        raise WriteError("It is a folder; only files are removed", path=change.path)
    _require_right(world, change.path.parent)
    seen = files.kernel.lstat(real)
    return (seen.st_size, seen.st_mtime_ns) == (change.size, change.mtime_ns)


def _check_folder(world: Overlay, change: Change) -> bool:
    assert isinstance(change, MakeFolder)
    for path in (change.path, *change.path.parents):
        if world.is_folder(path):
            if path != change.path:
                _require_right(world, path)
            return True
        if world.present(path):
            raise WriteError("There is a file where a folder was to be made", path=path)
    return True


def _require_folder(world: Overlay, folder: Path) -> None:
    if not world.is_folder(folder):
        raise WriteError(
            "Its folder does not exist", path=folder, remedy="It may have been moved or deleted meanwhile."
        )
    _require_right(world, folder)


def _require_right(world: Overlay, folder: Path) -> None:
    real = world.real(folder)
    if real is not None and real.is_dir() and not os.access(real, os.W_OK | os.X_OK):
        if os.statvfs(real).f_flag & os.ST_RDONLY:
            raise WriteError("This file system is read-only", path=folder, remedy="Mount it writable, or use a copy.")
        raise WriteError("You may not write in this folder", path=folder, remedy="Check who owns it.")


def name_taken(target: Path) -> WriteError:
    """Why nothing can be called ``target``: it stands there, or another case of it on a disk that knows no case."""
    name = standing_name(target)
    if name != target.name:
        return WriteError(
            f"{name} stands there already, and this disk takes {target.name} for the same name",
            path=target,
            remedy="Choose a name that differs in more than upper and lower case.",
        )
    return WriteError("Something of that name stands there already", path=target, remedy="Choose another name.")


_CHECKS: dict[type[Change], Callable[[Overlay, Change], bool]] = {
    Write: _check_write,
    Move: _check_move,
    Remove: _check_remove,
    MakeFolder: _check_folder,
}
