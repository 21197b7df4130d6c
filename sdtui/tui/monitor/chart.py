"""The loss chart as plain values: points in, rows of characters out. No widget, so that it can be tested as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sdtui.tui.monitor import axis, braille

Floats = NDArray[np.float64]

LABEL_WIDTH = 7
"""Cells left of the chart: a number of up to six characters and the axis."""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one curve, in order of step. Values may be NaN."""

    steps: Floats
    values: Floats

    @staticmethod
    def of(steps: Sequence[float], values: Sequence[float]) -> Series:
        """From any two sequences of the same length; put in order of step where they are not."""
        x, y = np.asarray(steps, dtype=np.float64), np.asarray(values, dtype=np.float64)
        if len(x) > 1 and np.any(np.diff(x) < 0):
            order = np.argsort(x, kind="stable")
            x, y = x[order], y[order]
        return Series(x, y)

    def __len__(self) -> int:
        return len(self.steps)

    def first_bad_step(self) -> int | None:
        """The step of the first value that is not a number (a training run that has gone wrong), None where all are."""
        bad = np.flatnonzero(~np.isfinite(self.values))
        return int(self.steps[bad[0]]) if len(bad) else None


NOTHING = Series.of((), ())
"""A curve without points."""


def smooth(series: Series, window: int) -> Series:
    """The mean over about ``window`` points around each point, twice (so that it has no corners), NaN left out.

    Centred, so that it does not lag behind. At the beginning, where a loss falls fast, the window is cut on both sides;
    at the end only where there is nothing yet, so that the newest value is a mean too.
    """
    if window <= 1 or len(series) == 0:
        return series
    once = _centred_mean(series.values, window)
    return Series(series.steps, _centred_mean(once, window))


