"""What a run's console has told so far, kept small however long the run goes on."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable
from pathlib import PurePath

from sdtui.runs.record import RunState
from sdtui.trainer import events as e
from sdtui.trainer.names import looks_like_picture

NAN_SINCE = "The loss is not a number since step"
_CAPTIONLESS = "No caption file found"
_AND_MORE = "... and "
_WARNINGS = 100
_KEPT_AT_EACH_END = 10


class Story:
    """Folds console events into the newest of everything: where the run stands, what went wrong, what was saved."""

    def __init__(self) -> None:
        self.doing = RunState.STARTING
        self.header: e.TrainingHeader | None = None
        self.step = 0
        self.total: int | None = None
        self.epoch: int | None = None
        self.epochs: int | None = None
        self.avr_loss: float | None = None
        self.bar_speed: float | None = None
        """Steps a second since the bar began, by the trainer's own count."""
        self.nan_since: int | None = None
        """The step at which the average loss was no number for the first time."""
        self.model_saved = False
        self.checkpoints: dict[str, int] = {}
        """Paths that were announced, each with the step at which it was."""
        self.states: dict[str, int] = {}
        """Paths of the state folders that were announced, each with the step at which it was."""
        self.average_steps = array("q")
        self.average_values = array("d")
        self._warnings: dict[str, None] = {}
        self._names_follow = False
        """The trainer warned of images without a caption, and names the first of them next, a warning each."""
        self._captionless: list[str] = []
        self._told = 0
        self._newest: dict[type[e.Event], tuple[int, e.Event]] = {}
        self._first_failures: list[tuple[int, e.Event]] = []
        self._last_failures: deque[tuple[int, e.Event]] = deque(maxlen=_KEPT_AT_EACH_END)

    def tell(self, events: Iterable[e.Event]) -> None:
        """Go on with what the console said next."""
        for event in events:
            self._told += 1
            if isinstance(event, e.EVIDENCE):
                self._keep(event)
            self._fold(event)

    def average(self, step: int, avr_loss: float) -> None:
        """The trainer's average after ``step``; a step that is told again has the later one."""
        self.avr_loss = avr_loss
        if self.average_steps and self.average_steps[-1] == step:
            self.average_values[-1] = avr_loss
        else:
            self.average_steps.append(step)
            self.average_values.append(avr_loss)

    @property
    def evidence(self) -> tuple[e.Event, ...]:
        """What ``diagnose`` needs, in the order in which it was told."""
        numbered = {**dict(self._first_failures), **dict(self._last_failures), **dict(self._newest.values())}
        return tuple(event for _, event in sorted(numbered.items(), key=lambda item: item[0]))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Each different warning of the trainer once, the first hundred; images that one is about stand in it."""
        named = f"Without a caption file: {', '.join(self._captionless)}."
        return (*self._warnings, *([named] if self._captionless else []))

    def _keep(self, event: e.Event) -> None:
        if isinstance(event, (e.Traceback, e.ErrorLine, e.LauncherFailed)):
            if len(self._first_failures) < _KEPT_AT_EACH_END:
                self._first_failures.append((self._told, event))
            else:
                self._last_failures.append((self._told, event))
        else:
            self._newest[type(event)] = (self._told, event)

    def _fold(self, event: e.Event) -> None:
        if isinstance(event, e.StepDone):
            self._step(event)
        elif isinstance(event, e.EpochStarted):
            self.doing, self.epoch, self.epochs = RunState.TRAINING, event.epoch, event.epochs
        elif isinstance(event, e.TrainingHeader):
            self.header = event
            self.total = event.total_steps or self.total
            self.epochs = event.epochs or self.epochs
        elif isinstance(event, (e.CachingLatents, e.CachingText)):
            self.doing = RunState.CACHING
        elif isinstance(event, (e.SamplingStarted, e.SamplingProgress)):
            self.doing = RunState.SAMPLING
        elif isinstance(event, e.Validation):
            self.doing = RunState.VALIDATING
        elif isinstance(event, (e.SavingCheckpoint, e.SavingState)):
            self.doing = RunState.SAVING
            (self.checkpoints if isinstance(event, e.SavingCheckpoint) else self.states)[event.path] = self.step
        elif isinstance(event, e.CheckpointRemoved):
            self.checkpoints.pop(event.path, None)
        elif isinstance(event, e.SamplingEnded):
            self.doing = RunState.TRAINING
        elif isinstance(event, e.ModelSaved):
            self.model_saved = True
        elif isinstance(event, e.WarningLine):
            self._warned(event.text)
        elif isinstance(event, e.NanLoss):
            self.nan_since = event.step
            self._warn(f"{NAN_SINCE} {event.step:,}.")

    def _step(self, event: e.StepDone) -> None:
        self.doing = RunState.TRAINING
        self.step, self.total = event.step, event.total
        self.bar_speed = event.it_per_s if event.it_per_s is not None else self.bar_speed
        if event.avr_loss is not None:
            self.average(event.step, event.avr_loss)

    def _warned(self, text: str) -> None:
        path = text.partition(_AND_MORE)[0]
        if self._names_follow and looks_like_picture(path):
            if len(self._captionless) < _WARNINGS:
                self._captionless.append(PurePath(text).name)
            return
        self._names_follow = text.startswith(_CAPTIONLESS)
        self._warn(text)

    def _warn(self, text: str) -> None:
        if len(self._warnings) < _WARNINGS:
            self._warnings[text] = None
