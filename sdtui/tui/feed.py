"""What is looked at again and again, in a thread of its own, for as long as it is shown."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sdtui.base.work import Cancelled

_NAP = 0.25
"""Seconds until a feed that is not wanted any more notices it, and lets go of its files."""


@dataclass
class Feed:
    """Subclasses look, and rest in between. Before a look ``_news`` is cleared: what comes meanwhile is not lost."""

    _news: threading.Event = field(default_factory=threading.Event, init=False)

    def wake(self) -> None:
        """Look now. Safe from any thread."""
        self._news.set()

    def _rest(self, seconds: float, cancelled: Cancelled) -> None:
        """Until ``seconds`` have passed, there is news, or nobody wants it any more."""
        end = time.monotonic() + seconds
        while not cancelled() and (left := end - time.monotonic()) > 0 and not self._news.wait(min(left, _NAP)):
            continue
