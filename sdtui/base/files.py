"""The file layer: every byte that sdtui writes for a user goes through here, atomically, with errors as sentences."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.base.kernel import kernel as kernel
from sdtui.base.os_errors import explain as explain
from sdtui.base.os_errors import read_error as read_error
from sdtui.base.os_errors import write_error as write_error


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises UnreadableError."""
    try:
        return kernel.read(path)
    except OSError as error:
        raise read_error(error, path) from error


def read_if_there(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none. Raises UnreadableError for any other trouble."""
    try:
        return kernel.read(path)
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
    target = followed(path)
    scratch = scratch_beside(target)
    try:
        _write_new(scratch, data, _stat_of_file(target), durable=durable)
        kernel.replace(scratch, target)
    except OSError as error:
        clean_up(scratch)
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
        clean_up(scratch)
        raise write_error(error, meant_for) from error


def put_staged(scratch: Path, path: Path) -> None:
    """Put a staged file in the place of ``path``, with its mode and owner; a link there is followed. Raises OSError."""
    target = followed(path)
    seen = _stat_of_file(target)
    if seen is not None and _owner_and_mode(seen) != _owner_and_mode(kernel.lstat(scratch)):
        handle = kernel.open(scratch, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _keep_owner_and_mode(handle, seen)
        finally:
            os.close(handle)
    kernel.replace(scratch, target)


def followed(path: Path) -> Path:
    """``path``, or where it leads when it is a link itself."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Delete what a killed ``write_atomic`` of ``paths`` may have left beside them."""
    starts: dict[Path, set[str]] = {}
    for path in paths:
        target = followed(path)
        starts.setdefault(target.parent, set()).add(f".{target.name[:_KEPT_OF_NAME]}")
    for folder, known in starts.items():
        with contextlib.suppress(OSError):
            for leftover in folder.glob(f".*.????????{_SCRATCH_SUFFIX}"):
                if leftover.name[: -len(".????????") - len(_SCRATCH_SUFFIX)] in known:
                    clean_up(leftover)


def make_home(home: Path) -> None:
    """Make the folder of sdtui's records of a project (``.sdtui``), hidden from git. Raises WriteError."""
    try:
        make_folder(home)
        if not (home / ".gitignore").exists():
            remove_leftovers([home / ".gitignore"])
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
        write_all(handle, data)
    except OSError as error:
        raise write_error(error, path) from error


def append_durable(handle: int, data: bytes, path: Path) -> None:
    """Append ``data`` to an open file and wait for the disk. ``path`` is for the error. Raises WriteError."""
    try:
        write_all(handle, data)
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


def write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[kernel.write(handle, bytes(view[: 1 << 20])) :]


_SCRATCH_SUFFIX = ".sdtui-tmp"
_KEPT_OF_NAME = 30
"""Characters of a name that its scratch file shows; at four bytes each they stay well below 255."""


def scratch_beside(target: Path) -> Path:
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
        write_all(handle, data)
        if like is not None:
            _keep_owner_and_mode(handle, like)
        if durable:
            kernel.fsync(handle)
    finally:
        os.close(handle)


def _owner_and_mode(seen: os.stat_result) -> tuple[int, int, int]:
    return seen.st_uid, seen.st_gid, stat.S_IMODE(seen.st_mode)


def _keep_owner_and_mode(handle: int, seen: os.stat_result) -> None:
    # drvfs without metadata and some network mounts know neither; the content is what matters.
    with contextlib.suppress(OSError):
        if (seen.st_uid, seen.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(handle, seen.st_uid, seen.st_gid)
    with contextlib.suppress(OSError):
        os.fchmod(handle, stat.S_IMODE(seen.st_mode))


def clean_up(scratch: Path) -> None:
    # Not through the kernel: cleaning up must work while faults are injected.
    with contextlib.suppress(OSError):
        scratch.unlink()


@contextlib.contextmanager
def folder_entries(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
    """``os.scandir`` with its errors as sentences. Raises UnreadableError."""
    try:
        entries = os.scandir(folder)
    except OSError as error:
        raise read_error(error, folder) from error
    with entries:
        yield entries
