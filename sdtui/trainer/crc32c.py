"""CRC-32C (Castagnoli, RFC 3720) in the masked form of TFRecord files (tensorflow/core/lib/hash/crc32c.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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


def masked_crcs(rows: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The checksum of each row: byte by byte across all of them."""
    import numpy as np

    table = np.array(_TABLE, dtype=np.uint32)
    value = np.full(len(rows), 0xFFFFFFFF, dtype=np.uint32)
    for column in np.ascontiguousarray(rows.T):
        value = table[(value ^ column) & np.uint32(0xFF)] ^ (value >> np.uint32(8))
    value ^= np.uint32(0xFFFFFFFF)
    rotated = (value >> np.uint32(15)) | (value << np.uint32(17))
    masked: NDArray[np.uint32] = (rotated + np.uint32(0xA282EAD8)).astype(np.uint32)
    return masked
