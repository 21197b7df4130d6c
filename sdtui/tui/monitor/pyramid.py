"""Least, most, sum and count of any stretch of a long row of numbers, without going through all of it.

Above the numbers stand levels: each entry of a level sums up sixteen of the one below. A stretch is put together from
whole entries of the highest level that fits and the pieces left and right of them, so that a stretch of a million
numbers is read in about a hundred. Nothing is subtracted: one number of 1e30 spoils no sum but its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FACTOR = 16
_LARGEST = 1e150
"""Beyond it a value counts as none: sums of such are not numbers either. The trainer writes at most 3.4e38."""


@dataclass(frozen=True, slots=True)
class Level:
    """Each array has an entry for sixteen of the level below. Numbers that are none are left out; NaN where all are."""

    low: Floats
    high: Floats
    total: Floats
    numbers: Floats
    """How many of the entries' values are numbers."""

    def __len__(self) -> int:
        return len(self.low)

    def part(self, start: int, end: int) -> Level:
        """The entries from ``start`` to before ``end``."""
        return Level(self.low[start:end], self.high[start:end], self.total[start:end], self.numbers[start:end])


@dataclass(frozen=True, slots=True)
class Folded:
    """What was found in each stretch; ``low``, ``high`` and ``mean`` are NaN in one that holds no number."""

    low: Floats
    high: Floats
    mean: Floats
    numbers: Floats


def ground(values: Floats) -> Level:
    """The lowest level: every value by itself."""
    good = np.abs(values) < _LARGEST
    kept = np.where(good, values, np.nan)
    return Level(kept, kept, np.where(good, values, 0.0), good.astype(np.float64))


def summed_up(below: Level) -> Level:
    """The level above ``below``, whose entries must be a multiple of sixteen."""

    def rows(array: Floats) -> Floats:
        return array.reshape(-1, FACTOR)

    return Level(
        np.fmin.reduce(rows(below.low), axis=1),
        np.fmax.reduce(rows(below.high), axis=1),
        rows(below.total).sum(axis=1),
        rows(below.numbers).sum(axis=1),
    )


def fold(values: Floats, levels: tuple[Level, ...], starts: Ints, ends: Ints) -> Folded:
    """What stands in each of the stretches ``values[start:end]``. ``levels`` are those above ``values``."""
    found = _Folding(len(starts))
    starts, ends = starts.astype(np.int64), np.maximum(starts, ends).astype(np.int64)
    for depth in range(len(levels) + 1):
        above = levels[depth] if depth < len(levels) else None
        inner_starts = -(-starts // FACTOR)
        inner_ends = np.minimum(ends // FACTOR, len(above) if above is not None else 0)
        goes_up = inner_ends > inner_starts
        left_ends = np.where(goes_up, inner_starts * FACTOR, ends)
        right_starts = np.where(goes_up, inner_ends * FACTOR, ends)
        for first, last in ((starts, left_ends), (right_starts, ends)):
            found.add(values if depth == 0 else levels[depth - 1], first, last)
        if not goes_up.any():
            break
        starts, ends = np.where(goes_up, inner_starts, 0), np.where(goes_up, inner_ends, 0)
    return found.result()


class _Folding:
    def __init__(self, size: int) -> None:
        self.low, self.high = np.full(size, np.nan), np.full(size, np.nan)
        self.total, self.numbers = np.zeros(size), np.zeros(size)

    def add(self, level: Level | Floats, starts: Ints, ends: Ints) -> None:
        """Add ``level[start:end]`` to each stretch."""
        some = np.flatnonzero(ends > starts)
        if not len(some):
            return
        lengths = (ends - starts)[some]
        begins = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        index = np.arange(int(lengths.sum())) - np.repeat(begins - starts[some], lengths)
        part = (
            Level(level.low[index], level.high[index], level.total[index], level.numbers[index])
            if isinstance(level, Level)
            else ground(level[index])
        )
        self.low[some] = np.fmin(self.low[some], np.fmin.reduceat(part.low, begins))
        self.high[some] = np.fmax(self.high[some], np.fmax.reduceat(part.high, begins))
        self.total[some] += np.add.reduceat(part.total, begins)
        self.numbers[some] += np.add.reduceat(part.numbers, begins)

    def result(self) -> Folded:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(self.numbers > 0, self.total / self.numbers, np.nan)
        return Folded(self.low, self.high, mean, self.numbers)
