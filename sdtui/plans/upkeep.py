"""Keeps a journal quick and of bounded size: older entries are packed, the oldest removed files are let go.

What was written in captions is never forgotten, however often they are edited.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from sdtui.base.errors import SdtuiError
from sdtui.plans.entry import EntryFolder
from sdtui.plans.history import History
from sdtui.plans.outcome import EntryState
from sdtui.plans.state import dropped_line


@dataclass(frozen=True, slots=True)
class Bounds:
    """When older entries are packed, and how much a journal keeps of removed files."""

    kept_size: int = 200_000_000
    """Bytes of all removed files together that it keeps; the newest ``kept_always`` entries keep theirs anyway."""
    kept_entries: int = 1_000
    """Entries that keep removed files."""
    kept_always: int = 50
    folders: int = 32
    """The newest entries, which stay as folders of their own."""
    every: int = 32
    """Entries after which it is looked again: on a slow mount a look at all of them takes seconds."""


BOUNDS = Bounds()


def tidy(history: History, bounds: Bounds) -> None:
    """Pack what has ended and keeps no files but the newest, and let removed files go beyond ``bounds``.

    What was interrupted or is damaged stays as it is. Trouble with the disk leaves entries standing: the change that
    was just made is not to fail for it.
    """
    with contextlib.suppress(SdtuiError):
        entries = history.folders()
        if len(entries) <= bounds.folders or (len(entries) - bounds.folders) % bounds.every:
            return
        history.pack.sweep()
        _let_go(entries, bounds)
        older = [entry for entry in entries[bounds.folders :] if _over(entry) and not _kept(entry)]
        if older:
            for entry in older:
                entry.drop_staged()
            history.pack.add(reversed(older))


def forgotten(oldest: str | None) -> str | None:
    """A sentence where entries before ``oldest``, the number of the first that stands, are gone.

    Journals of earlier versions were cut.
    """
    if oldest is None or int(oldest) <= 1:
        return None
    return f"What is older than entry {oldest} was forgotten by an earlier version of sdtui."


def _let_go(newest_first: list[EntryFolder], bounds: Bounds) -> None:
    size = keeping = 0
    for place, entry in enumerate(newest_first):
        kept = _kept(entry)
        size += sum(kept)
        keeping += bool(kept)
        over = size > bounds.kept_size or keeping > bounds.kept_entries
        if kept and over and place >= bounds.kept_always and _over(entry):
            entry.note(dropped_line())
            for path in entry.folder.glob("kept-*"):
                with contextlib.suppress(OSError):
                    path.unlink()


def _kept(entry: EntryFolder) -> list[int]:
    """The sizes in bytes of the removed files that it keeps."""
    try:
        return [path.lstat().st_size for path in entry.folder.glob("kept-*")]
    except OSError:
        return []


def _over(entry: EntryFolder) -> bool:
    """Whether nothing of it has to be finished any more, and no damage has to be looked into."""
    try:
        return entry.header() is not None and entry.state().ended in list(EntryState)
    except SdtuiError:
        return False
