"""What stands above and under the chart: the newest value of each curve, what the lines and signs are, the cursor's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from sdtui.base.text import count, duration, safe
from sdtui.runs.record import RunView
from sdtui.tui.monitor.bins import smoothed_at
from sdtui.tui.monitor.chart import MARKS, Drawn, Kind
from sdtui.tui.monitor.chart_state import LOSS_SUBJECT, RATES_SUBJECT, ChartState, Shown, steps_per_epoch
from sdtui.tui.monitor.phrases import trend
from sdtui.tui.monitor.scalars import Scalars, note
from sdtui.tui.monitor.series import Series
from sdtui.tui.widgets.lines import Line, Span, cells

_DAY = 86_400.0
_LATEST = 2.5e11
"""The end of the year 9999: what is later was written by nobody's clock."""


def value_text(value: float) -> str:
    """``0.0812``, ``1.00e-04``, ``12.3``."""
    if not np.isfinite(value):
        return "NaN"
    size = abs(value)
    if size and size < 1e-3:
        return f"{value:.2e}"
    return f"{value:.4f}" if size < 100 else f"{value:.4g}"


def rate_text(value: float) -> str:
    """A learning rate: ``1.00e-04``, ``0.001``."""
    return f"{value:.2e}" if 0 < value < 1e-3 else f"{value:.3g}"


def legend(seen: Shown, scalars: Scalars, view: RunView, state: ChartState, width: int = 80) -> Line:
    """``loss 0.0812 ▼  mean of 50 steps  ◇ 0.0921 validation  ● 0.0831 epoch average  lr 1.00e-04``.

    The first step without a number, where there is one. What does not fit into ``width`` cells is left out, the least
    important first.
    """
    if state.subject == RATES_SUBJECT:
        head: list[Span] = [("learning rate", "dim")]
        names = [_named(curve, rate_text) for curve in seen.curves]
        if cells([*head, *(span for spans in names for span in spans)]) > width:
            names = [spans[:-1] for spans in names]  # sign and value of each rather than the name of one
        return _fitted(head, [*names, _log(state)], width)
    return _fitted(_head(seen, scalars, state, width), _details(seen, scalars, view, state), width)


def _head(seen: Shown, scalars: Scalars, state: ChartState, width: int) -> list[Span]:
    loss = state.subject == LOSS_SUBJECT
    name = ("loss" if scalars.is_raw else "average loss") if loss else safe(state.subject)
    series, window = seen.leading.series, seen.leading.window
    bad = series.first_bad_step()
    if bad is not None and not np.isfinite(series.values[-1]):
        told = [
            [(f"{name} ", "dim"), (f"{words} since step {count(bad)}", "bad")] for words in ("is not a number", "NaN")
        ]
        return next((head for head in told if cells(head) <= width), told[-1])
    now, before = _ends(series, window)
    value = value_text(now) if now is not None else "·"
    head: list[Span] = [(f"{name} ", "dim"), (value, "strong"), (f" {trend(now, before)}", "dim")]
    if bad is None:
        return head
    at = [[*head, (f" {words} at step {count(bad)}", "bad")] for words in ("not a number", "NaN")]
    return next((line for line in at if cells(line) <= width), at[-1])


def _details(seen: Shown, scalars: Scalars, view: RunView, state: ChartState) -> list[list[Span]]:
    smoothed = seen.leading.window > 1
    more = [[(f"  mean of {count(seen.leading.window)}" if smoothed else "  each step", "accent")]]
    more += [_named(curve, value_text) for curve in reversed(seen.curves) if curve.kind is Kind.POINTS]
    if state.subject != LOSS_SUBJECT:
        more.append([(f"  {note(state.subject)}", "dim")] if note(state.subject) else [])
    else:
        rate = view.lr if view.lr is not None else scalars.rate.newest()
        more.append([("  lr ", "dim"), (rate_text(rate), "plain")] if rate is not None else [])
    more.append(_log(state))
    if smoothed:
        more.append([("  ⣿ ", "faint"), ("each step", "dim")])
    return more


def _named(curve: Drawn, text: Callable[[float], str]) -> list[Span]:
    """``  ● 0.0831 epoch average``."""
    newest = curve.series.newest()
    value = [(f"{text(newest)} ", "plain")] if newest is not None else []
    return [(f"  {curve.sign} ", curve.role), *value, (safe(curve.name), "dim")]


def _log(state: ChartState) -> list[Span]:
    return [("  log", "dim")] if state.log else []


