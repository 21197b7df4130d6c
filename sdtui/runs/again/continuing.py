"""What a run goes on from, where its settings name a saved state, and how far it then trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.base.text import count, plural
from sdtui.runs.again.states import StatePoint, state_at
from sdtui.runs.record import Continuation
from sdtui.trainer.course import Course, course_of, keeps_epoch, refusal, skips_steps
from sdtui.trainer.profiles import Settings

_SHAPED = ("linear", "cosine", "cosine_with_restarts", "polynomial", "warmup_stable_decay", "cosine_with_min_lr")
"""Schedules whose rate depends on the number of steps of the whole training."""


@dataclass(frozen=True, slots=True)
class Epochs:
    """How long the run is that is to go on from a state."""

    per_epoch: int
    """Optimizer steps."""
    batches: int
    """Of each process."""
    max_steps: int
    """As the trainer ends up with it."""
    accumulation: int = 1


@dataclass(frozen=True, slots=True)
class Resumption:
    """A run that goes on from a state."""

    continues: Continuation
    course: Course
    notes: tuple[str, ...]
    """Sentences to read before starting."""

    @property
    def ends_at(self) -> int:
        """The step at which it ends, of all parts."""
        return self.continues.step + self.course.steps


def resumption(home: Path, settings: Settings, length: Epochs) -> Resumption | None:
    """What ``settings`` make of the state that they name; None where they name none that stands on this machine.

    Raises UsageError where the trainer would refuse to go on.
    """
    text = settings.text("resume")
    if not text or settings["resume_from_huggingface"]:
        return None
    try:
        point = state_at(home, Path(text))
    except UnreadableError as error:
        raise UsageError("There is no state to resume from", path=text, remedy="Check the path.") from error
    if point.state.problem:
        raise UsageError(
            f"This state cannot be resumed from. {point.state.problem}", path=text, remedy="Take an older one."
        )
    script = settings.script
    initial = initial_step(settings, point, length.per_epoch)
    if (sentence := refusal(script, initial, length.max_steps)) is not None:
        raise UsageError(sentence, path=text, remedy="Set max_train_epochs (or max_train_steps) to more.")
    skip = bool(settings["skip_until_initial_step"]) if skips_steps(script) else False
    course = course_of(
        script,
        initial,
        per_epoch=length.per_epoch,
        batches=length.batches,
        max_steps=length.max_steps,
        accumulation=length.accumulation,
        skip=skip,
    )
    continues = Continuation(
        state=str(point.path),
        run=point.run,
        step=point.step,
        epoch=point.epoch,
        steps_counted=course.steps_counted,
        epochs_counted=course.epochs_counted,
    )
    found = Resumption(continues, course, ())
    return Resumption(continues, course, tuple(_notes(settings, point, length, found, skip=skip)))


def start_unknown(settings: Settings) -> Iterator[str]:
    """A sentence where the run goes on from a state of which nothing is known here."""
    if settings.text("resume") and settings["resume_from_huggingface"]:
        yield "The state stands on Hugging Face: how far it is, is not known here, and steps are counted from 0."


def initial_step(settings: Settings, point: StatePoint, per_epoch: int) -> int:
    """The step that the trainer takes itself to stand at: it is told, or it reads it from the state."""
    if skips_steps(settings.script):
        for key, each in (("initial_step", 1), ("initial_epoch", per_epoch)):
            value = settings[key]
            if isinstance(value, int):
                return value * each if each == 1 else (value - 1) * each
    return (point.state.told_step or 0) if keeps_epoch(settings.script) else 0


def _notes(settings: Settings, point: StatePoint, length: Epochs, found: Resumption, *, skip: bool) -> list[str]:
    whose = f"run {point.run}" if point.run else point.path.name
    notes = [
        f"It goes on from step {count(point.step)} of {whose} and trains {plural(found.course.steps, 'step')}, "
        f"to step {count(found.ends_at)}."
    ]
    if not keeps_epoch(settings.script):
        notes.append(
            f"{settings.script} restores weights and optimizer only: it counts epochs and steps from 0 and trains as "
            "many as are set. sdtui counts on."
        )
    elif skip and length.accumulation > 1:
        notes.append(
            "skip_until_initial_step counts wrongly with gradient_accumulation_steps above 1: leave it out, and the "
            "epoch is begun anew."
        )
    elif skip and found.course.steps_counted > 0:
        notes.append(
            f"The state stands {plural(found.course.steps_counted, 'step')} into an epoch: the trainer reads past "
            "their images, and the rest of the epoch comes first."
        )
    elif not skip and (done := initial_step(settings, point, length.per_epoch) % length.per_epoch):
        notes.append(
            f"The state stands {plural(done, 'step')} into an epoch, which is trained again from its beginning."
        )
    schedule = settings.text("lr_scheduler")
    if schedule in _SHAPED and length.max_steps != found.ends_at:
        notes.append(
            f"The learning rate schedule ({schedule}) goes on from step {count(point.step)} of a curve that is laid "
            f"out for {plural(length.max_steps, 'step')}, and the run ends at step {count(found.ends_at)}: the rate "
            "will not be what one training to the end would have had. With constant it does not matter."
        )
    return notes
