"""The sample pictures of a run as a table: one row a prompt, one column a moment of the run."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sdtui.base.text import count
from sdtui.runs.record import SampleImage

Moment = tuple[float, int]
"""Where on the run's time line a sample stands: its step (fractional where only an epoch is known), then its epoch."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All samples of a run, in order. Looking something up costs the same however many there are."""

    prompts: tuple[int, ...] = ()
    """Prompt indices that have samples, from 0."""
    moments: tuple[Moment, ...] = ()
    cells: Mapping[tuple[int, int], SampleImage] = field(default_factory=dict)
    """The picture by (index into prompts, index into moments)."""
    made: tuple[tuple[int, ...], ...] = ()
    """For each prompt the indices of the moments at which it was sampled, oldest first."""

    def at(self, prompt: int, moment: int) -> SampleImage | None:
        """The picture of the prompt and moment at these indices, None where none was made."""
        return self.cells.get((prompt, moment))

    def of_prompt(self, prompt: int) -> tuple[int, ...]:
        """Indices of the moments at which this prompt was sampled, oldest first."""
        return self.made[prompt] if 0 <= prompt < len(self.made) else ()

    def nearest(self, prompt_index: int, moment: Moment) -> SampleImage | None:
        """The picture of the prompt with this index in the prompt file that was made nearest to ``moment``.

        None where that prompt was not sampled.
        """
        if prompt_index not in self.prompts:
            return None
        row = self.prompts.index(prompt_index)
        near = min(self.made[row], key=lambda made: abs(self.moments[made][0] - moment[0]))
        return self.cells[row, near]


def timeline(samples: Sequence[SampleImage], steps_per_epoch: float | None) -> Timeline:
    """Put ``samples`` in order. ``steps_per_epoch`` places those that are named by epoch among those named by step."""
    when = {image.path: moment_of(image, steps_per_epoch) for image in samples}
    moments = tuple(sorted(set(when.values())))
    prompts = tuple(sorted({image.prompt_index for image in samples}))
    column = {moment: place for place, moment in enumerate(moments)}
    row = {prompt: place for place, prompt in enumerate(prompts)}
    cells: dict[tuple[int, int], SampleImage] = {}
    # Names end in the time of day: of two pictures of the same prompt and moment the later one counts.
    for image in sorted(samples, key=lambda image: image.path):
        cells[row[image.prompt_index], column[when[image.path]]] = image
    made: list[list[int]] = [[] for _ in prompts]
    for prompt, moment in sorted(cells):
        made[prompt].append(moment)
    return Timeline(prompts, moments, cells, tuple(map(tuple, made)))


def moment_of(image: SampleImage, steps_per_epoch: float | None) -> Moment:
    """Where the picture stands on the run's time line."""
    if image.step is not None:
        return float(image.step), image.epoch or 0
    epoch = image.epoch or 0
    return epoch * (steps_per_epoch or 1.0), epoch


def moment_text(image: SampleImage) -> str:
    """``step 1,200``, ``epoch 3``, ``before training``."""
    if image.step is not None:
        return f"step {count(image.step)}" if image.step else "before training"
    return f"epoch {image.epoch}" if image.epoch else "before training"


def moment_mark(image: SampleImage) -> str:
    """As ``moment_text``, in at most nine cells: ``1,200``, ``ep 3``."""
    return count(image.step) if image.step is not None else f"ep {image.epoch or 0}"


@dataclass(frozen=True, slots=True)
class Place:
    """Which picture the person looks at. ``moment`` None: the newest, also when a newer one comes."""

    prompt: int = 0
    moment: int | None = None

    def shown(self, table: Timeline) -> SampleImage | None:
        """The picture to show, None where the prompt has none."""
        index = self.moment_index(table)
        return table.at(self.prompt, index) if index is not None else None

    def moment_index(self, table: Timeline) -> int | None:
        """The index of the moment that is shown: the chosen one, or the newest of this prompt."""
        made = table.of_prompt(self.prompt)
        if not made:
            return None
        if self.moment is None:
            return made[-1]
        return made[max(0, bisect_right(made, self.moment) - 1)]

    def other_prompt(self, table: Timeline, by: int) -> Place:
        """``by`` prompts further, staying at the same moment."""
        last = max(0, len(table.prompts) - 1)
        return replace(self, prompt=min(last, max(0, self.prompt + by)))

    def other_moment(self, table: Timeline, by: int) -> Place:
        """``by`` moments later (earlier where negative); stepping onto the newest follows it from then on."""
        made = table.of_prompt(self.prompt)
        here = self.moment_index(table)
        if here is None:
            return self
        target = min(len(made) - 1, max(0, bisect_left(made, here) + by))
        return replace(self, moment=None if target == len(made) - 1 else made[target])
