"""All scalars of a run as curves over its steps, and what each of them is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.tui.monitor.series import NOTHING, GrowingSeries, Series

EPOCH_AVERAGES = ("loss/epoch_average", "loss/epoch")
"""The mean loss of each epoch: train_network.py, the other scripts."""
VALIDATIONS = ("loss/validation/step_average", "loss/validation/epoch_average")
"""The loss on the images held back: train_network.py, after every so many steps, and after epochs."""
_SAME = {LOSS: "loss/current", AVERAGE: "loss/average"}
_MOST_EPOCHS = 100_000
_RATE = re.compile(r"lr(/(?!d\*lr)|$)")

NOTES = {
    "loss/current": "the loss of each step",
    "loss": "the loss of each step",
    "loss/average": "the trainer's moving average over one epoch",
    AVERAGE: "the trainer's moving average over one epoch",
    "loss/epoch_average": "the mean loss of each epoch",
    "loss/epoch": "the mean loss of each epoch",
    "loss/validation/step_average": "the loss on images held back, every so many steps",
    "loss/validation/epoch_average": "the loss on images held back, each epoch",
    "loss/validation/step_divergence": "how much higher that is than the training loss",
    "loss/validation/epoch_divergence": "how much higher that is than the training loss",
    "max_norm/keys_scaled": "weights that were scaled down (scale_weight_norms)",
    "max_norm/max_key_norm": "the largest norm of the network's weights",
    "norm/avg_key_norm": "the mean norm of the network's weights",
    "norm/avg_grad_norm": "the mean norm of the gradients",
    "norm/avg_combined_norm": "the mean norm of weights and gradients together",
}
"""What a scalar is, in a few words."""


def note(tag: str) -> str:
    """What ``tag`` is in a few words; empty where only its name says it."""
    if tag.startswith("lr/d*lr"):
        return "the learning rate that the optimizer found itself"
    return NOTES.get(tag, "a learning rate" if _RATE.match(tag) else "")


@dataclass(frozen=True, slots=True, eq=False)
class Scalars:
    """Every curve counts steps, also of what the trainer counts by epochs."""

    by_tag: Mapping[str, Series] = field(default_factory=dict)
    """In the order in which the trainer began to write them."""
    loss: Series = NOTHING
    """The raw loss of each step, else the trainer's moving average."""
    is_raw: bool = False
    epochs: Series = NOTHING
    """The mean loss of each epoch, at its end."""
    validation: Series = NOTHING

    @property
    def rates(self) -> dict[str, Series]:
        """The learning rates, by what they are the rates of: ``unet``, ``textencoder``, ``group0``."""
        return {tag.partition("/")[2] or "all": curve for tag, curve in self.by_tag.items() if _RATE.match(tag)}

    @property
    def rate(self) -> Series:
        """The learning rate that says most."""
        rates = self.rates
        best = next((name for name in ("unet", "group0", "textencoder") if name in rates), None)
        return rates[best] if best is not None else next(iter(rates.values()), NOTHING)


class ScalarBook:
    """Keeps what was worked out of a run's curves; ``look`` works on what is new."""

    def __init__(self) -> None:
        self._growing: dict[str, GrowingSeries] = {}
        self._made: dict[str, tuple[Curve, Series]] = {}
        self._seen: dict[str, Curve] = {}
        self._known = Scalars()

    def look(self, curves: Mapping[str, Curve], steps_per_epoch: float | None) -> Scalars:
        """As they are now; the same object until a point was added."""
        if self._rests(curves):
            return self._known
        self._seen = dict(curves)
        name = LOSS if LOSS in curves else AVERAGE
        loss = self._series(curves, _SAME[name] if _SAME[name] in curves else name)
        by_tag = {
            tag: self._by_step(curves, tag, loss, steps_per_epoch)
            for tag in curves
            if tag not in _SAME or _SAME[tag] not in curves
        }
        told = next((by_tag[tag] for tag in EPOCH_AVERAGES if tag in by_tag), None)
        self._known = Scalars(
            by_tag,
            loss,
            LOSS in curves,
            told if told is not None else epoch_averages(loss, steps_per_epoch, raw=LOSS in curves),
            next((by_tag[tag] for tag in VALIDATIONS if tag in by_tag), NOTHING),
        )
        return self._known

    def _rests(self, curves: Mapping[str, Curve]) -> bool:
        return len(curves) == len(self._seen) and all(self._seen.get(tag) is curve for tag, curve in curves.items())

    def _series(self, curves: Mapping[str, Curve], tag: str) -> Series:
        if tag not in curves:
            return NOTHING
        curve, known = curves[tag], self._made.get(tag)
        if known is None or known[0] is not curve:
            growing = self._growing.setdefault(tag, GrowingSeries())
            known = self._made[tag] = (curve, growing.become(curve.steps, curve.values, curve.times))
        return known[1]

    def _by_step(self, curves: Mapping[str, Curve], tag: str, loss: Series, steps_per_epoch: float | None) -> Series:
        series = self._series(curves, tag)
        return series if "epoch" not in tag else at_steps(series, loss, steps_per_epoch)


def at_steps(by_epoch: Series, loss: Series, steps_per_epoch: float | None) -> Series:
    """A curve that counts epochs, put where they ended: by the times beside its points, else by an epoch's length.

    sd-scripts logs these with the number of the epoch as their step (train_network.py: epoch_logging).
    """
    if not len(by_epoch):
        return NOTHING
    if len(loss) and np.isfinite(loss.times[-1]) and np.isfinite(by_epoch.times).all():
        place = np.searchsorted(loss.times, by_epoch.times, side="right") - 1
        return Series.of(loss.steps[np.maximum(place, 0)], by_epoch.values, by_epoch.times)
    if steps_per_epoch is None:
        return NOTHING
    return Series.of(by_epoch.steps * steps_per_epoch, by_epoch.values, by_epoch.times)


def epoch_averages(loss: Series, steps_per_epoch: float | None, *, raw: bool) -> Series:
    """The mean loss of each epoch that has ended, where the trainer does not write it down.

    Of the raw loss the mean; the trainer's moving average stands at the end of an epoch for that epoch.
    """
    if not steps_per_epoch or not len(loss) or not 1 <= float(loss.steps[-1]) / steps_per_epoch < _MOST_EPOCHS:
        return NOTHING
    # A hair of leeway: epochs of 33.3 steps end at whole steps.
    ends = np.arange(0.0, float(loss.steps[-1]) / steps_per_epoch + 1e-6) * steps_per_epoch
    cuts = np.searchsorted(loss.steps, ends + 1e-6, side="right")
    if len(ends) < 2:
        return NOTHING
    starts, stops = cuts[:-1], cuts[1:]
    if not raw:
        starts = np.maximum(stops - 1, starts)
    means = loss.fold(starts, stops).mean
    times = loss.times[np.maximum(stops - 1, 0)]
    return Series.of(ends[1:], means, times)
