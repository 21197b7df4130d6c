"""The story of a log that sdtui did not write: it may hold several runs, of which the last one counts."""

from __future__ import annotations

from collections.abc import Iterable

from sdtui.runs.following.story import Story
from sdtui.trainer import events as e

_ENDS = (e.ModelSaved, e.LauncherFailed, e.Traceback, e.ArgumentsRefused, e.NoDataFound)
_GOES_ON = (e.CachingLatents, e.CachingText, e.SamplingStarted, e.Validation)
"""What only comes while a run goes on. An epoch is no such sign: standard output is flushed behind a traceback."""


class ForeignStory(Story):
    """A story that begins anew where another run begins in the same log.

    Standard output that was not flushed comes in bursts, at the end of the run it belongs to. So what only goes there
    (the header, the epochs) begins a run only where the run before has told the same already.
    """

    def __init__(self) -> None:
        super().__init__()
        self.settings_file: str | None = None
        """The ``--config_file`` that the script says it reads."""
        self.launcher_code: int | None = None
        """What accelerate says that the trainer ended with."""
        self.over = False
        """Whether the last thing that was told is one that ends a run."""
        self._over_at = 0
        self._found_nothing = False
        self._device_named = False
        self.stepped = False
        """Whether its bar was seen."""

    def tell(self, events: Iterable[e.Event]) -> None:
        """Go on with what the console said next."""
        for event in events:
            if self._begins_anew(event):
                vars(self).update(vars(ForeignStory()))  # nothing of the run before counts any more
            super().tell((event,))
            self._note(event)

    @property
    def exit_status(self) -> int:
        """What the words that ended it stand for: an error, or what accelerate says, or 0."""
        if self.launcher_code is not None:
            return self.launcher_code
        return 0 if self.model_saved or self._found_nothing else 1

    def average(self, step: int, avr_loss: float) -> None:
        """As in Story; a step that lies back begins another run (in the middle of a long log only this is told)."""
        if self.average_steps and step < self.average_steps[-1]:
            del self.average_steps[:], self.average_values[:]
        super().average(step, avr_loss)

    def _begins_anew(self, event: e.Event) -> bool:
        if isinstance(event, e.StepDone):
            return event.step < self.step or (event.step == 0 and self.over and self.stepped)
        if isinstance(event, e.ScriptBegan):
            return self.stepped or self.header is not None or self.over
        if isinstance(event, e.DeviceNamed):
            return self._device_named
        if isinstance(event, e.TrainingHeader):
            return self.header is not None
        return isinstance(event, e.ArgumentsRefused) and self.over

    def _note(self, event: e.Event) -> None:
        if isinstance(event, e.ScriptBegan):
            self.settings_file = event.settings or self.settings_file
        elif isinstance(event, e.DeviceNamed):
            self._device_named = True
        elif isinstance(event, e.LauncherFailed):
            self.launcher_code = event.returncode if event.signal is None else -event.signal
        elif isinstance(event, e.NoDataFound):
            self._found_nothing = True  # the script then ends with 0
        elif isinstance(event, e.StepDone):
            self.stepped = True
        if isinstance(event, _ENDS):
            self.over, self._over_at = True, self.step
        elif isinstance(event, _GOES_ON) or self.step > self._over_at:
            self.over = self.over and self.model_saved  # an error that did not end it, such as one while sampling
