"""Doing one change and taking it back, and telling from the disk alone which of the two has happened."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path

from sdtui.base import files
from sdtui.base.errors import UnreadableError, WriteError
from sdtui.base.files import make_folder, move_file, put_staged, read_if_there, write_atomic, write_error
from sdtui.plans.names import is_other_case, present, present_exactly
from sdtui.plans.plan import Change, MakeFolder, Move, Remove, Write
from sdtui.plans.records import Step


class Standing(Enum):
    """What the disk says about a change."""

    UNDONE = "undone"
    DONE = "done"
    HALF = "half"
    """Interrupted within: at the name in between of a rename that changes case, or with only some folders made."""
    OTHER = "other"
    """Neither: somebody else changed what it is about."""


def prepare(changes: Iterable[Change]) -> Iterator[Step]:
    """``changes`` with what must be known to take them back, decided while the world is as it was."""
    made: set[Path] = set()
    for change in changes:
        if isinstance(change, MakeFolder):
            missing = [path for path in (change.path, *change.path.parents) if path not in made and not present(path)]
            made.update(missing)
            yield Step(change, made=tuple(reversed(missing)))
        elif isinstance(change, Move) and is_other_case(change.source, change.target):
            name = f".{change.source.name[:30]}.{secrets.token_hex(4)}.sdtui-tmp"
            yield Step(change, via=change.source.with_name(name))
        else:
            yield Step(change)


def absolute(change: Change) -> Change:
    """``change`` with absolute paths, links in them kept."""
    if isinstance(change, Move):
        return Move(_abs(change.source), _abs(change.target))
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


def structural(change: Change) -> bool:
    """Whether paths lead elsewhere once it is done."""
    return isinstance(change, (Move, Remove))


def standing(step: Step, kept: Path) -> Standing:
    """Whether ``step`` is done, told from the disk. ``kept`` is where the journal keeps a removed file."""
    change = step.change
    if isinstance(change, Write):
        return _standing_of_write(change)
    if isinstance(change, MakeFolder):
        if change.path.is_dir():
            return Standing.DONE
        return Standing.HALF if any(present(folder) for folder in step.made) else Standing.UNDONE
    if isinstance(change, Remove):
        if present(change.path):
            seen = files.kernel.lstat(change.path)
            same = (seen.st_size, seen.st_mtime_ns) == (change.size, change.mtime_ns)
            return Standing.UNDONE if same else Standing.OTHER
        return Standing.DONE if present(kept) else Standing.OTHER
    if step.via is not None and present(step.via):
        return Standing.HALF
    look = present if step.via is None else present_exactly
    both = (look(change.source), look(change.target))
    return {(True, False): Standing.UNDONE, (False, True): Standing.DONE}.get(both, Standing.OTHER)


def do(step: Step, staged: Path, kept: Path) -> None:
    """Make the change. ``staged`` holds the bytes of a Write, where it exists. Raises WriteError."""
    change = step.change
    if isinstance(change, Write):
        _put(change.path, change.after, staged)
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


def why_other(step: Step, kept: Path) -> str:
    """Why a change can be neither made nor taken back."""
    change = step.change
    if isinstance(change, Write):
        try:
            gone = read_if_there(change.path) is None
        except UnreadableError as error:
            return error.what
        return "It is no longer there." if gone else "It was changed outside since."
    if isinstance(change, Remove):
        if present(change.path):
            return f"Another file stands in its place now; the old one is kept at {kept}."
        return "It is neither in its place nor in the journal."
    if isinstance(change, Move):
        if present(change.source):
            return f"Both {change.source.name} and {change.target.name} stand there now."
        return "It is no longer there."
    return "It is not as it was."


def path_of(step: Step) -> Path:
    """The path that a person knows a change by."""
    return step.change.source if isinstance(step.change, Move) else step.change.path


def touched_folders(change: Change) -> tuple[Path, ...]:
    """The folders whose entries a change alters, to be synced."""
    if isinstance(change, Move):
        return (change.source.parent, change.target.parent)
    return (Path(os.path.realpath(change.path)).parent,) if isinstance(change, Write) else (change.path.parent,)


def _standing_of_write(change: Write) -> Standing:
    try:
        now = read_if_there(change.path)
    except UnreadableError:
        return Standing.OTHER
    if now == change.after:
        return Standing.DONE
    return Standing.UNDONE if now == change.before else Standing.OTHER


def _put(path: Path, data: bytes, staged: Path) -> None:
    try:
        put_staged(staged, path)
    except OSError as error:
        # Not staged (recovery after a crash), or staged on another disk than the file.
        if error.errno not in (errno.ENOENT, errno.EXDEV):
            raise write_error(error, path) from error
        write_atomic(path, data)


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
