"""Work for where the cursor comes to rest: a held key leaves nothing behind on its way."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

HELD = 0.05
"""Seconds: moves closer together than this come from a held key."""


class Unhurried:
    """Does what it was asked for last: at once after a pause, else when it was not asked for a while."""

    def __init__(self, owner: Widget, held: float = HELD, clock: Callable[[], float] = time.monotonic) -> None:
        self._owner = owner
        self._held = held
        self._clock = clock
        self._asked = float("-inf")
        self._work: Callable[[], None] | None = None
        self._timer: Timer | None = None

    def ask(self, work: Callable[[], None]) -> None:
        """Do ``work`` soon, instead of what was asked for before and is not done yet."""
        now = self._clock()
        since, self._asked = now - self._asked, now
        if since >= self._held:
            self.forget()
            work()
            return
        self._work = work
        if self._timer is None:
            self._timer = self._owner.set_timer(self._held, self._rested)
        else:
            self._timer.reset()

    def forget(self) -> None:
        """Do not do it."""
        self._work = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _rested(self) -> None:
        work, self._work, self._timer = self._work, None, None
        if work is not None:
            work()
