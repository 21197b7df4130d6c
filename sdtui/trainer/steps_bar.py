"""The training bar, told once a step although the trainer draws it twice.

The first drawing of a step (``progress_bar.update``) still shows the loss of the step before; the second
(``set_postfix``) has its own. Where steps are faster than ten a second, tqdm leaves the first one out. With gradient
accumulation a step is drawn again for each further part, with a loss that belongs to the step to come.
"""

from __future__ import annotations

from dataclasses import replace

from sdtui.trainer.bars import Bar
from sdtui.trainer.events import StepDone


class StepsBar:
    """Turns the bar's frames into one ``StepDone`` a step, two where something came in between."""

    def __init__(self) -> None:
        self._held: StepDone | None = None
        """The first drawing of the newest step, until it is known whether a second one follows."""
        self._told: StepDone | None = None
        self._drawn_once = False
        """Whether the step before was drawn only once: then the loss in its drawing was its own."""

    def frame(self, bar: Bar) -> list[StepDone]:
        """What is known after one more frame."""
        step = StepDone(bar.done, bar.total, bar.it_per_s, bar.loss)
        if self._held is not None and self._held.step == step.step:
            self._held, self._drawn_once = None, False
            return self._tell(step)
        if self._told is not None and self._told.step == step.step:
            return []
        earlier = self._release()
        if step.step == 0:
            return [*earlier, *self._tell(step)]
        self._held = step
        return earlier

    def interrupt(self) -> list[StepDone]:
        """Something else was printed: the step is done, but its loss may still be that of the step before."""
        if self._held is None:
            return []
        return self._tell(self._held if self._drawn_once else replace(self._held, avr_loss=None))

    def close(self) -> list[StepDone]:
        """No more frames come."""
        told = self._held is not None and self._told is not None and self._told.step == self._held.step
        return [] if told else self._release()

    def _release(self) -> list[StepDone]:
        held, self._held = self._held, None
        if held is None:
            return []
        self._drawn_once = True
        return self._tell(held)

    def _tell(self, step: StepDone) -> list[StepDone]:
        if step == self._told:
            return []
        self._told = step
        return [step]
