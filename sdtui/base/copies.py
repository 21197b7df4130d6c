"""Moving and copying whole files of any size, also between two disks, so that nothing is half there at any moment."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import ChangedOutsideError
from sdtui.base.files import clean_up, scratch_beside, sync_folder, write_all
from sdtui.base.kernel import kernel

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Digest:
    """What tells the content of a file: its size in bytes, and its SHA-256 as hexadecimal text."""

    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> Digest:
        return cls(len(data), hashlib.sha256(data).hexdigest())


def digest_of_file(path: Path) -> Digest:
    """The digest of what ``path`` holds, read a block at a time. Raises OSError."""
    hashed, size = hashlib.sha256(), 0
    for block in _blocks(path):
        hashed.update(block)
        size += len(block)
    return Digest(size, hashed.hexdigest())


def holds(path: Path, content: Digest) -> bool:
    """Whether ``path`` is a file with that content; False where it cannot be read."""
    try:
        seen = path.stat()
        return stat.S_ISREG(seen.st_mode) and seen.st_size == content.size and digest_of_file(path) == content
    except OSError:
        return False


def copy_file(source: Path, scratch: Path, content: Digest) -> None:
    """Make the new file ``scratch`` hold what ``source`` holds, its mode and times too, and wait for the disk.

    Raises ChangedOutsideError where ``source`` does not hold ``content``, and OSError; then ``scratch`` is gone again.
    """
    try:
        if _copy_durable(source, scratch) != content:
            raise ChangedOutsideError("It was changed outside while it was to be copied", path=source)
    except (OSError, ChangedOutsideError):
        clean_up(scratch)
        raise


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


def _copy_then_unlink(source: Path, target: Path) -> None:
    scratch = scratch_beside(target)
    try:
        if source.is_symlink():
            scratch.symlink_to(source.readlink())
        else:
            _copy_durable(source, scratch)
        kernel.replace(scratch, target)
    except OSError:
        clean_up(scratch)
        raise
    sync_folder(target.parent)
    kernel.unlink(source)


def _copy_durable(source: Path, scratch: Path) -> Digest:
    hashed, size = hashlib.sha256(), 0
    handle = kernel.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        for block in _blocks(source):
            write_all(handle, block)
            hashed.update(block)
            size += len(block)
        kernel.fsync(handle)
    finally:
        os.close(handle)
    with contextlib.suppress(OSError):
        shutil.copystat(source, scratch)
    return Digest(size, hashed.hexdigest())


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as reading:
        while block := reading.read(_BLOCK):
            yield block
