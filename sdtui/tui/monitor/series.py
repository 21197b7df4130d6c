"""The points of one curve, and how they grow: what was worked out for earlier points is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sdtui.tui.monitor.pyramid import FACTOR, Floats, Folded, Ints, Level, fold, ground, summed_up

Numbers = Sequence[float] | Floats

_PROBES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points of one curve, in order of step. Values may be NaN.

    ``steps`` is what the chart's axis counts: mostly steps, but seconds just as well.
    """

    steps: Floats
    values: Floats
    times: Floats
    """Seconds since the epoch at each point; NaN where nobody wrote them down."""
    levels: tuple[Level, ...] = ()

    @staticmethod
    def of(steps: Numbers, values: Numbers, times: Numbers = ()) -> Series:
        """From sequences of the same length (``times`` may be empty); put in order of step where they are not."""
        return GrowingSeries().become(steps, values, times)

    def __len__(self) -> int:
        return len(self.steps)

    def fold(self, starts: Ints, ends: Ints) -> Folded:
        """What stands in each of the stretches from index ``start`` to before ``end``."""
        return fold(self.values, self.levels, starts, ends)

    def first_bad_step(self) -> int | None:
        """The step of the first value that is not a number (a training run that has gone wrong), None where all are."""
        low, high = 0, len(self)
        if not high or self._numbers(low, high) == high:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._numbers(low, middle) < middle - low else (middle, high)
        return int(self.steps[low])

    def newest(self) -> float | None:
        """The last value that is a number, None where there is none."""
        for start in range(len(self), 0, -1024):
            good = self.values[max(0, start - 1024) : start]
            good = good[np.isfinite(good)]
            if len(good):
                return float(good[-1])
        return None

    def nearest(self, step: float) -> int | None:
        """Index of the point next to ``step``, None where there is no point."""
        if not len(self):
            return None
        after = int(np.searchsorted(self.steps, step))
        before = max(0, after - 1)
        if after == len(self):
            return before
        return after if self.steps[after] - step < step - self.steps[before] else before

    def _numbers(self, start: int, end: int) -> int:
        return int(self.fold(np.array([start]), np.array([end])).numbers[0])


NOTHING = Series(np.empty(0), np.empty(0), np.empty(0))
"""A curve without points."""


class _Column:
    """Numbers that are only ever appended: a view of the first of them stays as it is."""

    def __init__(self) -> None:
        self._room = np.empty(64)
        self._used = 0

    def extend(self, values: Floats) -> None:
        used = self._used + len(values)
        if used > len(self._room):
            room = np.empty(max(used, 2 * len(self._room)))
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[self._used : used] = values
        self._used = used

    def forget_last(self) -> None:
        self._used = max(0, self._used - 1)

    def __len__(self) -> int:
        return self._used

    @property
    def view(self) -> Floats:
        return self._room[: self._used]


class _GrowingLevel:
    def __init__(self) -> None:
        self._columns = (_Column(), _Column(), _Column(), _Column())

    def __len__(self) -> int:
        return len(self._columns[0])

    def extend(self, level: Level) -> None:
        for column, values in zip(self._columns, (level.low, level.high, level.total, level.numbers), strict=True):
            column.extend(values)

    @property
    def view(self) -> Level:
        return Level(*(column.view for column in self._columns))


class GrowingSeries:
    """Makes a Series of a curve again and again as the curve grows, working only on what is new."""

    def __init__(self) -> None:
        self._begin_anew()

    def become(self, steps: Numbers, values: Numbers, times: Numbers = ()) -> Series:
        """The curve as it is now: all of its points, the same as the last time and perhaps more behind them.

        The last one may have another value than it had. Where others have (another run, a part that was cut), or where
        steps go back, everything is made anew.
        """
        if not self._goes_on(steps, values):
            self._begin_anew()
        self._forget_last()
        known = len(self._steps)
        x, y = _floats(steps[known:]), _floats(values[known:])
        when = _floats(times[known:]) if len(times) == len(steps) else np.full(len(x), np.nan)
        if np.any(np.diff(x) < 0) or (known and len(x) and x[0] < self._steps.view[-1]):
            x, y, when = _in_order(steps, values, times)
            self._begin_anew()
            self._in_order = False
        self._append(x, y, when)
        return self.series

    @property
    def series(self) -> Series:
        """As it is now."""
        levels = tuple(level.view for level in self._levels)
        return Series(self._steps.view, self._values.view, self._times.view, levels)

    def _begin_anew(self) -> None:
        self._steps, self._values, self._times = _Column(), _Column(), _Column()
        self._levels: list[_GrowingLevel] = []
        self._in_order = True

    def _goes_on(self, steps: Numbers, values: Numbers) -> bool:
        """Whether the points begin with those that are known, by a look at a few of them."""
        known = len(self._steps)
        if known < 2:
            return True
        if not self._in_order or len(steps) < known:
            return False
        probes = np.linspace(0, max(0, known - 2), min(known, _PROBES)).astype(np.int64)
        told = np.array([(steps[index], values[index]) for index in probes.tolist()], dtype=np.float64)
        kept = np.stack((self._steps.view[probes], self._values.view[probes]), axis=1)
        return bool(np.array_equal(told, kept, equal_nan=True))

    def _forget_last(self) -> None:
        for column in (self._steps, self._values, self._times):
            column.forget_last()

    def _append(self, x: Floats, y: Floats, when: Floats) -> None:
        self._steps.extend(x)
        self._values.extend(y)
        self._times.extend(when)
        size, depth = len(self._values) - 1, 0  # the last value may be told again
        while size >= FACTOR:
            if depth == len(self._levels):
                self._levels.append(_GrowingLevel())
            level = self._levels[depth]
            start, end = len(level) * FACTOR, size // FACTOR * FACTOR
            below = ground(self._values.view[start:end]) if not depth else self._levels[depth - 1].view.part(start, end)
            level.extend(summed_up(below))
            size, depth = len(level), depth + 1


def _floats(numbers: Numbers) -> Floats:
    return np.asarray(numbers, dtype=np.float64)


def _in_order(steps: Numbers, values: Numbers, times: Numbers) -> tuple[Floats, Floats, Floats]:
    x = _floats(steps)
    order = np.argsort(x, kind="stable")
    when = _floats(times)[order] if len(times) == len(x) else np.full(len(x), np.nan)
    return x[order], _floats(values)[order], when
