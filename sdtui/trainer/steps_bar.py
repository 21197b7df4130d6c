"""The training bar, told once a step although the trainer draws it twice.

The first drawing of a step (``progress_bar.update``) still shows the loss of the step before; the second
(``set_postfix``) has its own. Where steps are faster than ten a second, tqdm leaves the first one out. With gradient
accumulation a step is drawn again for each further part, with a loss that belongs to the step to come.
"""

from __future__ import annotations

import dataclasses

from sdtui.trainer.bars import Bar
from sdtui.trainer.events import StepDone


class StepsBar:
    """Turns the bar's frames into one ``StepDone`` a step, two where something came in between."""

    def __init__(self) -> None:
        self._held: StepDone | None = None
        self._held_told = False
        self._told = -1

    def frame(self, bar: Bar) -> list[StepDone]:
        """What is known after one more frame."""
        step = StepDone(bar.done, bar.total, bar.it_per_s, bar.loss)
        if self._held is not None and self._held.step == step.step:
            self._held = None
            return [step]
        if step.step == self._told:
            return []
        earlier = self._release()
        self._told = step.step
        if step.step == 0:
            return [*earlier, step]
        self._held, self._held_told = step, False
        return earlier

    def interrupt(self) -> list[StepDone]:
        """Something else was printed: the step is done, but its loss may still be that of the step before."""
        if self._held is None or self._held_told:
            return []
        self._held_told = True
        return [dataclasses.replace(self._held, avr_loss=None)]

    def close(self) -> list[StepDone]:
        """No more frames come."""
        return [] if self._held_told else self._release()

    def _release(self) -> list[StepDone]:
        held, self._held = self._held, None
        return [held] if held is not None and not (self._held_told and held.avr_loss is None) else []
