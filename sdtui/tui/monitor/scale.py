"""The vertical axis of a chart: what it spans, and at which dot a value stands."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sdtui.tui.monitor import axis
from sdtui.tui.monitor.bins import Bins
from sdtui.tui.monitor.pyramid import Floats

_TINY = 1e-300


def value_range(lines: Sequence[Floats], clouds: Sequence[Bins], *, log: bool) -> tuple[float, float]:
    """What the axis spans: all of the lines, and of the clouds behind them all but rare spikes."""
    curves = _numbers(lines)
    lows, highs = _numbers([cloud.low for cloud in clouds]), _numbers([cloud.high for cloud in clouds])
    if log:
        curves, lows, highs = curves[curves > 0], lows[lows > 0], highs[highs > 0]
    tops = [*([float(curves.max())] if len(curves) else []), *([float(np.percentile(highs, 96))] if len(highs) else [])]
    bases = [*([float(curves.min())] if len(curves) else []), *([float(np.percentile(lows, 4))] if len(lows) else [])]
    if not tops or not bases:
        return (0.01, 1.0) if log else (0.0, 1.0)
    low, high = min(bases), max(tops)
    return _logarithmic(low, high) if log else _linear(low, high)


def _numbers(arrays: Sequence[Floats]) -> Floats:
    every = np.concatenate(arrays) if arrays else np.empty(0)
    numbers: Floats = every[np.isfinite(every)]
    return numbers


def _logarithmic(low: float, high: float) -> tuple[float, float]:
    low = max(low, high * 1e-4, _TINY)
    return (low, high) if high > low * 1.000001 else (low / 1.2, high * 1.2)


def _linear(low: float, high: float) -> tuple[float, float]:
    if not high - low > 1e-9 * max(abs(high), abs(low), 1e-9):
        pad = max(abs(high) * 0.1, 1e-9) if high else 1.0
        return low - pad, high + pad
    pad = 0.03 * (high - low)
    # A loss is read against zero when that costs little room.
    return (0.0 if 0 <= low < 0.2 * high else low - pad), high + pad


class Scale:
    """Values to dot rows, 0 at the upper edge."""

    def __init__(self, low: float, high: float, dots: int, *, log: bool = False) -> None:
        self.low, self.high, self.dots, self.log = low, high, dots, log

    def rows(self, values: Floats) -> NDArray[np.int64]:
        """The dot row of each value; what lies outside stands at the edge."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            if self.log:
                share = (np.log(np.maximum(values, _TINY)) - math.log(self.low)) / math.log(self.high / self.low)
            else:
                share = (values - self.low) / (self.high - self.low)
        share = np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
        return np.rint((1.0 - share) * (self.dots - 1)).astype(np.int64)

    def ticks(self, most: int) -> list[float]:
        """At most ``most`` round values."""
        return (axis.log_ticks if self.log else axis.linear_ticks)(self.low, self.high, most)
