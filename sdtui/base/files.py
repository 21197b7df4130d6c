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
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UnreadableError, WriteError


@dataclass
class Kernel:
    """The system calls that writing uses."""

    open: Callable[..., int] = os.open
    write: Callable[[int, bytes], int] = os.write
    fsync: Callable[[int], None] = os.fsync
    replace: Callable[[Path, Path], None] = os.replace
    rename: Callable[[Path, Path], None] = os.rename
    unlink: Callable[[Path], None] = os.unlink
    mkdir: Callable[[Path], None] = os.mkdir


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
    except FileNotFoundError:
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
    scratch = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.sdtui-tmp")
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        handle = kernel.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            _write_all(handle, data)
            if mode is not None:
                _keep_mode(handle, mode)
            if durable:
                kernel.fsync(handle)
        finally:
            os.close(handle)
        kernel.replace(scratch, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(scratch)  # noqa: PTH108 -- not through the kernel: cleaning up must work while faults are injected
        raise write_error(error, path) from error
    if durable:
        sync_folder(target.parent)


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


def _keep_mode(handle: int, mode: int) -> None:
    try:
        os.fchmod(handle, mode)
    except OSError:
        return  # drvfs without metadata and some network mounts know no modes; the content is what matters


@contextlib.contextmanager
def folder_entries(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
    """``os.scandir`` with its errors as sentences. Raises UnreadableError."""
    try:
        entries = os.scandir(folder)
    except OSError as error:
        raise read_error(error, folder) from error
    with entries:
        yield entries
