"""What a person has chosen to see of a run's curves: which of them, how smooth, which steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sdtui.runs.record import RunView
from sdtui.tui.monitor.chart import Drawn, Kind, Mark, compared
from sdtui.tui.monitor.scalars import Scalars
from sdtui.tui.monitor.series import NOTHING, Series
from sdtui.tui.monitor.viewport import Viewport, neighbour

LOSS_SUBJECT = ""
"""The loss with all that belongs to it."""
RATES_SUBJECT = "lr"
"""All learning rates together."""

_FEW = 12
_MOST_EPOCHS = 2000
SMOOTHINGS = (0.04, 0.12, 0.0, 0.01)
"""Shares of all points that the mean is taken over; 0 is off. The key goes through them in this order."""
EPOCH_SIGN, VALIDATION_SIGN = "●", "◇"


def window_of(series: Series, share: float) -> int:
    """Points to smooth over; of a young run at least a few, since a share of few points smooths nothing."""
    return _window(len(series), share)


def _window(points: int, share: float) -> int:
    return max(1, round(points * share), min(_FEW, points // 4)) if share else 1


def steps_per_epoch(view: RunView) -> float | None:
    """Steps of an epoch, None where the run has not said how many epochs it has."""
    return view.total_steps / view.epochs if view.total_steps and view.epochs else None


def marks(view: RunView) -> list[Mark]:
    """The ends of epochs so far, samples, checkpoints, and where it was resumed."""
    each = steps_per_epoch(view)
    begun = view.epoch or 0
    # Of a very long run only some: no chart has room for more.
    stride = begun // _MOST_EPOCHS + 1
    found = [Mark(epoch * each, "epoch") for epoch in range(stride, begun, stride)] if each else []
    found += [Mark(step, "sample") for step in {_step_of(one.step, one.epoch, each) for one in view.samples} if step]
    for checkpoint in view.checkpoints:
        step = _step_of(checkpoint.step, checkpoint.epoch, each)
        if checkpoint.step is None and checkpoint.epoch is None:
            step = view.step  # the last one bears no number
        if step is not None:
            found.append(Mark(step, "saved"))
    resumed = {part.resumed_at for part in view.parts} | ({view.first_step} if view.first_step else set())
    return [*found, *(Mark(step, "resumed") for step in sorted(resumed))]


def _step_of(step: int | None, epoch: int | None, each: float | None) -> float | None:
    if step is not None:
        return float(step)
    return epoch * each if epoch is not None and each else None


@dataclass(frozen=True, slots=True)
class ChartState:
    """All of it. Every method gives another one."""

    subject: str = LOSS_SUBJECT
    """LOSS_SUBJECT, RATES_SUBJECT, or the tag of a scalar."""
    smoothing: int = 0
    log: bool = False
    viewport: Viewport = field(default_factory=Viewport)

    @property
    def share(self) -> float:
        """The part of all points that the mean is taken over."""
        return SMOOTHINGS[self.smoothing]

    def smoother(self) -> ChartState:
        """The next way of smoothing."""
        return replace(self, smoothing=(self.smoothing + 1) % len(SMOOTHINGS))

    def looking(self, viewport: Viewport) -> ChartState:
        """At other steps."""
        return replace(self, viewport=viewport)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The curves of the subject: the first one leads, its points are those that the cursor goes to."""

    curves: tuple[Drawn, ...]
    first: float
    """The steps that there are to see go from here ..."""
    last: float
    """... to here."""

    @property
    def leading(self) -> Drawn:
        """The curve that the cursor follows."""
        return next((curve for curve in self.curves if curve.kind is not Kind.CLOUD), NO_CURVE)

    def around(self, viewport: Viewport, by: float) -> float | None:
        """Where a cursor stands that is moved by so many steps."""
        return neighbour(self.leading.series, viewport.cursor, by)


NO_CURVE = Drawn("", NOTHING)


def shown(scalars: Scalars, view: RunView, state: ChartState) -> Shown:
    """What is to be drawn. It is smoothed over a share of the points in sight: a closer look shows more."""
    curves = _of_subject(scalars, state)
    begins = [float(curve.series.steps[0]) for curve in curves if len(curve.series)]
    newest = [float(curve.series.steps[-1]) for curve in curves if len(curve.series)]
    last = max(float(view.total_steps or 0) if view.state.ended else 0.0, *newest, float(view.step), 1.0)
    # A run of which only a late part is known need not show that it knows nothing of the steps before.
    begin = min(begins, default=0.0)
    first = begin if begin > 0.25 * last and last - begin >= 1 else 0.0
    if state.subject != RATES_SUBJECT:
        curves = [*_smoothed(curves[0], state.viewport.bounds(first, last), state.share), *curves[1:]]
    return Shown(tuple(curves), first, last)


def _of_subject(scalars: Scalars, state: ChartState) -> list[Drawn]:
    if state.subject == RATES_SUBJECT:
        rates = scalars.rates
        return compared((name, rates[name]) for name in sorted(rates))
    if state.subject != LOSS_SUBJECT:
        return [Drawn(state.subject, scalars.by_tag.get(state.subject, NOTHING))]
    curves = [Drawn("loss", scalars.loss)]
    if len(scalars.epochs):
        curves.append(Drawn("epoch average", scalars.epochs, "curve2", EPOCH_SIGN, kind=Kind.POINTS))
    if len(scalars.validation):
        curves.append(Drawn("validation", scalars.validation, "curve4", VALIDATION_SIGN, kind=Kind.POINTS))
    return curves


def _smoothed(curve: Drawn, bounds: tuple[float, float], share: float) -> list[Drawn]:
    """Each point, and before it the mean of those around it."""
    begin = int(np.searchsorted(curve.series.steps, bounds[0], side="left"))
    end = int(np.searchsorted(curve.series.steps, bounds[1], side="right"))
    window = _window(end - begin, share)
    if window <= 1:
        return [curve]
    return [replace(curve, name="each step", role="faint", kind=Kind.CLOUD), replace(curve, window=window)]


def next_mark(found: Sequence[Mark], step: float | None, by: int) -> float | None:
    """The step of the mark before (``by`` -1) or after (1) ``step``; the last one where there is no step."""
    places = sorted({mark.step for mark in found})
    if step is None:
        return places[-1] if places else None
    if by < 0:
        return max((place for place in places if place < step - 1e-6), default=None)
    return min((place for place in places if place > step + 1e-6), default=None)
