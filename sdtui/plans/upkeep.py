"""Keeps the journal bounded: the oldest finished entries are forgotten, with what they kept."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from sdtui.base.errors import SdtuiError
from sdtui.plans.entry import EntryFolder


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of the past a journal keeps. Between two looks it may grow by ``every`` entries more."""

    entries: int = 1_000
    size: int = 200_000_000
    """Bytes of all entries together, removed files that they keep included."""
    always: int = 50
    """The newest entries, which are never forgotten however large they are."""
    every: int = 25
    """Entries after which it is looked again: on a slow mount a look at all of them takes seconds."""


BOUNDS = Bounds()


def tidy(newest_first: Iterable[EntryFolder], bounds: Bounds) -> None:
    """Forget the oldest entries beyond ``bounds``, but never one that was interrupted or is damaged.

    Trouble with the disk leaves entries standing: the change that was just made is not to fail for it.
    """
    size = 0
    for place, entry in enumerate(newest_first, 1):
        size += _size(entry)
        if place > bounds.always and (place > bounds.entries or size > bounds.size) and _over(entry):
            _forget(entry)


def forgotten(oldest: str | None) -> str | None:
    """A sentence where entries before ``oldest``, the number of the first that still stands, were forgotten."""
    if oldest is None or int(oldest) <= 1:
        return None
    return f"What is older than entry {oldest} was forgotten, so that the journal does not grow without end."


def _forget(entry: EntryFolder) -> None:
    # The journal first: what is left of an entry without it counts as never begun, should this be cut short.
    with contextlib.suppress(OSError):
        entry.journal.unlink(missing_ok=True)
        entry.discard()


def _over(entry: EntryFolder) -> bool:
    """Whether nothing of it has to be finished any more, and no damage has to be looked into."""
    try:
        if entry.header() is None:
            return not entry.journal.exists()  # it was being forgotten already
        return entry.state().ended is not None
    except SdtuiError:
        return False


def _size(entry: EntryFolder) -> int:
    try:
        return sum(path.lstat().st_size for path in entry.folder.iterdir())
    except OSError:
        return 0
