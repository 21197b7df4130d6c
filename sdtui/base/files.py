"""The file layer: every byte that sdtui writes for a user goes through here, atomically, with errors as sentences.

``kernel`` holds the system calls, so that a test can make any of them fail (a full disk is hard to bring about, and
root ignores file modes).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UnreadableError, WriteError


@dataclass
class Kernel:
    """The system calls that writing uses, and those that decide whether it may."""

    open: Callable[..., int] = os.open
    write: Callable[[int, bytes], int] = os.write
    fsync: Callable[[int], None] = os.fsync
    replace: Callable[[Path, Path], None] = os.replace
    rename: Callable[[Path, Path], None] = os.rename
    unlink: Callable[[Path], None] = os.unlink
    mkdir: Callable[[Path], None] = os.mkdir
    rmdir: Callable[[Path], None] = os.rmdir
    lstat: Callable[[Path], os.stat_result] = os.lstat
    listdir: Callable[[Path], list[str]] = os.listdir


kernel = Kernel()

_SENTENCES = {
    errno.ENOSPC: ("The disk is full", "Free some space, then try again; nothing was lost."),
    errno.EDQUOT: ("Your quota on this disk is used up", "Free some space, then try again; nothing was lost."),
    errno.EROFS: ("This file system is read-only", "Mount it writable, or work on a copy."),
    errno.EACCES: ("Permission denied", "Check who owns it. On /mnt of WSL, close whatever uses it on Windows."),
    errno.EPERM: ("Operation not permitted", "Check who owns it, and whether it is marked immutable."),
    errno.EIO: ("The disk reported an error", "Check the disk or the network mount before you go on."),
    errno.EISDIR: ("There is a folder where a file was expected", "Move it away, then try again."),
    errno.ENOTDIR: ("Part of the path is a file, not a folder", "Check the path."),
    errno.ENOENT: ("It does not exist", "It may have been moved or deleted meanwhile."),
    errno.ENAMETOOLONG: ("The name is too long for this file system", "Choose a shorter name."),
    errno.ENOTEMPTY: ("A folder of that name stands there already and is not empty", "Choose another name."),
    errno.EEXIST: ("Something of that name stands there already", "Choose another name."),
    errno.EBUSY: ("It is in use", "Close whatever uses it, then try again."),
    errno.EXDEV: ("The two places are on different disks", "Copy it over by hand, then remove the original."),
    errno.ELOOP: ("The link leads to itself", "Repair the link."),
}


def explain(error: OSError) -> tuple[str, str | None]:
    """What a system error means, and what to do about it."""
    return _SENTENCES.get(error.errno or 0, (error.strerror or str(error), None))


def write_error(error: OSError, path: Path) -> WriteError:
    """``error``, met while writing ``path``, as a sentence."""
    what, remedy = explain(error)
    return WriteError(f"Could not write. {what}", path=path, remedy=remedy)


def read_error(error: OSError, path: Path) -> UnreadableError:
    """``error``, met while reading ``path``, as a sentence."""
    what, remedy = explain(error)
    return UnreadableError(f"Could not read. {what}", path=path, remedy=remedy)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises UnreadableError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise read_error(error, path) from error


def read_if_there(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none. Raises UnreadableError for any other trouble."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise read_error(error, path) from error


def digest(data: bytes) -> str:
    """SHA-256 of ``data`` as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Make ``path`` hold ``data``: afterwards it is old or new, never half, whatever happens meanwhile.

    A link is followed, so that it stays a link; the mode of a file that stood there is kept. ``durable`` also waits for
    the disk (fsync of file and folder), so that it is still there after a power cut. Raises WriteError.
    """
    target = Path(os.path.realpath(path))
    scratch = _scratch(target)
    try:
        _write_new(scratch, data, _stat_of_file(target), durable=durable)
        kernel.replace(scratch, target)
    except OSError as error:
        _clean_up(scratch)
        raise write_error(error, path) from error
    if durable:
        sync_folder(target.parent)


def stage(scratch: Path, data: bytes, *, meant_for: Path) -> None:
    """Write ``data`` to the new file ``scratch`` and wait for the disk, so that ``put_staged`` needs no more space.

    Raises WriteError naming ``meant_for``.
    """
    try:
        _write_new(scratch, data, None, durable=True)
    except OSError as error:
        _clean_up(scratch)
        raise write_error(error, meant_for) from error


def put_staged(scratch: Path, path: Path) -> None:
    """Put a staged file in the place of ``path``, with its mode and owner; a link there is followed. Raises OSError."""
    target = Path(os.path.realpath(path))
    seen = _stat_of_file(target)
    if seen is not None:
        handle = kernel.open(scratch, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _keep_owner_and_mode(handle, seen)
        finally:
            os.close(handle)
    kernel.replace(scratch, target)


def move_file(source: Path, target: Path) -> None:
    """Rename a file; between two file systems it is copied, made durable, and only then removed from its old place.

    ``target`` is replaced if it stands there. A link is moved as a link. Raises OSError.
    """
    try:
        kernel.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_then_unlink(source, target)


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Delete what a killed ``write_atomic`` of ``paths`` may have left beside them."""
    starts: dict[Path, set[str]] = {}
    for path in paths:
        target = Path(os.path.realpath(path))
        starts.setdefault(target.parent, set()).add(f".{target.name[:_KEPT_OF_NAME]}")
    for folder, known in starts.items():
        with contextlib.suppress(OSError):
            for leftover in folder.glob(f".*.????????{_SCRATCH_SUFFIX}"):
                if leftover.name[: -len(".????????") - len(_SCRATCH_SUFFIX)] in known:
                    _clean_up(leftover)


