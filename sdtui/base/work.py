"""Long work is a generator of Progress that ends with a result, so that whoever drives it decides when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")

INTERVAL = 0.05
"""Seconds between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` (None: not known yet) items of ``what`` ("images", "captions")."""

    done: int
    total: int | None
    what: str


Work: TypeAlias = Generator[Progress, None, T]
"""Yields Progress (or a subclass that carries a partial result) and returns the whole result."""

Cancelled: TypeAlias = Callable[[], bool]
"""Asked between items; True ends the work with ``WorkCancelled``."""


class WorkCancelled(Exception):
    """The work was given up because ``cancelled()`` said so; nothing is wrong. Never shown to a person."""


def never_cancelled() -> bool:
    """The default ``Cancelled``."""
    return False


@dataclass
class Pace:
    """Counts images, asks whether to go on, and reports every now and then."""

    total: int | None
    """None: not known yet."""
    cancelled: Cancelled
    done: int = 0
    _reported: float = field(default_factory=time.monotonic)

    def step(self, images: int) -> Iterator[Progress]:
        """Count ``images`` more. Raises WorkCancelled."""
        self.done += images
        if self.cancelled():
            raise WorkCancelled
        now = time.monotonic()
        if now - self._reported >= INTERVAL:
            self._reported = now
            yield Progress(self.done, self.total, "images")


def finish(work: Work[T], on_progress: Callable[[Progress], None] | None = None) -> T:
    """Drive ``work`` to its end in this thread and return its result."""
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            result: T = end.value
            return result
        if on_progress is not None:
            on_progress(progress)
