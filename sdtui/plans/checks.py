"""Whether a Plan can be applied: everything is looked at before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path

from sdtui.base import files
from sdtui.base.copies import Digest
from sdtui.base.errors import ChangedOutsideError, SdtuiError, UnreadableError, WriteError
from sdtui.base.text import count
from sdtui.plans.names import is_other_case, standing_name
from sdtui.plans.overlay import Overlay
from sdtui.plans.pace import Pace
from sdtui.plans.patch import Patch
from sdtui.plans.plan import Copy, MakeFolder, Move, Remove, Write
from sdtui.plans.records import Recorded, Step
from sdtui.plans.standing import path_of
from sdtui.plans.together import leaders_of

_NAMED_AT_MOST = 5


def check(changes: Iterable[Recorded], pace: Pace) -> None:
    """Raise where ``changes`` cannot all be made.

    Raises ChangedOutsideError naming every file that is not as it was read, UnreadableError where one cannot be read,
    and WriteError where a target is taken, a folder is missing, or the person has no right to write.
    """
    world = Overlay()
    changed: list[Path] = []
    for change in changes:
        pace.step()
        if not _CHECKS[type(change)](world, change):
            changed.append(_about(change))
        world.add(change)
    if changed:
        raise changed_outside(changed)


def unfit(changes: Sequence[Recorded], pace: Pace) -> dict[int, str]:
    """Those of ``changes`` that cannot be made, by their place, each with the reason: the rest can be made together.

    What belongs to a change that cannot be made is among them.
    """
    leaders = leaders_of(changes)
    left: dict[int, str] = {}
    while True:
        found = _unfit_within(changes, left, pace)
        if not found:
            return left
        left.update(found)
        broken = {
            # A caption is edited though a cache stays; an image is not moved without its caption.
            leaders[index] if isinstance(changes[index], (Move, Copy)) and index in leaders else index: index
            for index in reversed(found)
        }
        for index in range(len(changes)):
            leader = leaders.get(index, index)
            if leader in broken and index not in left:
                left[index] = with_another(_about(changes[broken[leader]]))


def _unfit_within(changes: Sequence[Recorded], left: Container[int], pace: Pace) -> dict[int, str]:
    world = Overlay()
    found: dict[int, str] = {}
    for index, change in enumerate(changes):
        if index in left:
            continue
        pace.step()
        try:
            if _CHECKS[type(change)](world, change):
                world.add(change)
            else:
                found[index] = "It was changed outside since it was read."
        except (WriteError, UnreadableError) as error:
            found[index] = reason(error, _about(change))
    return found


def reason(error: SdtuiError, path: Path) -> str:
    """Why ``path`` is left as it is, in a sentence that does not name it again."""
    return f"{error.what}." if error.path in (None, path) else f"{error.what}: {error.path}."


def with_another(path: Path) -> str:
    """Why a change is left that belongs to the one of ``path``, which is left."""
    return f"{path.name}, to which it belongs, was left as it is."


def _about(change: Recorded) -> Path:
    return path_of(Step(change))


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


def _check_write(world: Overlay, change: Recorded) -> bool:
    assert isinstance(change, (Write, Patch))
    if world.is_folder(change.path):
        raise WriteError("There is a folder where a file was to be written", path=change.path)
    _require_folder(world, change.path.parent)
    now = world.read(change.path)
    real = world.real(change.path)
    if now is not None and real is not None and not os.access(real, os.W_OK):
        raise WriteError(
            "The file is read-only", path=change.path, remedy="Make it writable (chmod u+w) if it may be changed."
        )
    if isinstance(change, Patch):
        return now is not None and Digest.of(now) == change.before
    return now == change.before


def _check_move(world: Overlay, change: Recorded) -> bool:
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


def _check_copy(world: Overlay, change: Recorded) -> bool:
    assert isinstance(change, Copy)
    if not world.present(change.source):
        return False
    if world.is_folder(change.source):
        raise WriteError("It is a folder; only files are copied", path=change.source)
    _require_folder(world, change.target.parent)
    if world.present(change.target):
        raise name_taken(change.target)
    return True


def _check_remove(world: Overlay, change: Recorded) -> bool:
    assert isinstance(change, Remove)
    real = world.real(change.path)
    if real is None or not world.present(change.path):
        return False
    if world.is_folder(change.path) and not real.is_symlink():
        raise WriteError("It is a folder; only files are removed", path=change.path)
    _require_right(world, change.path.parent)
    seen = files.kernel.lstat(real)
    return (seen.st_size, seen.st_mtime_ns) == (change.size, change.mtime_ns)


def _check_folder(world: Overlay, change: Recorded) -> bool:
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
    if folder in world.usable:
        return
    if not world.is_folder(folder):
        raise WriteError(
            "Its folder does not exist", path=folder, remedy="It may have been moved or deleted meanwhile."
        )
    _require_right(world, folder)
    world.usable.add(folder)


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


_CHECKS: dict[type[Recorded], Callable[[Overlay, Recorded], bool]] = {
    Write: _check_write,
    Patch: _check_write,
    Move: _check_move,
    Copy: _check_copy,
    Remove: _check_remove,
    MakeFolder: _check_folder,
}
