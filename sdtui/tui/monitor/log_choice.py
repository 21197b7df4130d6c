"""The warnings and errors of a log as a list from which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from sdtui.base.text import count, plural
from sdtui.runs.log.log_notes import ERROR, MOST, Note
from sdtui.tui.finder import Candidate, Finder


def note_finder(found: Sequence[Note]) -> Finder:
    """Gives back the index of the one that was chosen."""
    several = "the first " if len(found) >= MOST else ""
    listed = plural(len(found), "warning or error", "different warnings and errors")
    title = f"{several}{listed}: type to find one"
    return Finder(title, [_candidate(note) for note in found])


def _candidate(note: Note) -> Candidate:
    sign = "✗" if note.severity == ERROR else "▲"
    often = f"{count(note.times)}× from " if note.times > 1 else ""
    return Candidate(f"{sign} {note.text}", f"{often}line {count(note.row + 1)}")
