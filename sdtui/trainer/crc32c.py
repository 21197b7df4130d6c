"""CRC-32C (Castagnoli, RFC 3720) in the masked form of TFRecord files (tensorflow/core/lib/hash/crc32c.h)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_MANY = 64
"""Pieces of one length from which numpy pays."""


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ 0x82F63B78 if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


_TABLE = _crc_table()


def masked_crc(data: bytes) -> int:
    """The checksum of ``data``."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    value ^= 0xFFFFFFFF
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@lru_cache(maxsize=1024)
def masked_crc_of_length(head: bytes) -> int:
    """As ``masked_crc``, remembered: records have few different lengths."""
    return masked_crc(head)


def masked_crcs(pieces: Sequence[bytes]) -> list[int]:
    """The checksum of each piece. Many of the same length are done together, byte by byte across all of them."""
    found = [0] * len(pieces)
    by_length: dict[int, list[int]] = {}
    for index, piece in enumerate(pieces):
        by_length.setdefault(len(piece), []).append(index)
    for length, indices in by_length.items():
        alike = [pieces[index] for index in indices]
        sums = _side_by_side(alike, length) if len(alike) >= _MANY and length else [masked_crc(each) for each in alike]
        for index, checksum in zip(indices, sums, strict=True):
            found[index] = checksum
    return found


def _side_by_side(pieces: Sequence[bytes], length: int) -> list[int]:
    import numpy as np  # a script that prints a run's state has no need of it

    table = np.array(_TABLE, dtype=np.uint32)
    columns = np.frombuffer(b"".join(pieces), dtype=np.uint8).reshape(-1, length).T.astype(np.uint32)
    value = np.full(len(pieces), 0xFFFFFFFF, dtype=np.uint32)
    for column in columns:
        value = table[(value ^ column) & 0xFF] ^ (value >> 8)
    value ^= 0xFFFFFFFF
    masked: list[int] = (((value >> 15) | (value << 17)) + np.uint32(0xA282EAD8)).tolist()
    return masked