def _fitted(head: list[Span], more: Iterable[list[Span]], width: int) -> Line:
    """What fits of ``more``; of sign, value and name at least sign and value."""
    line = list(head)
    for spans in more:
        short = spans[:2] if len(spans) == 3 else []
        line += next((each for each in (spans, short) if each and cells([*line, *each]) <= width), [])
    return line


def _ends(series: Series, window: int) -> tuple[float | None, float | None]:
    """The mean over the newest ``window`` points, as History has it, and over those before them."""
    end, window = len(series), max(window, 1)
    if not end:
        return None, None
    middle = max(1, end - window) if end > 1 else 0
    before, now = series.fold(np.array([max(0, middle - window), middle]), np.array([middle, end])).mean
    return (float(now) if np.isfinite(now) else None), (float(before) if np.isfinite(before) else None)


def marks_line(kinds: Iterable[str], seen: Shown, bounds: tuple[float, float], width: int) -> Line:
    """``┴ epoch  • sample  ◆ saved``: the signs that can be seen, and on the right which part of the run that is."""
    present = set(kinds)
    line: list[Span] = []
    for kind, (sign, role) in MARKS.items():
        if kind in present:
            line += [(f"{'  ' if line else ''}{sign} ", role), ("not a number" if kind == "bad" else kind, "dim")]
    if bounds == (seen.first, seen.last):
        return line
    part = f"steps {count(round(bounds[0]))} to {count(round(bounds[1]))} of {count(round(seen.last))}"
    gap = width - cells(line) - len(part)
    return [*line, (" " * gap + part, "dim")] if gap >= 2 else [(part, "dim")]


def readout(seen: Shown, scalars: Scalars, view: RunView, cursor: float, now: float, width: int) -> Line:
    """What the curves say at the cursor: ``step 1,240  epoch 7  2 h 03 m in  12:04:11  loss 0.0912  mean 0.0812``."""
    lead = seen.leading
    place = lead.series.nearest(cursor)
    if place is None:
        return []
    step = float(lead.series.steps[place])
    head: list[Span] = [("▏", "strong"), (f"step {count(round(step))}", "strong")]
    each = steps_per_epoch(view)
    epoch: list[Span] = [(f"  epoch {count(int(max(0.0, step - 1) // each) + 1)}", "plain")] if each else []
    rate = _latest(scalars.rate, step) if lead.series is scalars.loss else None
    after = [
        epoch,
        *_when(float(lead.series.times[place]), view, now),
        [("  lr ", "dim"), (rate_text(rate), "plain")] if rate is not None else [],
    ]
    named = [*head, *(span for curve in seen.curves for span in _value_at(curve, step, named=True))]
    room = width - sum(cells(spans) for spans in after)
    return _fitted(
        head, [*(_value_at(curve, step, named=cells(named) <= room) for curve in seen.curves), *after], width
    )


def _value_at(curve: Drawn, step: float, *, named: bool) -> list[Span]:
    """``  ● 0.0831 epoch average``; a curve with a sign can do without its name."""
    value: float | None
    if curve.kind is Kind.POINTS:
        value = _latest(curve.series, step)
    else:
        place = curve.series.nearest(step)
        value = None if place is None else float(smoothed_at(curve.series, np.array([place]), curve.window)[0])
    if value is None:
        return []
    text = (value_text(value), "plain" if np.isfinite(value) else "bad")
    if curve.sign:
        return [(f"  {curve.sign} ", curve.role), text, (f" {safe(curve.name)}" if named else "", "dim")]
    word = f"mean of {count(curve.window)}" if curve.window > 1 else curve.name
    return [("  ", "dim"), text, (f" {safe(word)}", "dim" if curve.kind is Kind.CLOUD else curve.role)]


def _latest(series: Series, step: float) -> float | None:
    """The value of the last point up to ``step``."""
    place = int(np.searchsorted(series.steps, step, side="right")) - 1
    return float(series.values[place]) if place >= 0 else None


def _when(at: float, view: RunView, now: float) -> Sequence[list[Span]]:
    if not 0 <= at < _LATEST:
        return []
    clock = time.strftime("%H:%M:%S" if abs(now - at) < _DAY else "%m-%d %H:%M", time.localtime(at))
    since = (
        [(f"  {duration(at - view.started)} in", "plain")] if view.started is not None and at >= view.started else []
    )
    return [since, [(f"  {clock}", "dim")]]
