"""Long work is a generator of Progress that ends with a result, so that whoever drives it decides when to stop."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

T = TypeVar("T")


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
