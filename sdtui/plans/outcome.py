"""What came of applying, undoing or settling a Plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Applied:
    """A Plan that stands on disk. ``id`` is empty where there was nothing to do."""

    id: str
    title: str
    changed: tuple[Path, ...]
    left: tuple[tuple[Path, str], ...] = ()
    """With ``keep_going``: what was left as it is, each with a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A Plan that was taken back, but for what somebody changed since: ``refused``, each with its reason."""

    id: str
    title: str
    restored: tuple[Path, ...]
    refused: tuple[tuple[Path, str], ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """An interrupted Plan that was finished (``applied``) or rolled back, but for what somebody changed since."""

    id: str
    title: str
    applied: bool
    refused: tuple[tuple[Path, str], ...]


class EntryState(str, Enum):
    """How an entry of the journal stands."""

    APPLIED = "applied"
    UNDONE = "undone"
    FAILED = "failed"
    """A change could not be made, and those before it were taken back at once."""
    UNFINISHED = "unfinished"
    """It was interrupted half-way."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal. ``created`` is in seconds since the epoch."""

    id: str
    title: str
    created: float
    state: EntryState
