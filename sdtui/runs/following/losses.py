"""What a run's loss came to: at its end, at its best, and at each checkpoint, so that runs can be compared.

A single step's loss says next to nothing, since it hangs on the noise that was drawn. So it is the mean over the steps
before, or the loss on the validation images where the run has measured that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.runs.record import Checkpoint, RunView

VALIDATION = "validation"
SMOOTHED = "smoothed"
TOLD = "average"
"""What a loss was judged by: the images held back, the mean of the raw loss, or the trainer's own average."""

_SHARE = 0.04
_FEW = 12
"""The mean is over this share of all points, of a short run at least over a few."""
_VALIDATED = ("loss/validation/step_average", "loss/validation/epoch_average")
"""train_network.py: the first counts steps, the second epochs."""

_Floats = NDArray[np.float64]


class CheckpointLoss(msgspec.Struct, frozen=True):
    """A checkpoint with the loss at its step, and what that was judged by."""

    path: str
    step: int | None
    epoch: int | None
    loss: float
    by: str


class Losses(msgspec.Struct, frozen=True):
    """The losses of a run. None where there is no number."""

    final: float | None = None
    best: float | None = None
    best_step: int | None = None
    by: str = SMOOTHED
    """What ``final`` and ``best`` are: SMOOTHED or TOLD."""
    window: int = 1
    """Points that the mean is over."""
    broken_at: int | None = None
    """The first step whose loss is not a number: what was trained from there on is lost."""
    checkpoints: tuple[CheckpointLoss, ...] = ()
    """Those whose loss is known, in the order of the run."""


def losses_of(curves: Mapping[str, Curve], view: RunView) -> Losses:
    """What the curves of a run say, for it as a whole and for each of its checkpoints."""
    by = SMOOTHED if LOSS in curves else TOLD
    steps, values = _points(curves.get(LOSS) or curves.get(AVERAGE))
    if not len(steps):
        return Losses()
    bad = np.flatnonzero(~np.isfinite(values))
    window = window_of(len(steps)) if by == SMOOTHED else 1
    sound = len(steps) if not len(bad) else int(bad[0])
    mean = trailing_mean(values[:sound], window)
    # The mean over the first few points is no mean yet.
    skipped = min(window - 1, max(0, sound - 1))
    at = skipped + int(np.argmin(mean[skipped:])) if sound else None
    return Losses(
        final=float(mean[-1]) if sound == len(steps) else None,
        best=float(mean[at]) if at is not None else None,
        best_step=int(steps[at]) if at is not None else None,
        by=by,
        window=window,
        broken_at=int(steps[bad[0]]) if len(bad) else None,
        checkpoints=_at_checkpoints(curves, view, steps[:sound], mean, by, int(steps[-1])),
    )


def best_checkpoint(losses: Losses, standing: Iterable[Checkpoint]) -> CheckpointLoss | None:
    """The one with the least loss of those that are still ``standing``; None where no loss is known.

    Where some were validated, only they are set beside each other; of equals it is the later one.
    """
    there = {checkpoint.path for checkpoint in standing}
    known = [one for one in losses.checkpoints if one.path in there]
    known = [one for one in known if one.by == VALIDATION] or known
    return min(reversed(known), key=lambda one: one.loss, default=None)


def window_of(points: int) -> int:
    """Over how many points of so many the mean is taken."""
    return max(1, round(points * _SHARE), min(_FEW, points // 4))


def trailing_mean(values: _Floats, window: int) -> _Floats:
    """The mean over each value and the ``window`` - 1 before it, fewer at the beginning. All must be finite."""
    if window <= 1 or not len(values):
        return values
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - window)
    mean: _Floats = (sums[ends] - sums[starts]) / (ends - starts)
    return mean


def step_of(checkpoint: Checkpoint, view: RunView, last: int) -> float | None:
    """The step at which it was saved: ``last`` for the final one, None where its epoch cannot be told in steps."""
    if checkpoint.step is not None:
        return float(checkpoint.step)
    if checkpoint.epoch is None:
        return float(last)
    each = steps_per_epoch(view)
    return checkpoint.epoch * each if each is not None else None


def steps_per_epoch(view: RunView) -> float | None:
    """Steps of an epoch, None where the run has not said how many epochs it has."""
    return view.total_steps / view.epochs if view.total_steps and view.epochs else None


def _at_checkpoints(
    curves: Mapping[str, Curve], view: RunView, steps: _Floats, mean: _Floats, by: str, last: int
) -> tuple[CheckpointLoss, ...]:
    validated = _validation(curves, view)
    found = []
    for checkpoint in view.checkpoints:
        at = step_of(checkpoint, view, last)
        if at is None:
            continue
        told = _value_at(*validated, at)
        loss = told if told is not None else _value_at(steps, mean, at)
        # What was saved after the loss broke has no value before that.
        if loss is not None and (told is not None or not _is_broken(steps, at, last)):
            judged = VALIDATION if told is not None else by
            found.append(CheckpointLoss(checkpoint.path, checkpoint.step, checkpoint.epoch, loss, judged))
    return tuple(found)


def _is_broken(sound: _Floats, at: float, last: int) -> bool:
    return bool(len(sound)) and sound[-1] < last and at > sound[-1]


def _validation(curves: Mapping[str, Curve], view: RunView) -> tuple[_Floats, _Floats]:
    """Steps and losses of the validations; none where there are none, or their epochs cannot be told in steps."""
    by_step, by_epoch = (curves.get(tag) for tag in _VALIDATED)
    if by_step is not None:
        return _points(by_step)
    epochs, values = _points(by_epoch)
    each = steps_per_epoch(view)
    return (epochs * each, values) if each is not None else (epochs[:0], values[:0])


def _points(curve: Curve | None) -> tuple[_Floats, _Floats]:
    steps: Sequence[float] = curve.steps if curve is not None else ()
    values: Sequence[float] = curve.values if curve is not None else ()
    x, y = np.asarray(steps, dtype=np.float64), np.asarray(values, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    return x[order], y[order]


def _value_at(steps: _Floats, values: _Floats, at: float) -> float | None:
    """The value of the last of ``steps`` up to ``at``; half a step is forgiven."""
    place = int(np.searchsorted(steps, at + 0.5, side="right")) - 1
    if place < 0:
        return None
    value = float(values[place])
    return value if math.isfinite(value) else None
