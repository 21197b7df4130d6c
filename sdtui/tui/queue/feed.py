"""The queue, looked at off the screen's thread for as long as it is shown."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.runs.queueing.view import QueueView, look

_LOOK_EVERY = 2.0
_NAP = 0.25
"""Seconds until a feed that is not wanted any more notices it."""


@dataclass(frozen=True, slots=True)
class Seen(Progress):
    """The queue at one moment, or why it cannot be read."""

    view: QueueView | None = None
    problem: str | None = None


@dataclass
class QueueFeed:
    """What there is of the queue, again and again."""

    _news: threading.Event = field(default_factory=threading.Event)

    def wake(self) -> None:
        """Look now. Safe from any thread."""
        self._news.set()

    def seen(self, cancelled: Cancelled) -> Work[None]:
        """Yield the queue every two seconds, and when woken, until cancelled."""
        while not cancelled():
            self._news.clear()
            try:
                yield Seen(0, None, "runs", view=look())
            except SdtuiError as error:
                yield Seen(0, None, "runs", problem=error.sentence())
            end = time.monotonic() + _LOOK_EVERY
            while not cancelled() and (left := end - time.monotonic()) > 0 and not self._news.wait(min(left, _NAP)):
                continue
