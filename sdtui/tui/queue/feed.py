"""The queue, looked at off the screen's thread for as long as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.runs.queueing.view import QueueView, look
from sdtui.tui.feed import Feed

_LOOK_EVERY = 2.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Seen(Progress):
    """The queue at one moment, or why it cannot be read."""

    view: QueueView | None = None
    problem: str | None = None


@dataclass
class QueueFeed(Feed):
    """What there is of the queue, again and again."""

    def seen(self, cancelled: Cancelled) -> Work[None]:
        """Yield the queue every two seconds, and when woken, until cancelled."""
        while not cancelled():
            self._news.clear()
            try:
                yield Seen(0, None, "runs", view=look())
            except SdtuiError as error:
                yield Seen(0, None, "runs", problem=error.sentence())
            self._rest(_LOOK_EVERY, cancelled)
