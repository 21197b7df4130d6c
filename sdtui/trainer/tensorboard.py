"""Reads the scalars of a TensorBoard event file while the trainer is still writing it.

The file is a row of records (TFRecord): length as uint64, its checksum, the bytes of an ``Event`` message, their
checksum; checksums are CRC-32C, rotated and offset ("masked"). Sources: tensorflow/core/lib/io/record_writer.h,
tensorflow/core/util/event.proto and framework/summary.proto, tensor.proto.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sdtui.base.files import read_error
from sdtui.trainer.crc32c import masked_crc_of_length, masked_crcs
from sdtui.trainer.protobuf import BadMessage, first_double, first_float, first_int, messages, texts

_CHUNK = 1 << 20
_LENGTH, _CHECKSUM = struct.Struct("<Q"), struct.Struct("<I")
_LONGEST = 64 << 20
"""A longer record than any that the trainer writes: its length is taken for damage."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One point of a curve. ``value`` may be nan or infinite."""

    tag: str
    step: int
    wall_time: float
    """Seconds since the epoch."""
    value: float


class EventFileReader:
    """One event file. Each ``read_new`` goes on where the last one ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        """Bytes that were damaged and passed over."""
        self._offset = 0
        self._buffer = b""

    @property
    def damage(self) -> str | None:
        """A sentence when a part of the file could not be read, else None."""
        if not self.skipped:
            return None
        return f"{self.skipped:,} bytes of {self.path.name} are damaged; the points in them are missing from the curve."

    def read_new(self) -> list[Scalar]:
        """The points that were written since the last call; costs one ``stat`` when there are none.

        A record that is not whole yet is left for later. A file that became shorter is read anew. Raises
        UnreadableError.
        """
        try:
            size = os.stat(self.path).st_size  # noqa: PTH116 -- asked several times a second for each run
            if size < self._offset:
                self._offset, self._buffer, self.skipped = 0, b"", 0
            if size == self._offset:
                return []
            return self._read()
        except OSError as error:
            raise read_error(error, self.path) from error

    def _read(self) -> list[Scalar]:
        found: list[Scalar] = []
        with self.path.open("rb") as file:
            file.seek(self._offset)
            while chunk := file.read(_CHUNK):
                self._offset += len(chunk)
                self._buffer += chunk
                for record in self._records():
                    found += _usual(record) or _scalars(record)
        return found

    def _records(self) -> Iterator[bytes]:
        """The whole records at the start of the buffer, which are taken out of it."""
        records, sums, start = [], [], 0
        while (length := self._length_at(start)) is not None:
            if length < 0:
                start += 1
                self.skipped += 1
                continue
            end = start + 12 + length + 4
            if end > len(self._buffer):
                break
            records.append(self._buffer[start + 12 : end - 4])
            sums.append(_CHECKSUM.unpack_from(self._buffer, end - 4)[0])
            start = end
        self._buffer = self._buffer[start:]
        for record, told, true in zip(records, sums, masked_crcs(records), strict=True):
            if told == true:
                yield record
            else:
                self.skipped += 16 + len(record)

    def _length_at(self, start: int) -> int | None:
        """Bytes of the record that begins at ``start``, -1 where none begins, None where more must be read first."""
        if len(self._buffer) - start < 12:
            return None
        head = self._buffer[start : start + 8]
        length: int = _LENGTH.unpack(head)[0]
        whole = _CHECKSUM.unpack_from(self._buffer, start + 8)[0] == masked_crc_of_length(head)
        return length if whole and length <= _LONGEST else -1


_USUAL = re.compile(
    rb"\x09(?P<time>.{8})(?:\x10(?P<step>[\x80-\xff]{0,8}[\x00-\x7f]))?"
    rb"\x2a(?P<summary>[\x00-\x7f])\x0a(?P<value>[\x00-\x7f])\x0a(?P<length>[\x00-\x7f])(?P<tag>.*)\x15(?P<number>.{4})",
    re.DOTALL,
)
_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")


def _usual(record: bytes) -> tuple[Scalar, ...]:
    """The point of an Event as both writers of TensorBoard files lay it out; nothing where it is laid out otherwise."""
    found = _USUAL.fullmatch(record)
    if found is None:
        return ()
    tag = found["tag"]
    if not found["length"][0] == len(tag) == found["value"][0] - 7 == found["summary"][0] - 9:
        return ()
    step = shift = 0
    for byte in found["step"] or b"":
        step |= (byte & 0x7F) << shift
        shift += 7
    number: float = _FLOAT.unpack(found["number"])[0]
    return (Scalar(_text(tag), step, _DOUBLE.unpack(found["time"])[0], number),)


@lru_cache(maxsize=1024)
def _text(tag: bytes) -> str:
    return tag.decode("utf-8", "replace")


def _scalars(record: bytes) -> list[Scalar]:
    """The points of one Event; none where it holds other things (hyperparameters, pictures) or is no Event."""
    try:
        wall_time = first_double(record, 1) or 0.0
        step = first_int(record, 2) or 0
        points = []
        for summary in messages(record, 5):
            for value in messages(summary, 1):
                tag = next(texts(value, 1), None)
                number = _number(value)
                if tag is not None and number is not None:
                    points.append(Scalar(tag, step, wall_time, number))
        return points
    except BadMessage:
        return []


def _number(value: bytes) -> float | None:
    """``simple_value``, or a ``tensor`` with one element (newer writers)."""
    simple = first_float(value, 2)
    if simple is not None:
        return simple
    tensor = next(messages(value, 8), None)
    return _tensor_number(tensor) if tensor is not None else None


def _tensor_number(tensor: bytes) -> float | None:
    kind = {1: ("<f", 5), 2: ("<d", 6)}.get(first_int(tensor, 1) or 0)
    if kind is None:
        return None
    layout, field = kind
    content = next(messages(tensor, 4), b"") or next(messages(tensor, field), b"")
    if len(content) == struct.calcsize(layout):
        return float(struct.unpack(layout, content)[0])
    return first_float(tensor, 5) if field == 5 else first_double(tensor, 6)