def _centred_mean(values: Floats, window: int) -> Floats:
    good = np.isfinite(values)
    sums = np.concatenate(([0.0], np.cumsum(np.where(good, values, 0.0))))
    counts = np.concatenate(([0], np.cumsum(good)))
    index = np.arange(len(values))
    reach = np.minimum(window // 2, index)
    low, high = index - reach, np.minimum(index + reach + 1, len(values))
    number = counts[high] - counts[low]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(number > 0, (sums[high] - sums[low]) / number, np.nan)


@dataclass(frozen=True, slots=True)
class Bins:
    """A curve decimated to dot columns: the least, most and mean of each, NaN where it holds no number."""

    low: Floats
    high: Floats
    mean: Floats
    filled: NDArray[np.int64]
    """The columns that hold points, be they numbers or not."""


def decimate(series: Series, first: float, last: float, columns: int) -> Bins:
    """``series`` between the steps ``first`` and ``last`` in ``columns`` columns, by minimum and maximum.

    No spike is lost, however many points share a column.
    """
    empty = np.full(columns, np.nan)
    edges = np.linspace(first, last, columns + 1)
    cuts = np.searchsorted(series.steps, edges, side="left")
    cuts[-1] = np.searchsorted(series.steps, last, side="right")
    filled = np.flatnonzero(cuts[1:] > cuts[:-1])
    if not len(filled):
        return Bins(empty, empty, empty, filled)
    values = series.values[: cuts[-1]]
    starts = cuts[:-1][filled]
    low, high, mean = empty.copy(), empty.copy(), empty.copy()
    low[filled] = np.fmin.reduceat(values, starts)
    high[filled] = np.fmax.reduceat(values, starts)
    good = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        sums, counts = np.add.reduceat(np.where(good, values, 0.0), starts), np.add.reduceat(good.astype(float), starts)
        mean[filled] = np.where(counts > 0, sums / counts, np.nan)
    return Bins(low, high, mean, filled)


def line_through(bins: Bins) -> Floats:
    """The mean of each column, columns without points filled along a straight line; NaN stays a gap in the curve."""
    if len(bins.filled) < 2:
        return bins.mean
    inside = np.arange(bins.filled[0], bins.filled[-1] + 1)
    line: Floats = bins.mean.copy()
    line[inside] = np.interp(inside, bins.filled, bins.mean[bins.filled])
    line[bins.filled] = bins.mean[bins.filled]
    return line


@dataclass(frozen=True, slots=True)
class Look:
    """How the person wants to see it."""

    log: bool = False
    window: int = 1
    """Points that are smoothed over; 1 is off."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A step at which something happened."""

    step: float
    kind: str
    """``saved`` or ``epoch``."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of ``width`` by ``height`` cells, ready to be coloured. Each list has an item a row of the chart."""

    labels: list[str]
    """What stands left of each row, LABEL_WIDTH cells: ``  0.20┤``."""
    raw: list[bytes]
    smooth: list[bytes]
    """Braille bits a cell; where both have dots the smooth curve wins."""
    floor: str
    """The horizontal axis with its marks."""
    marks: dict[int, str] = field(default_factory=dict)
    """Kind of mark by cell of ``floor``."""
    steps: str = ""
    """Step numbers under the axis."""

    def text(self) -> str:
        """The whole chart without colour."""
        rows = [
            label + "".join(braille.glyph(over or under) for under, over in zip(raw, line, strict=True))
            for label, raw, line in zip(self.labels, self.raw, self.smooth, strict=True)
        ]
        return "\n".join([*rows, self.floor, self.steps])


def draw(raw: Series, last_step: float, marks: Sequence[Mark], look: Look, width: int, height: int) -> Plot:
    """The chart of ``raw`` from step 0 to ``last_step`` in ``width`` by ``height`` cells, axes included."""
    columns, rows = max(1, width - LABEL_WIDTH), max(1, height - 2)
    dots = columns * braille.ACROSS
    first, last = 0.0, max(1.0, last_step)
    under = decimate(raw, first, last, dots)
    over = line_through(decimate(_smoothed(raw, look.window), first, last, dots))
    low, high = value_range(under, over, log=look.log)
    scale = _Scale(low, high, rows * braille.DOWN, look.log)
    floor, found = _floor(marks, first, last, columns)
    return Plot(
        labels=_labels(scale, rows),
        raw=_strokes(scale, under.low, under.high, rows) if look.window > 1 else [bytes(columns)] * rows,
        smooth=_strokes(scale, over, over, rows),
        floor=floor,
        marks=found,
        steps=_step_row(first, last, columns),
    )


def _smoothed(raw: Series, window: int) -> Series:
    """Smoothed, and thinned first where there are far more points than dots (a million take 0.2 s otherwise)."""
    group = max(1, min(window // 8, len(raw) // 20_000))
    if group > 1:
        whole = len(raw) // group * group
        steps = raw.steps[:whole].reshape(-1, group)[:, -1]
        raw = Series(steps, raw.values[:whole].reshape(-1, group).mean(axis=1))
    return smooth(raw, window // group)


def value_range(raw: Bins, smoothed: Floats, *, log: bool) -> tuple[float, float]:
    """What the vertical axis spans: all of the smoothed curve, and of the raw one all but rare spikes."""
    curve = smoothed[np.isfinite(smoothed)]
    if not len(curve):
        return (0.01, 1.0) if log else (0.0, 1.0)
    highs, lows = raw.high[np.isfinite(raw.high)], raw.low[np.isfinite(raw.low)]
    high = max(float(curve.max()), float(np.percentile(highs, 96)) if len(highs) else 0.0)
    low = min(float(curve.min()), float(np.percentile(lows, 4)) if len(lows) else math.inf)
    if log:
        if high <= 0:
            return 0.01, 1.0
        low = max(low, high * 1e-4)
    if not high - low > 1e-9 * max(abs(high), abs(low), 1e-9):
        pad = max(abs(high) * 0.1, 1e-6)
        return (low / 1.2, high * 1.2) if log else (low - pad, high + pad)
    if log:
        return low, high
    pad = 0.03 * (high - low)
    # A loss is read against zero when that costs little room.
    return (0.0 if 0 <= low < 0.35 * high else low - pad), high + pad


class _Scale:
    """Values to dot rows, 0 at the upper edge."""

    def __init__(self, low: float, high: float, dots: int, log: bool) -> None:
        self.low, self.high, self.dots, self.log = low, high, dots, log

    def rows(self, values: Floats) -> NDArray[np.int64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.log:
                share = (np.log(np.maximum(values, 1e-300)) - math.log(self.low)) / math.log(self.high / self.low)
            else:
                share = (values - self.low) / (self.high - self.low)
        share = np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
        return np.rint((1.0 - share) * (self.dots - 1)).astype(np.int64)

    def ticks(self, most: int) -> list[float]:
        return (axis.log_ticks if self.log else axis.linear_ticks)(self.low, self.high, most)


def _strokes(scale: _Scale, low: Floats, high: Floats, rows: int) -> list[bytes]:
    drawn = np.isfinite(low)
    tops, bottoms = braille.joined(scale.rows(high), scale.rows(low), drawn)
    return braille.spans(tops, bottoms, drawn, rows)


def _labels(scale: _Scale, rows: int) -> list[str]:
    texts = [" " * (LABEL_WIDTH - 1) + "│"] * rows
    ticks = scale.ticks(max(2, rows // 3))
    for tick, label in zip(ticks, axis.labels(ticks), strict=True):
        row = int(scale.rows(np.array([tick]))[0]) // braille.DOWN
        texts[row] = f"{label[: LABEL_WIDTH - 1]:>{LABEL_WIDTH - 1}}┤"
    return texts


def _floor(marks: Sequence[Mark], first: float, last: float, columns: int) -> tuple[str, dict[int, str]]:
    line = ["─"] * columns
    found: dict[int, str] = {}
    for mark in sorted(marks, key=lambda mark: mark.kind != "epoch"):
        if not first <= mark.step <= last:
            continue
        cell = LABEL_WIDTH + min(columns - 1, int((mark.step - first) / (last - first) * columns))
        found[cell] = mark.kind
        line[cell - LABEL_WIDTH] = "┴" if mark.kind == "epoch" else "◆"
    if sum(kind == "epoch" for kind in found.values()) > columns // 3:
        # So many epochs that their marks would be a comb: only what was saved stays.
        line = ["─" if char == "┴" else char for char in line]
        found = {cell: kind for cell, kind in found.items() if kind != "epoch"}
    return " " * (LABEL_WIDTH - 1) + "└" + "".join(line), found


def _step_row(first: float, last: float, columns: int) -> str:
    row = [" "] * (LABEL_WIDTH + columns)
    ticks = axis.linear_ticks(first, last, max(2, columns // 12))
    for tick, label in zip(ticks, axis.step_labels(ticks), strict=True):
        cell = LABEL_WIDTH + int((tick - first) / (last - first) * (columns - 1))
        start = max(LABEL_WIDTH, min(cell - len(label) // 2, len(row) - len(label)))
        if all(char == " " for char in row[max(0, start - 1) : start + len(label) + 1]):
            row[start : start + len(label)] = label
    return "".join(row)


def sparkline(series: Series, last_step: float, width: int) -> str:
    """One row of braille dots for a curve whose shape matters more than its numbers (the learning rate)."""
    if not len(series) or width < 1:
        return " " * max(0, width)
    line = line_through(decimate(series, 0.0, max(1.0, last_step), width * braille.ACROSS))
    good = line[np.isfinite(line)]
    if not len(good):
        return " " * width
    high = float(good.max()) or 1.0
    scale = _Scale(0.0, high if high > 0 else 1.0, braille.DOWN, log=False)
    return "".join(braille.glyph(bits) for bits in _strokes(scale, line, line, 1)[0])
