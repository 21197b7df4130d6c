"""The protocol buffers wire format, as far as TensorBoard's events need it (protobuf.dev, "Encoding")."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class BadMessage(ValueError):
    """The bytes are no message."""


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, wire type and raw value of each field. Raises BadMessage."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield number, kind, value
            continue
        if kind == _BYTES:
            size, position = _varint(data, position)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise BadMessage(f"wire type {kind}")
        if position + size > len(data):
            raise BadMessage("a field is longer than its message")
        yield number, kind, data[position : position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
        shift += 7
    raise BadMessage("a number does not end")


def messages(data: bytes, number: int) -> Iterator[bytes]:
    """Each value of a field that holds bytes, text, a message or packed numbers."""
    for found, kind, value in fields(data):
        if found == number and kind == _BYTES and isinstance(value, bytes):
            yield value


def texts(data: bytes, number: int) -> Iterator[str]:
    """Each value of a text field; what is not UTF-8 is replaced."""
    for value in messages(data, number):
        yield value.decode("utf-8", "replace")


def first_int(data: bytes, number: int) -> int | None:
    """The value of an int64 field, None where it is not set."""
    for found, kind, value in fields(data):
        if found == number and kind == _VARINT and isinstance(value, int):
            return value - (1 << 64) if value >> 63 else value
    return None


def first_float(data: bytes, number: int) -> float | None:
    """The value of a float field, None where it is not set."""
    return _first_fixed(data, number, _FIXED32, "<f")


def first_double(data: bytes, number: int) -> float | None:
    """The value of a double field, None where it is not set."""
    return _first_fixed(data, number, _FIXED64, "<d")


def _first_fixed(data: bytes, number: int, kind: int, layout: str) -> float | None:
    for found, wire, value in fields(data):
        if found == number and wire == kind and isinstance(value, bytes):
            return float(struct.unpack(layout, value)[0])
    return None
