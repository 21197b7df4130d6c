"""Many records of a TensorBoard file at once: a run of 800,000 steps writes five million of them.

Records of one length that differ only in time, step and value are decoded side by side; all others one by one.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdtui.trainer.crc32c import masked_crc, masked_crcs
from sdtui.trainer.event_points import points_of, tag_text, usual

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

_MANY = 64
"""Records of one length from which numpy pays."""
_LAYOUTS = 40
"""Different layouts that are looked for among records of one length."""
HEAD, CHECKSUM = 12, 4
"""Bytes before and behind each record: its length with a checksum, and the checksum of the record."""


@dataclass
class Column:
    """Points of one tag, in the order in which they were written."""

    tag: str
    places: array[int] = field(default_factory=lambda: array("q"))
    """The number of the record that each point stood in."""
    steps: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    """Seconds since the epoch."""
    values: array[float] = field(default_factory=lambda: array("d"))
    """They may be nan or infinite."""

    def in_order(self) -> Column:
        """By place."""
        if all(a <= b for a, b in zip(self.places, self.places[1:], strict=False)):
            return self
        order = sorted(range(len(self.places)), key=self.places.__getitem__)
        return Column(
            self.tag,
            array("q", [self.places[index] for index in order]),
            array("q", [self.steps[index] for index in order]),
            array("d", [self.times[index] for index in order]),
            array("d", [self.values[index] for index in order]),
        )


def decode(pieces: Sequence[bytes], first: int = 0) -> tuple[list[Column], int]:
    """The points of records, and how many bytes of the file are damaged.

    Each piece is a record with its checksum, without its head; the first one has the number ``first``.
    """
    by_length: dict[int, list[int]] = {}
    for place, piece in enumerate(pieces):
        by_length.setdefault(len(piece), []).append(place)
    decoder = _Decoder(pieces, first)
    for places in by_length.values():
        if len(places) < _MANY:
            decoder.one_by_one(places)
        else:
            decoder.side_by_side(places)
    return [column.in_order() for column in decoder.columns.values()], decoder.damaged


class _Decoder:
    def __init__(self, pieces: Sequence[bytes], first: int) -> None:
        self.columns: dict[str, Column] = {}
        self.damaged = 0
        self._pieces = pieces
        self._first = first

    def one_by_one(self, places: Sequence[int]) -> None:
        for place in places:
            record, told = self._pieces[place][:-CHECKSUM], self._pieces[place][-CHECKSUM:]
            if masked_crc(record) == int.from_bytes(told, "little"):
                self._take_one(place)
            else:
                self.damaged += HEAD + len(record) + CHECKSUM

    def side_by_side(self, places: Sequence[int]) -> None:
        import numpy as np  # a script that asks for a run's state while nothing is new has no need of it

        table = np.frombuffer(b"".join([self._pieces[place] for place in places]), np.uint8).reshape(len(places), -1)
        told = np.ascontiguousarray(table[:, -CHECKSUM:]).view("<u4").ravel()
        sound = masked_crcs(table[:, :-CHECKSUM]) == told
        self.damaged += int((~sound).sum()) * (HEAD + table.shape[1])
        left = np.flatnonzero(sound)
        for _ in range(_LAYOUTS):
            if len(left) < _MANY:
                break
            layout = usual(self._pieces[places[left[0]]][:-CHECKSUM])
            alike = _alike(table[left], layout) if layout is not None else np.arange(len(left)) == 0
            if layout is not None:
                rows = left[alike]
                self._take_all(np.asarray(places)[rows], table[rows], layout)
            else:
                self._take_one(places[left[0]])
            left = left[~alike]
        for row in left.tolist():
            self._take_one(places[row])

    def _take_one(self, place: int) -> None:
        for point in points_of(self._pieces[place][:-CHECKSUM]):
            column = self._column(point.tag)
            column.places.append(self._first + place)
            column.steps.append(point.step)
            column.times.append(point.wall_time)
            column.values.append(point.value)

    def _take_all(self, places: NDArray[np.int64], rows: Bytes, layout: re.Match[bytes]) -> None:
        import numpy as np

        steps = np.zeros(len(rows), dtype=np.int64)
        for number, at in enumerate(range(*layout.span("step"))):
            steps |= (rows[:, at] & 0x7F).astype(np.int64) << (7 * number)
        times = np.ascontiguousarray(rows[:, slice(*layout.span("time"))]).view("<f8")
        values = np.ascontiguousarray(rows[:, slice(*layout.span("number"))]).view("<f4").astype(np.float64)
        column = self._column(tag_text(layout["tag"]))
        column.places.frombytes((places.astype(np.int64) + self._first).tobytes())
        column.steps.frombytes(steps.tobytes())
        column.times.frombytes(times.tobytes())
        column.values.frombytes(values.tobytes())

    def _column(self, tag: str) -> Column:
        return self.columns.setdefault(tag, Column(tag))


def _alike(rows: Bytes, layout: re.Match[bytes]) -> NDArray[np.bool_]:
    """Which of ``rows`` differ from the first one, whose layout is given, only in time, step and value."""
    import numpy as np

    fixed = np.ones(rows.shape[1], dtype=bool)
    fixed[-CHECKSUM:] = False
    for part in ("time", "step", "number"):
        fixed[slice(*layout.span(part))] = False
    first, (start, end) = rows[0], layout.span("step")
    same = (rows[:, fixed] == first[fixed]).all(axis=1)
    # A step takes as many bytes as it has sevens of bits: all but the last have the highest bit set.
    ends_alike: NDArray[np.bool_] = same & ((rows[:, start:end] ^ first[start:end]) < 0x80).all(axis=1)
    return ends_alike
