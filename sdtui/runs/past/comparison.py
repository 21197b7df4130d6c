"""Two to six runs beside each other: their curves, the settings that differ, samples of the same prompt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sdtui.base.errors import UsageError
from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.runs.again.changes import dataset_changes
from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.following.losses import steps_per_epoch, trailing_mean, window_of
from sdtui.runs.past.history import PastRun, past_run
from sdtui.runs.past.settings_told import Difference, differences
from sdtui.runs.record import RunRecord, RunView, SampleImage
from sdtui.runs.setup.trained_on import read_trained_on

FEWEST, MOST = 2, 6
_UNKNOWN = "not written down"
_PAUSE = 3600.0
"""Seconds without a step that are no training: the time between the parts of a run that was resumed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the runs, with the curve that it is compared by."""

    past: PastRun
    loss: Curve
    """The raw loss, else the trainer's average; without points where the run has neither."""
    raw: bool
    """Whether ``loss`` is the raw loss of each step, which wants smoothing."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """Pictures of the same prompt, of each run the one nearest to ``step``."""

    prompt_index: int
    step: float
    images: tuple[SampleImage | None, ...]
    """A picture a run, in their order; None where it made none of this prompt."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The runs in the order in which they were named."""

    runs: tuple[Compared, ...]
    settings: tuple[Difference, ...]
    """Those that differ, and behind them what is different in the dataset."""
    samples: tuple[SampleRow, ...]
    """By prompt, then by step: of each prompt the moments of the first run that has pictures of it."""


def compare(home: Path, records: Sequence[RunRecord], cancelled: Cancelled = never_cancelled) -> Work[Comparison]:
    """Read the runs and set them beside each other.

    Raises UsageError for less than two, more than six, or the same one twice; WorkCancelled.
    """
    if not FEWEST <= len(records) <= MOST:
        raise UsageError(f"{plural(len(records), 'run')} named; two to six can be compared")
    if len({record.id for record in records}) < len(records):
        raise UsageError("The same run was named twice")
    found: list[Compared] = []
    for number, record in enumerate(records):
        if cancelled():
            raise WorkCancelled
        yield Progress(number, len(records), "runs")
        found.append(_read(home, record))
    views = [one.past.view for one in found]
    settings = (*differences(records), *_dataset_differences(records))
    return Comparison(tuple(found), settings, tuple(_sample_rows(views)))


def running_time(times: Sequence[float]) -> tuple[float, ...]:
    """Seconds of training at each of ``times`` (since the epoch), from the first of them; long pauses left out."""
    if not len(times):
        return ()
    spans = np.diff(np.asarray(times, dtype=np.float64))
    spans[(spans < 0) | (spans > _PAUSE)] = 0.0
    return (0.0, *np.cumsum(spans).tolist())


def thinned(one: Compared, points: int) -> Iterator[tuple[int, float, float | None]]:
    """Step, smoothed loss and seconds of training (None where nobody wrote down the time), at most ``points`` of them.

    What is not a number ends it.
    """
    values = np.asarray(one.loss.values, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    sound = int(bad[0]) if len(bad) else len(values)
    mean = trailing_mean(values[:sound], window_of(len(values)) if one.raw else 1)
    seconds = running_time(one.loss.times)
    for place in np.unique(np.linspace(0, sound - 1, min(points, sound)).round().astype(int)) if sound else ():
        yield int(one.loss.steps[place]), float(mean[place]), seconds[place] if seconds else None


def moment_of(image: SampleImage, view: RunView) -> float:
    """The step at which a picture was made; of one that is known by its epoch as near as that tells."""
    if image.step is not None:
        return float(image.step)
    return (image.epoch or 0) * (steps_per_epoch(view) or 1.0)


class _Made:
    """The pictures that a run made of one prompt, in order."""

    def __init__(self, images: Sequence[SampleImage], view: RunView) -> None:
        placed = sorted(((moment_of(image, view), image) for image in images), key=lambda one: one[0])
        self.moments = [moment for moment, _ in placed]
        self._images = [image for _, image in placed]

    def nearest(self, step: float) -> SampleImage | None:
        """The picture that was made nearest to ``step``, of two equally near the later one; None of none."""
        if not self.moments:
            return None
        after = bisect_right(self.moments, step)
        if after == len(self.moments) or (after and step - self.moments[after - 1] < self.moments[after] - step):
            return self._images[after - 1]
        return self._images[bisect_right(self.moments, self.moments[after]) - 1]


def _read(home: Path, record: RunRecord) -> Compared:
    past = past_run(home, record)
    follower = follower_of(home, record)
    follower.poll()
    curves = follower.curves()
    follower.close()
    raw = LOSS in curves
    return Compared(past, curves[LOSS] if raw else curves.get(AVERAGE, Curve((), (), ())), raw)


def _dataset_differences(records: Sequence[RunRecord]) -> Iterator[Difference]:
    """A row for each thing that is otherwise than in the dataset of the first run; none where nothing is known."""
    first, *others = (read_trained_on(record.trained_on) for record in records)
    if first is None or not any(others):
        return
    told = [[_UNKNOWN] if one is None else [each.sentence for each in dataset_changes(first, one)] for one in others]
    for row in range(max(map(len, told))):
        yield Difference("dataset", "Dataset", ("", *(one[row] if row < len(one) else "" for one in told)))


def _sample_rows(views: Sequence[RunView]) -> Iterator[SampleRow]:
    by_prompt = [_by_prompt(view) for view in views]
    for prompt in sorted({prompt for made in by_prompt for prompt in made}):
        of_each = [_Made(made.get(prompt, ()), view) for made, view in zip(by_prompt, views, strict=True)]
        leading = next(made for made in of_each if made.moments)
        for step in sorted(set(leading.moments)):
            yield SampleRow(prompt, step, tuple(made.nearest(step) for made in of_each))


def _by_prompt(view: RunView) -> Mapping[int, Sequence[SampleImage]]:
    found: dict[int, list[SampleImage]] = {}
    for image in view.samples:
        found.setdefault(image.prompt_index, []).append(image)
    return found
