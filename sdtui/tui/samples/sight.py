"""Which sample pictures are looked at: one, two steps of a run, or several runs. Plain values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sdtui.runs.record import RunRecord, RunView, SampleImage
from sdtui.tui.monitor.chart_state import steps_per_epoch
from sdtui.tui.monitor.prompts import PromptWords, prompts_of
from sdtui.tui.monitor.timeline import Moment, Timeline, timeline

MOST = 6
"""Pictures beside each other."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one run."""

    run: str
    """Its ID."""
    name: str
    """What it is called, as the file system has it."""
    table: Timeline
    prompts: tuple[PromptWords, ...]

    @staticmethod
    def of(record: RunRecord, view: RunView, prompts: tuple[PromptWords, ...] | None = None) -> Samples:
        """The samples of a run as it is now; ``prompts`` where they have been read already."""
        table = timeline(view.samples, steps_per_epoch(view))
        return Samples(record.id, record.name, table, prompts_of(record) if prompts is None else prompts)

    def words(self, prompt_index: int) -> PromptWords | None:
        """What the prompt with this index in the prompt file asked for."""
        return self.prompts[prompt_index] if 0 <= prompt_index < len(self.prompts) else None


@dataclass(frozen=True, slots=True)
class Column:
    """One of the pictures beside each other."""

    samples: Samples
    moment: Moment | None = None
    """None: the newest, also when a newer one comes."""

    def image(self, prompt_index: int) -> SampleImage | None:
        """The picture of this prompt that was made nearest to the moment."""
        table = self.samples.table
        if not table.moments:
            return None
        return table.nearest(prompt_index, self.moment if self.moment is not None else table.moments[-1])

    def moved(self, prompt_index: int, by: int) -> Column:
        """``by`` pictures of this prompt later, earlier where negative; the newest is followed from then on."""
        table = self.samples.table
        if prompt_index not in table.prompts or not by:
            return self
        made = [table.moments[index] for index in table.of_prompt(table.prompts.index(prompt_index))]
        here = self.image(prompt_index)
        at = next((place for place, moment in enumerate(made) if table.nearest(prompt_index, moment) is here), 0)
        target = min(len(made) - 1, max(0, at + by))
        return replace(self, moment=None if target == len(made) - 1 else made[target])


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at."""

    columns: tuple[Column, ...]
    prompt: int
    """Index in the prompt file, the same for all."""
    moving: int | None = 0
    """Which column goes to another step; None: all together, as the first one goes."""

    @property
    def images(self) -> tuple[SampleImage | None, ...]:
        """A picture a column, None where its run has none of the prompt."""
        return tuple(column.image(self.prompt) for column in self.columns)

    @property
    def prompts(self) -> tuple[int, ...]:
        """Indices of the prompts that any of the runs has sampled."""
        return tuple(sorted({prompt for column in self.columns for prompt in column.samples.table.prompts}))

    def other_step(self, by: int) -> Sight:
        """``by`` pictures later in the column that moves; where all move, the others to the nearest step."""
        lead = self.moving if self.moving is not None else 0
        moved = self.columns[lead].moved(self.prompt, by)
        if self.moving is not None:
            return replace(self, columns=_with(self.columns, lead, moved))
        return replace(self, columns=tuple(replace(column, moment=moved.moment) for column in self.columns))

    def other_prompt(self, by: int) -> Sight:
        """``by`` prompts further."""
        prompts = self.prompts
        if not prompts:
            return self
        at = min(bisect_left(prompts, self.prompt), len(prompts) - 1)
        return replace(self, prompt=prompts[min(len(prompts) - 1, max(0, at + by))])

    def beside_itself(self) -> Sight:
        """The step before beside what is shown now; from then on the right one moves."""
        if len(self.columns) >= MOST:
            return self
        here = self.columns[-1]
        before = here.moved(self.prompt, -1)
        return Sight((*self.columns[:-1], before, here), self.prompt, len(self.columns))

    def with_run(self, samples: Samples) -> Sight:
        """Another run beside, at the same prompt and the nearest step; from then on all move together."""
        if len(self.columns) >= MOST:
            return self
        first = self.columns[0]
        image = first.image(self.prompt)
        step = first.moment if first.moment is not None or image is None else first.samples.table.moments[-1]
        columns = (*self.columns, Column(samples, step))
        return Sight(tuple(replace(column, moment=step) for column in columns), self.prompt, None)

    def with_one_less(self) -> Sight:
        """Without the column on the right."""
        columns = self.columns[:-1] or self.columns
        return Sight(columns, self.prompt, 0 if len(columns) == 1 or self.moving is not None else None)

    def next_moving(self) -> Sight:
        """Another column moves; after the last one all together, where they are of several runs."""
        last = len(self.columns) - 1
        several = len({column.samples.run for column in self.columns}) > 1
        if self.moving is None:
            return replace(self, moving=0)
        if self.moving == last:
            return replace(self, moving=None if several else 0)
        return replace(self, moving=self.moving + 1)

    def grown(self, newer: Mapping[str, Samples]) -> Sight:
        """With what runs have sampled meanwhile, by their IDs."""
        columns = (replace(one, samples=newer.get(one.samples.run, one.samples)) for one in self.columns)
        return replace(self, columns=tuple(columns))


def _with(columns: tuple[Column, ...], place: int, column: Column) -> tuple[Column, ...]:
    return (*columns[:place], column, *columns[place + 1 :])
