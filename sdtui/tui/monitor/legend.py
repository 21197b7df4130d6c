"""What stands above the chart: the newest loss, what the lines are, the learning rate."""

from __future__ import annotations

import numpy as np

from sdtui.base.text import count
from sdtui.runs.record import RunView
from sdtui.tui.monitor.bins import smoothed_at
from sdtui.tui.monitor.chart import Mark, Series
from sdtui.tui.monitor.phrases import trend
from sdtui.tui.widgets.lines import Line, Span, cells

_FEW = 12
SMOOTHINGS = (0.04, 0.12, 0.0, 0.01)
"""Shares of all points that the mean is taken over; 0 is off. The key goes through them in this order."""


def window_of(series: Series, share: float) -> int:
    """Points to smooth over; of a young run at least a few, since a share of few points smooths nothing."""
    if not share:
        return 1
    return max(1, round(len(series) * share), min(_FEW, len(series) // 4))


def steps_per_epoch(view: RunView) -> float | None:
    """Steps of an epoch, None where the run has not said how many epochs it has."""
    return view.total_steps / view.epochs if view.total_steps and view.epochs else None


def marks(view: RunView) -> list[Mark]:
    """The ends of epochs so far, and the checkpoints."""
    each = steps_per_epoch(view)
    found = [Mark(epoch * each, "epoch") for epoch in range(1, view.epoch or 0)] if each else []
    for checkpoint in view.checkpoints:
        if checkpoint.step is not None:
            found.append(Mark(checkpoint.step, "saved"))
        elif checkpoint.epoch is not None and each:
            found.append(Mark(checkpoint.epoch * each, "saved"))
        elif checkpoint.epoch is None:
            found.append(Mark(view.step, "saved"))
    return found


def legend(view: RunView, loss: Series, window: int, *, log: bool, width: int = 80) -> Line:
    """``loss 0.0812 ▼  mean of 50  lr 1.00e-04  ◆ saved``; the first step without a number, where there is one.

    What does not fit into ``width`` cells is left out, the least important first.
    """
    bad = loss.first_bad_step()
    line: list[Span] = [("loss ", "dim")]
    if bad is not None:
        line.append((f"is not a number since step {count(bad)}", "bad"))
    else:
        now, before = _ends(loss, window)
        line += [(f"{now:.4f}" if now is not None else "·", "strong"), (f" {trend(now, before)}", "dim")]
    more: list[list[Span]] = [[(f"  mean of {count(window)}" if window > 1 else "  each step", "accent")]]
    if view.lr is not None:
        more.append([("  lr ", "dim"), (f"{view.lr:.2e}" if 0 < view.lr < 1e-3 else f"{view.lr:.3g}", "plain")])
    if log:
        more.append([("  log", "dim")])
    if view.checkpoints:
        more.append([("  ◆ ", "good"), ("saved", "dim")])
    for spans in more:
        if cells([*line, *spans]) <= width:
            line += spans
    return line


def _ends(series: Series, window: int) -> tuple[float | None, float | None]:
    """The newest smoothed value, and the one a window before it."""
    last = len(series) - 1
    if last < 0:
        return None, None
    before, now = smoothed_at(series, np.array([max(0, last - max(window, 1)), last]), window)
    return (float(now) if np.isfinite(now) else None), (float(before) if np.isfinite(before) else None)
