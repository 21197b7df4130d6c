"""How far the carrying out of a Plan has come: told to who waits, and given up where that loses nothing."""

from __future__ import annotations

from collections.abc import Callable

from sdtui.base.work import Cancelled, WorkCancelled, never_cancelled


class Pace:
    """Counts changes through the passes (each is looked at, made ready, and made).

    ``progress`` hears (done, total) a hundred times at most.
    """

    def __init__(
        self,
        total: int,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Cancelled = never_cancelled,
        passes: int = 3,
    ) -> None:
        self._total = total
        self._passes = passes
        self._progress = progress
        self._cancelled = cancelled
        self._steps = 0
        self._told = -1

    def step(self) -> None:
        """One change more has gone through a pass. Raises WorkCancelled when it is to be given up."""
        self._steps += 1
        if self._cancelled():
            raise WorkCancelled
        done = min(self._steps // self._passes, self._total)
        if self._progress is not None and done * 100 // max(1, self._total) > self._told:
            self._told = done * 100 // max(1, self._total)
            self._progress(done, self._total)

    def hold_on(self) -> None:
        """From now on it is not given up any more."""
        self._cancelled = never_cancelled
