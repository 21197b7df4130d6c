"""Reads the scalars of a TensorBoard event file while the trainer is still writing it.

The file is a row of records (TFRecord): length as uint64, its checksum, the bytes of an ``Event`` message, their
checksum; checksums are CRC-32C, rotated and offset ("masked"). Source: tensorflow/core/lib/io/record_writer.h.
"""

from __future__ import annotations

import os
from pathlib import Path

from sdtui.base.files import read_error
from sdtui.trainer.crc32c import masked_crc
from sdtui.trainer.event_columns import CHECKSUM, HEAD, Column, decode

_CHUNK = 2 << 20
_MOST_LENGTHS = 1000
_LONGEST = 64 << 20
"""A longer record than any that the trainer writes: its length is taken for damage."""


class EventFileReader:
    """One event file. Each ``read_new`` goes on where the last one ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        """Bytes that were damaged and passed over."""
        self._offset = 0
        self._buffer = b""
        self._told = 0
        self._lengths: dict[bytes, int] = {}

    @property
    def damage(self) -> str | None:
        """A sentence when a part of the file could not be read, else None."""
        if not self.skipped:
            return None
        return f"{self.skipped:,} bytes of {self.path.name} are damaged; the points in them are missing from the curve."

    def read_new(self) -> list[Column]:
        """The points that were written since the last call, in columns; one ``stat`` when there are none.

        A tag may have several columns, one behind the other. A record that is not whole yet is left for later. A file
        that became shorter is read anew. Raises UnreadableError.
        """
        try:
            size = os.stat(self.path).st_size  # noqa: PTH116 -- asked several times a second for each run
            if size < self._offset:
                self._offset, self._buffer, self.skipped, self._told = 0, b"", 0, 0
            if size == self._offset:
                return []
            return self._read()
        except OSError as error:
            raise read_error(error, self.path) from error

    def _read(self) -> list[Column]:
        found: list[Column] = []
        with self.path.open("rb") as file:
            file.seek(self._offset)
            while chunk := file.read(_CHUNK):
                self._offset += len(chunk)
                self._buffer += chunk
                records = self._records()
                columns, damaged = decode(records, self._told)
                self.skipped += damaged
                self._told += len(records)
                found += columns
        return found

    def _records(self) -> list[bytes]:
        """The whole records at the start of the buffer, each with its checksum; they are taken out of it."""
        records, start, size = [], 0, len(self._buffer)
        while size - start >= HEAD:
            length = self._length(self._buffer[start : start + HEAD])
            if length is None:
                start += 1
                self.skipped += 1
                continue
            end = start + HEAD + length + CHECKSUM
            if end > size:
                break
            records.append(self._buffer[start + HEAD : end])
            start = end
        self._buffer = self._buffer[start:]
        return records

    def _length(self, head: bytes) -> int | None:
        """Bytes of the record that begins so, None where none does."""
        known = self._lengths.get(head)
        if known is not None:
            return known
        length = int.from_bytes(head[:8], "little")
        if length > _LONGEST or int.from_bytes(head[8:], "little") != masked_crc(head[:8]):
            return None
        if len(self._lengths) < _MOST_LENGTHS:
            self._lengths[head] = length
        return length
