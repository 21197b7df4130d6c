"""The bytes of a console log, wherever they are read: from the file as it grows, or from its compressed form.

A compressed log is a row of small gzip members, each of which says how long it is (the layout of ``bgzip``, SAM
specification section 4.1). ``zcat`` and ``zgrep`` read it, and any place in it is reached without unpacking the rest.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import stat
import struct
import tempfile
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from sdtui.base.files import read_error

COMPRESSED = ".gz"
_BLOCK = 65_280
"""Bytes of the log in one member: with its frame it stays below 65,536 also where nothing can be compressed."""
_HEAD = struct.Struct("<4sIBBH2sHH")
_START = b"\x1f\x8b\x08\x04"
_FOOT = struct.Struct("<II")
_KEPT = 8
_DAMAGED = b"\nThis part of the log is damaged and cannot be read.\n"


class LogBytes(Protocol):
    """What can be read of a log."""

    identity: tuple[int, int]
    """Device and inode: another log in its place has others."""

    @property
    def size(self) -> int:
        """Bytes of the log now, as the trainer wrote them."""

    def read(self, start: int, length: int) -> bytes:
        """What stands there; less where the log ends before."""

    def close(self) -> None:
        """Let go of the file."""


def log_at(path: Path) -> Path:
    """Where the log called ``path`` stands: there, or compressed beside it."""
    compressed = path.with_name(path.name + COMPRESSED)
    return compressed if not path.exists() and compressed.exists() else path


def open_log(path: Path) -> LogBytes:
    """The log called ``path``, or its compressed form where that has taken its place. Raises UnreadableError."""
    try:
        return _open(log_at(path))
    except OSError as error:
        if log_at(path) == path:
            raise read_error(error, path) from error
    try:
        return _open(log_at(path))  # it was just being compressed
    except OSError as error:
        raise read_error(error, path) from error


def _open(path: Path) -> LogBytes:
    # Somebody may name a pipe: opening it must not wait for a writer.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.ENXIO, "it is no regular file", str(path))
    if path.suffix != COMPRESSED:
        return PlainLog(file)
    if _length(file, 0):
        return CompressedLog(file)
    with file:
        return PlainLog(_unpacked(file), _identity(file))


class PlainLog:
    """A log as it was written."""

    def __init__(self, file: BinaryIO, identity: tuple[int, int] | None = None) -> None:
        self._file = file
        self.identity = identity or _identity(file)

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def read(self, start: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, start)

    def close(self) -> None:
        self._file.close()


class CompressedLog:
    """A log in members of gzip."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.identity = _identity(file)
        self._places = array("Q")
        self._starts = array("Q")
        self._size = 0
        self._unpacked: dict[int, bytes] = {}
        place = 0
        while length := _length(file, place):
            _crc, size = _FOOT.unpack(os.pread(file.fileno(), _FOOT.size, place + length - _FOOT.size))
            if size > _BLOCK:
                break
            if size:
                self._add(place, size)
            place += length
        if place < os.fstat(file.fileno()).st_size:
            self._add(place, len(_DAMAGED))

    def _add(self, place: int, size: int) -> None:
        self._places.append(place)
        self._starts.append(self._size)
        self._size += size

    @property
    def size(self) -> int:
        return self._size

    def read(self, start: int, length: int) -> bytes:
        parts = []
        end = min(start + length, self._size)
        while start < end:
            number = bisect_right(self._starts, start) - 1
            within = start - self._starts[number]
            part = self._member(number)[within : within + end - start]
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()

    def _member(self, number: int) -> bytes:
        known = self._unpacked.get(number)
        if known is not None:
            return known
        place = self._places[number]
        size = (self._starts[number + 1] if number + 1 < len(self._starts) else self._size) - self._starts[number]
        packed = os.pread(self._file.fileno(), _length(self._file, place), place)
        try:
            data = zlib.decompress(packed[_HEAD.size : -_FOOT.size], -15)
            whole = len(data) == size and zlib.crc32(data) == _FOOT.unpack(packed[-_FOOT.size :])[0]
        except zlib.error:
            whole = False
        if not whole:
            data = _DAMAGED.ljust(size)[:size]
        while len(self._unpacked) >= _KEPT:
            self._unpacked.pop(next(iter(self._unpacked)))
        self._unpacked[number] = data
        return data


class LogWriter:
    """Writes a compressed log. ``write`` and then ``close`` give its bytes."""

    def __init__(self) -> None:
        self._waiting = b""

    def write(self, data: bytes) -> Iterator[bytes]:
        """The members that are full."""
        self._waiting += data
        whole = len(self._waiting) // _BLOCK * _BLOCK
        for start in range(0, whole, _BLOCK):
            yield _packed(self._waiting[start : start + _BLOCK])
        self._waiting = self._waiting[whole:]

    def close(self) -> Iterator[bytes]:
        """The last member, and the empty one that ends it."""
        if self._waiting:
            yield _packed(self._waiting)
        yield _packed(b"")


def _packed(data: bytes) -> bytes:
    packing = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packing.compress(data) + packing.flush()
    if len(body) + _HEAD.size + _FOOT.size > 1 << 16:
        packing = zlib.compressobj(0, zlib.DEFLATED, -15)
        body = packing.compress(data) + packing.flush()
    head = _HEAD.pack(_START, 0, 0, 255, 6, b"BC", 2, len(body) + _HEAD.size + _FOOT.size - 1)
    return head + body + _FOOT.pack(zlib.crc32(data), len(data))


def _length(file: BinaryIO, place: int) -> int:
    """Bytes of the member that begins at ``place``; 0 where none does, or not a whole one."""
    head = os.pread(file.fileno(), _HEAD.size, place)
    if len(head) < _HEAD.size:
        return 0
    start, _, _, _, extra, name, _, last = _HEAD.unpack(head)
    if (start, extra, name) != (_START, 6, b"BC") or last < _HEAD.size + _FOOT.size:
        return 0
    return last + 1 if place + last < os.fstat(file.fileno()).st_size else 0


def _unpacked(file: BinaryIO) -> BinaryIO:
    """What another program has compressed, as far as it can be read, in a file that nobody sees."""
    scratch = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller's
    with gzip.GzipFile(fileobj=file) as packed, contextlib.suppress(OSError, EOFError, zlib.error):
        while part := packed.read1():
            scratch.write(part)  # where it is cut or damaged, what came before is the log
    scratch.flush()
    return scratch


def _identity(file: BinaryIO) -> tuple[int, int]:
    seen = os.fstat(file.fileno())
    return seen.st_dev, seen.st_ino
