"""Whether an image file was cut off: told from the end of the file, without decoding a pixel."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_END_OF_JPEG = b"\xff\xd9"
_END_OF_PNG = b"IEND"
_PICTURE_DATA = b"IDAT"
_CHECKSUMS = 8
"""Bytes at the end of the last picture data: the checksum of zlib and that of the chunk."""


def why_incomplete(path: Path) -> str | None:
    """A sentence when the end of a JPEG, PNG, WebP or BMP file is missing.

    None for a whole file, for other formats, and for a file that cannot be opened (its size cannot be read either).
    Reads a few hundred bytes; a JPEG with something behind its end is searched for it.
    """
    try:
        with path.open("rb", buffering=0) as raw:
            length = os.fstat(raw.fileno()).st_size
            head = raw.read(64)
            check = _check_for(head)
            cut = check is not None and not check(raw, head, length)
    except OSError:
        return None
    return "The file is cut off: its end is missing." if cut else None


def _check_for(head: bytes) -> Callable[[BinaryIO, bytes, int], bool] | None:
    if head.startswith(b"\xff\xd8\xff"):
        return _whole_jpeg
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole_png
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _whole_webp
    return _whole_bmp if head.startswith(b"BM") else None


def _tail(file: BinaryIO, length: int, count: int) -> bytes:
    file.seek(max(0, length - count))
    return bytes(file.read(count))


def _whole_jpeg(file: BinaryIO, head: bytes, length: int) -> bool:
    if _tail(file, length, 2) == _END_OF_JPEG:
        return True
    scan = _first_scan(file, length)
    if scan is None:
        return False
    # In the picture's own data the end marker cannot occur by chance; phones and editors append things behind it.
    file.seek(scan)
    overlap = b""
    while block := file.read(1 << 20):
        if _END_OF_JPEG in overlap + block:
            return True
        overlap = block[-1:]
    return False


def _first_scan(file: BinaryIO, length: int) -> int | None:
    """Where the picture's data begins, after the segments that may hold thumbnails with ends of their own."""
    at = 2
    while at + 4 <= length:
        file.seek(at)
        mark = file.read(4)
        if len(mark) < 4 or mark[0] != 0xFF:
            return None
        if mark[1] == 0xFF:
            at += 1
        elif mark[1] == 0xDA:
            return at + 2
        elif mark[1] == 0x01 or 0xD0 <= mark[1] <= 0xD8:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(mark[2:4], "big"))
    return None


def _whole_png(file: BinaryIO, head: bytes, length: int) -> bool:
    """Pillow does without the end chunk and the last checksums, so only missing picture data counts."""
    if _tail(file, length, 12)[4:8] == _END_OF_PNG:
        return True
    at = 8
    kind = b""
    while at + 12 <= length:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        at += 12 + size
        if kind == _END_OF_PNG:
            return True
    missing = at - length
    return kind == _PICTURE_DATA and missing <= _CHECKSUMS


def _whole_webp(file: BinaryIO, head: bytes, length: int) -> bool:
    return length >= 8 + int.from_bytes(head[4:8], "little")


def _whole_bmp(file: BinaryIO, head: bytes, length: int) -> bool:
    """By the size of its rows: many programs leave the file size in the header wrong."""
    if len(head) < 34 or int.from_bytes(head[14:18], "little") < 40:
        return True
    start, _, width, height, _, depth, compression = struct.unpack("<IIiiHHI", head[10:34])
    if compression not in (0, 3):
        return True
    return bool(length >= start + (width * depth + 31) // 32 * 4 * abs(height))