def make_home(home: Path) -> None:
    """Make the folder of sdtui's records of a project (``.sdtui``), hidden from git. Raises WriteError."""
    try:
        make_folder(home)
        if not (home / ".gitignore").exists():
            write_atomic(home / ".gitignore", b"*\n", durable=False)
    except WriteError as error:
        raise WriteError(
            f"sdtui keeps its journal and runs beside the project, and could not. {error.what}",
            path=error.path,
            remedy=error.remedy,
        ) from error


def append(handle: int, data: bytes, path: Path) -> None:
    """Append ``data`` to an open file: it outlives this process, but not a power cut. Raises WriteError."""
    try:
        _write_all(handle, data)
    except OSError as error:
        raise write_error(error, path) from error


def append_durable(handle: int, data: bytes, path: Path) -> None:
    """Append ``data`` to an open file and wait for the disk. ``path`` is for the error. Raises WriteError."""
    try:
        _write_all(handle, data)
        kernel.fsync(handle)
    except OSError as error:
        raise write_error(error, path) from error


def make_folder(path: Path) -> None:
    """Make ``path`` and its missing parents. Raises WriteError."""
    missing: list[Path] = []
    here = path
    while not here.is_dir() and here != here.parent:
        missing.append(here)
        here = here.parent
    for folder in reversed(missing):
        try:
            kernel.mkdir(folder)
        except FileExistsError as error:
            if not folder.is_dir():
                raise write_error(error, folder) from error
        except OSError as error:
            raise write_error(error, folder) from error


def sync_folder(folder: Path) -> None:
    """Wait until renames in ``folder`` are on disk. File systems that cannot (9p, some FUSE) are let be."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        kernel.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EROFS):
            raise write_error(error, folder) from error
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[kernel.write(handle, bytes(view[: 1 << 20])) :]


_SCRATCH_SUFFIX = ".sdtui-tmp"
_KEPT_OF_NAME = 30
"""Characters of a name that its scratch file shows; at four bytes each they stay well below 255."""


def _scratch(target: Path) -> Path:
    return target.with_name(f".{target.name[:_KEPT_OF_NAME]}.{secrets.token_hex(4)}{_SCRATCH_SUFFIX}")


def _stat_of_file(target: Path) -> os.stat_result | None:
    try:
        seen = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(seen.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    return seen


def _write_new(scratch: Path, data: bytes, like: os.stat_result | None, *, durable: bool) -> None:
    handle = kernel.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        _write_all(handle, data)
        if like is not None:
            _keep_owner_and_mode(handle, like)
        if durable:
            kernel.fsync(handle)
    finally:
        os.close(handle)


def _keep_owner_and_mode(handle: int, seen: os.stat_result) -> None:
    # drvfs without metadata and some network mounts know neither; the content is what matters.
    with contextlib.suppress(OSError):
        if (seen.st_uid, seen.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(handle, seen.st_uid, seen.st_gid)
    with contextlib.suppress(OSError):
        os.fchmod(handle, stat.S_IMODE(seen.st_mode))


def _clean_up(scratch: Path) -> None:
    # Not through the kernel: cleaning up must work while faults are injected.
    with contextlib.suppress(OSError):
        scratch.unlink()


def _copy_then_unlink(source: Path, target: Path) -> None:
    scratch = _scratch(target)
    try:
        if source.is_symlink():
            scratch.symlink_to(source.readlink())
        else:
            _copy_durable(source, scratch)
        kernel.replace(scratch, target)
    except OSError:
        _clean_up(scratch)
        raise
    sync_folder(target.parent)
    kernel.unlink(source)


def _copy_durable(source: Path, scratch: Path) -> None:
    handle = kernel.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with source.open("rb") as reading:
            while block := reading.read(1 << 20):
                _write_all(handle, block)
        kernel.fsync(handle)
    finally:
        os.close(handle)
    with contextlib.suppress(OSError):
        shutil.copystat(source, scratch)


@contextlib.contextmanager
def folder_entries(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
    """``os.scandir`` with its errors as sentences. Raises UnreadableError."""
    try:
        entries = os.scandir(folder)
    except OSError as error:
        raise read_error(error, folder) from error
    with entries:
        yield entries
