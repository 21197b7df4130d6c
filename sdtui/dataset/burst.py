"""Collects single changes into few tellings, in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path

OnChange = Callable[[frozenset[Path] | None], None]
"""Called in a thread of the watcher with the paths that changed; None: anything may have changed."""

QUIET = 0.2
"""Seconds without a further event before changes are told."""
LATEST = 1.0
"""Seconds after the first event of a burst when they are told at any rate."""
MANY = 1000
"""Events in one burst beyond which single paths are of no use; an overflowing queue looks like this too."""


class Burst:
    """Collects changes until it is quiet, then tells them in its own thread."""

    def __init__(self, on_change: OnChange) -> None:
        self._on_change = on_change
        self._changed: set[Path] = set()
        self._anything = False
        self._first = 0.0
        self._last = 0.0
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self.running = False
        self._stopped = False

    def start(self) -> bool:
        """Begin to tell; False where that was done before, or stopped before."""
        with self._condition:
            if self.running or self._stopped:
                return False
            self.running = True
            self._thread = threading.Thread(target=self._deliver, name="sdtui-watch", daemon=True)
            self._thread.start()
            return True

    def stop(self) -> None:
        """End it for good: no call begins after this."""
        with self._condition:
            self.running, self._stopped = False, True
            self._condition.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=2)

    def add(self, paths: Iterable[Path]) -> None:
        """Something happened to ``paths``."""
        with self._condition:
            self._changed.update(paths)
            if self._changed:
                self._touch()

    def add_anything(self) -> None:
        """Events were lost: anything may have changed."""
        with self._condition:
            self._anything = True
            self._touch()

    def _touch(self) -> None:
        now = time.monotonic()
        if self._first == 0.0:
            self._first = now
        self._last = now
        self._condition.notify_all()

    def _deliver(self) -> None:
        while True:
            with self._condition:
                while self.running and not self._due():
                    self._condition.wait(self._patience())
                if not self.running:
                    return
                changed = None if self._anything or len(self._changed) > MANY else frozenset(self._changed)
                self._changed, self._anything, self._first = set(), False, 0.0
            self._on_change(changed)

    def _due(self) -> bool:
        return self._first > 0.0 and self._patience() == 0.0

    def _patience(self) -> float | None:
        if self._first == 0.0:
            return None
        return max(0.0, min(self._last + QUIET, self._first + LATEST) - time.monotonic())


class Overflows(logging.Handler):
    """watchdog only logs that the kernel dropped events, to stderr by default, where it would smear the screen."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._bursts: weakref.WeakSet[Burst] = weakref.WeakSet()

    def add(self, burst: Burst) -> None:
        logger = logging.getLogger("watchdog")
        if self not in logger.handlers:
            logger.addHandler(self)
        self._bursts.add(burst)

    def discard(self, burst: Burst) -> None:
        self._bursts.discard(burst)

    def emit(self, record: logging.LogRecord) -> None:
        for burst in list(self._bursts):
            burst.add_anything()


overflows = Overflows()
