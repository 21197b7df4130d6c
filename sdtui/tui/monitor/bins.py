"""A curve brought down to the dots that there are: by minimum and maximum, and smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sdtui.tui.monitor.pyramid import Floats, Ints
from sdtui.tui.monitor.series import Series

_FINE = 16
"""Places in a window at which the mean is taken."""


@dataclass(frozen=True, slots=True)
class Bins:
    """A curve decimated to dot columns: the least, most and mean of each, NaN where it holds no number."""

    low: Floats
    high: Floats
    mean: Floats
    filled: Ints
    """The columns that hold points, be they numbers or not."""
    bad: Ints
    """The columns that hold a point that is not a number."""


def decimate(series: Series, first: float, last: float, columns: int) -> Bins:
    """``series`` between the steps ``first`` and ``last`` in ``columns`` columns, by minimum and maximum.

    No spike is lost, however many points share a column.
    """
    starts, ends = _cuts(series, first, last, columns)
    folded = series.fold(starts, ends)
    filled = ends > starts
    bad = np.flatnonzero(filled & (folded.numbers < ends - starts))
    return Bins(folded.low, folded.high, folded.mean, np.flatnonzero(filled), bad)


def line_of(series: Series, first: float, last: float, columns: int, window: int = 1) -> Floats:
    """The curve as one value a column, smoothed over ``window`` points.

    Columns without points are filled along a straight line, also from and to the points just outside; what is not a
    number stays a gap.
    """
    starts, ends = _cuts(series, first, last, columns)
    inside = np.flatnonzero(ends > starts)
    many = int((ends - starts).max(initial=0))
    # A column is a mean itself: over more points than the window, it needs no other one.
    means = series.fold(starts, ends).mean[inside] if window <= max(1, many) else None
    if means is None:
        means = smoothed_at(series, (starts[inside] + ends[inside] - 1) // 2, window)
    outside = [index for index in (int(starts[0]) - 1, int(ends[-1])) if 0 <= index < len(series)]
    beyond = (series.steps[outside] - first) / (last - first) * columns - 0.5
    x = np.concatenate((inside, beyond)).astype(np.float64)
    y: Floats = np.concatenate((means, smoothed_at(series, np.array(outside, dtype=np.int64), window)))
    order = np.argsort(x)
    line: Floats = (
        np.interp(np.arange(columns), x[order], y[order], np.nan, np.nan) if len(x) else np.full(columns, np.nan)
    )
    line[inside] = means
    return line


def smoothed_at(series: Series, places: Ints, window: int) -> Floats:
    """The mean over about ``window`` points around each of ``places`` (indices, ascending), NaN left out.

    Taken twice, so that it has no corners. Centred, so that it does not lag behind. At the beginning, where a loss
    falls fast, the window is cut on both sides; at the end only where there is nothing yet, so that the newest value is
    a mean too.
    """
    if not len(places) or not len(series):
        return np.full(len(places), np.nan)
    if window <= 1:
        return series.values[places]
    reach = window // 2
    last = min(len(series) - 1, int(places[-1]) + reach)
    nodes = _nodes(max(0, int(places[0]) - reach), last, window)
    once = _around(series, nodes, reach)
    own = np.minimum(reach, places)
    low = np.searchsorted(nodes, places - own, side="left")
    high = np.searchsorted(nodes, np.minimum(places + own, last), side="right")
    # Where nodes stand close together, each counts for less.
    weight = np.where(np.isfinite(once), np.gradient(nodes) if len(nodes) > 1 else 1.0, np.nan)
    at, starts, ends = nodes.astype(np.float64), low, np.maximum(high, low + 1)
    return Series.of(at, once * weight).fold(starts, ends).mean / Series.of(at, weight).fold(starts, ends).mean


def _nodes(first: int, last: int, window: int) -> Ints:
    """Indices at which the mean is worked out: over many points it changes little from one to the next.

    Close together at the beginning of the curve, where the windows are small.
    """
    stride = max(1, window // _FINE)
    regular = np.minimum(np.arange(first // stride, last // stride + 2) * stride, last)
    if stride == 1 or first >= window:
        return np.unique(regular)
    early = np.geomspace(1, window, _FINE * window.bit_length()).astype(np.int64)
    return np.unique(np.concatenate((regular, np.minimum(early, last))))


def _around(series: Series, places: Ints, reach: int) -> Floats:
    own = np.minimum(reach, places)
    return series.fold(places - own, np.minimum(places + own + 1, len(series))).mean


def _cuts(series: Series, first: float, last: float, columns: int) -> tuple[Ints, Ints]:
    """For each column the index of its first point, and that behind its last."""
    cuts = np.searchsorted(series.steps, np.linspace(first, last, columns + 1), side="left")
    cuts[-1] = np.searchsorted(series.steps, last, side="right")
    return cuts[:-1].astype(np.int64), cuts[1:].astype(np.int64)
