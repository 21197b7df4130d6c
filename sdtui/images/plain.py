"""Pictures of one shade, made without opening any."""

from __future__ import annotations

import struct
import zlib


def white_png(width: int, height: int) -> bytes:
    """A PNG in shades of grey, all white: a mask that trains the whole image. (PNG specification, chapters 5 and 11)"""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    row = b"\0" + b"\xff" * width
    packer = zlib.compressobj(9)
    pixels = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
