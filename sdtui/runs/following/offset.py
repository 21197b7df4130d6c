"""What a resumed run says of itself, counted over all its parts: sd-scripts begins its bar at 0 again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sdtui.runs.following.story import Story
from sdtui.runs.following.verdict import nan_sentence
from sdtui.runs.record import Checkpoint, Continuation, RunRecord, RunView, SampleImage
from sdtui.trainer.course import keeps_epoch, steps_left
from sdtui.trainer.events import TrainingHeader


class Offset:
    """The numbers to be added to those of one part."""

    def __init__(self, record: RunRecord) -> None:
        base = record.continues or Continuation(state="", run=None, step=0, epoch=0)
        self._record = record
        self._base = base
        self.bar = base.step
        """To what the bar and the average loss of the console count."""
        self.steps = base.step - base.steps_counted
        """To the steps of TensorBoard and of file names."""
        self.epochs = base.epoch - base.epochs_counted

    def of_scalar(self, tag: str) -> int:
        """To the steps of a TensorBoard scalar: those of an epoch are logged at its number (epoch_logging)."""
        return self.epochs if "epoch" in tag else self.steps

    def view(self, view: RunView, story: Story) -> RunView:
        """A part's own view, counted over all parts. ``story`` is what its console told."""
        step = self.bar + view.step
        total = self._ends_at(story.header) or self._record.total_steps
        spoiled = tuple((first + self.steps, last + self.steps) for first, last in view.nan_steps)
        told = self._retelling(view, story, step, total, spoiled)
        return msgspec.structs.replace(
            view,
            step=step,
            first_step=self.bar,
            total_steps=total,
            epoch=view.epoch + self.epochs if view.epoch is not None else None,
            epochs=view.epochs + self.epochs if view.epochs is not None else None,
            eta_s=_rest(view, step, total),
            checkpoints=tuple(self._checkpoint(one) for one in view.checkpoints),
            samples=tuple(self._sample(one) for one in view.samples),
            nan_steps=spoiled,
            warnings=tuple(told(warning) for warning in view.warnings),
            reason=told(view.reason) if view.reason is not None else None,
        )

    def _retelling(
        self, view: RunView, story: Story, step: int, total: int | None, spoiled: tuple[tuple[int, int], ...]
    ) -> Callable[[str], str]:
        """Puts the steps of all parts into sentences that were made of one part's."""
        steps = {nan_sentence(view.nan_steps) or "": nan_sentence(spoiled) or ""}
        if story.total and total:
            steps[f"step {story.step:,} of {story.total:,}"] = f"step {step:,} of {total:,}"
        if story.nan_since is not None:
            steps[f"since step {story.nan_since:,}"] = f"since step {story.nan_since + self.bar:,}"

        def retell(text: str) -> str:
            for before, after in steps.items():
                text = text.replace(before, after) if before else text
            return text

        return retell

    def _ends_at(self, header: TrainingHeader | None) -> int | None:
        """The step at which it ends, by the trainer's own word."""
        if header is None or header.total_steps is None:
            return None
        if not keeps_epoch(self._record.script):
            return self._base.step + header.total_steps
        if not header.batches_per_epoch:
            return None
        return self._base.step + steps_left(
            self._base.epochs_counted,
            self._base.steps_counted,
            batches=header.batches_per_epoch,
            max_steps=header.total_steps,
            accumulation=header.accumulation or 1,
        )

    def _checkpoint(self, found: Checkpoint) -> Checkpoint:
        return Checkpoint(found.path, _plus(found.step, self.steps), _plus(found.epoch, self.epochs))

    def _sample(self, found: SampleImage) -> SampleImage:
        # Before the first step (sample_at_first) a picture is named by epoch 0, whatever epoch it goes on with.
        epoch = self._base.epoch if found.epoch == 0 else _plus(found.epoch, self.epochs)
        return SampleImage(found.path, _plus(found.step, self.steps), epoch, found.prompt_index, found.seed)


def _plus(number: int | None, by: int) -> int | None:
    return number + by if number is not None else None


def _rest(view: RunView, step: int, total: int | None) -> float | None:
    """The seconds left: at this part's speed, for the steps that it will really train."""
    if view.eta_s is None or view.total_steps is None or total is None or view.total_steps <= view.step:
        return view.eta_s
    return view.eta_s * max(0, total - step) / (view.total_steps - view.step)
