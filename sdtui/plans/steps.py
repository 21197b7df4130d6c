"""Doing one change and taking it back."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from sdtui.base import files
from sdtui.base.copies import Digest, copy_file, holds, move_file
from sdtui.base.errors import ChangedOutsideError, WriteError
from sdtui.base.files import (
    clean_up,
    followed,
    make_folder,
    put_staged,
    read_bytes,
    scratch_beside,
    write_atomic,
    write_error,
)
from sdtui.plans.names import is_other_case, present
from sdtui.plans.overlay import Overlay
from sdtui.plans.patch import Patch
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Remove, Write
from sdtui.plans.records import Recorded, Step


def prepare(changes: Iterable[Change]) -> Iterator[Step]:
    """``changes`` with what must be known to take them back, decided while the world is as it was.

    Raises UnreadableError where what is to be copied cannot be read.
    """
    made: set[Path] = set()
    listed = tuple(changes)
    world = Overlay() if any(isinstance(change, Copy) for change in listed) else None
    for change in listed:
        if isinstance(change, MakeFolder):
            missing = [path for path in (change.path, *change.path.parents) if path not in made and not present(path)]
            made.update(missing)
            yield Step(change, made=tuple(reversed(missing)))
        elif isinstance(change, Move) and is_other_case(change.source, change.target):
            name = f".{change.source.name[:30]}.{secrets.token_hex(4)}.sdtui-tmp"
            yield Step(change, via=change.source.with_name(name))
        elif isinstance(change, Copy) and world is not None:
            yield Step(change, content=world.digest(change.source))
        else:
            yield Step(change)
        if world is not None:
            world.add(change)


def absolute(change: Change) -> Change:
    """``change`` with absolute paths, links in them kept."""
    if isinstance(change, Move):
        return Move(_abs(change.source), _abs(change.target))
    if isinstance(change, Copy):
        return Copy(_abs(change.source), _abs(change.target))
    if isinstance(change, Write):
        return Write(_abs(change.path), change.before, change.after)
    if isinstance(change, Remove):
        return Remove(_abs(change.path), change.size, change.mtime_ns)
    return MakeFolder(_abs(change.path))


def idle(change: Change) -> bool:
    """Whether it would change nothing."""
    if isinstance(change, Write):
        return change.before == change.after
    if isinstance(change, Move):
        return change.source == change.target
    return isinstance(change, MakeFolder) and change.path.is_dir()


def staged_bytes(change: Recorded, *, forward: bool) -> bytes | None:
    """What is to be put in the place of a text file, None where nothing is or where it cannot be told yet."""
    if isinstance(change, Write):
        return change.after if forward else change.before
    if not isinstance(change, Patch):
        return None
    now = files.read_if_there(change.path)
    if now is None or Digest.of(now) != (change.before if forward else change.after):
        return None
    return change.forward(now) if forward else change.back(now)


def stage_copy(step: Step, staged: Path) -> None:
    """Make the file that a Copy puts in place ready, where what it copies stands there yet. Raises WriteError."""
    change, content = step.change, step.content
    if isinstance(change, Copy) and content is not None and holds(change.source, content):
        with _sentences(change.target):
            copy_file(change.source, staged, content)


def do(step: Step, staged: Path, kept: Path) -> None:
    """Make the change. ``staged`` holds what a Write or Copy puts in place, where it exists. Raises WriteError."""
    change = step.change
    if isinstance(change, Write):
        _put(change.path, change.after, staged)
    elif isinstance(change, Patch):
        _put_patched(change, staged, forward=True)
    elif isinstance(change, Copy):
        _copy(change, step.content, staged)
    elif isinstance(change, MakeFolder):
        make_folder(change.path)
    elif isinstance(change, Remove):
        with _sentences(change.path):
            move_file(change.path, kept)
    else:
        _rename(change.source, change.target, step.via)


def take_back(step: Step, staged: Path, kept: Path) -> str | None:
    """Undo a change that is done. A sentence where it had to be left as it is. Raises WriteError."""
    change = step.change
    if isinstance(change, Write):
        if change.before is not None:
            _put(change.path, change.before, staged)
        else:
            with _sentences(change.path):
                files.kernel.unlink(change.path)
    elif isinstance(change, Patch):
        _put_patched(change, staged, forward=False)
    elif isinstance(change, Copy):
        if step.content is None or not holds(change.source, step.content):
            return f"{change.source.name}, which it was copied from, is no longer there as it was, so the copy stays."
        with _sentences(change.target):
            files.kernel.unlink(change.target)
    elif isinstance(change, MakeFolder):
        return _remove_empty(step.made)
    elif isinstance(change, Remove):
        with _sentences(change.path):
            move_file(kept, change.path)
    else:
        _rename(change.target, change.source, step.via)
    return None


def drop_copy(step: Step, kept: Path) -> None:
    """Delete the copy of a file whose removal over two disks was interrupted, once the file is known to stand."""
    if isinstance(step.change, Remove):
        with _sentences(kept), contextlib.suppress(FileNotFoundError):
            files.kernel.unlink(kept)


def touched_folders(change: Recorded) -> tuple[Path, ...]:
    """The folders whose entries a change alters, to be synced."""
    if isinstance(change, Move):
        return (change.source.parent, change.target.parent)
    if isinstance(change, Copy):
        return (change.target.parent,)
    return (followed(change.path).parent if isinstance(change, (Write, Patch)) else change.path.parent,)


def _put(path: Path, data: bytes, staged: Path) -> None:
    try:
        put_staged(staged, path)
    except OSError as error:
        # Not staged (recovery after a crash), or staged on another disk than the file.
        if error.errno not in (errno.ENOENT, errno.EXDEV):
            raise write_error(error, path) from error
        write_atomic(path, data)


def _put_patched(change: Patch, staged: Path, *, forward: bool) -> None:
    now = read_bytes(change.path)
    if Digest.of(now) != (change.before if forward else change.after):
        raise ChangedOutsideError("It was changed outside meanwhile", path=change.path)
    _put(change.path, change.forward(now) if forward else change.back(now), staged)


def _copy(change: Copy, content: Digest | None, staged: Path) -> None:
    with _sentences(change.target):
        _refuse_taken(change.target)
        try:
            files.kernel.rename(staged, change.target)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EXDEV) or content is None:
                raise
            scratch = scratch_beside(change.target)
            try:
                copy_file(change.source, scratch, content)
                files.kernel.rename(scratch, change.target)
            except OSError:
                clean_up(scratch)
                raise


def _rename(source: Path, target: Path, via: Path | None) -> None:
    with _sentences(source):
        if via is None:
            _refuse_taken(target)
            files.kernel.rename(source, target)
            return
        # A rename that only changes case does nothing on some disks, so it goes by a name in between.
        if not present(via):
            files.kernel.rename(source, via)
        files.kernel.rename(via, target)


def _refuse_taken(target: Path) -> None:
    if present(target):
        raise WriteError("Something of that name stands there already", path=target, remedy="Choose another name.")


def _remove_empty(made: tuple[Path, ...]) -> str | None:
    for folder in reversed(made):
        try:
            files.kernel.rmdir(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise write_error(error, folder) from error
            # What else stands in its parents is not about this folder.
            return "It is no longer empty, so it stays." if folder == made[-1] else None
    return None


@contextlib.contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise write_error(error, path) from error


def _abs(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))
