"""One thing that the trainer refuses of a run's arguments."""

from __future__ import annotations

from dataclasses import dataclass

STOPS = "The trainer stops at it, before the first step."


@dataclass(frozen=True, slots=True)
class Conflict:
    """Settings that do not go together, or one that no script takes."""

    code: str
    """Short and stable, for findings."""
    what: str
    """A sentence without its full stop."""
    remedy: str
    """What to do, a sentence."""
    why: str = STOPS
