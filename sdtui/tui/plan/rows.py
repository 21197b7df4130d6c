"""What a proposal lists: captions that change, other changes to files, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sdtui.edits.proposal import CaptionEdit, Proposal
from sdtui.plans.plan import Change, MakeFolder, Remove, Write


@dataclass(frozen=True, slots=True)
class Left:
    """A file that stays as it is, and why."""

    path: Path
    why: str


Row: TypeAlias = CaptionEdit | Change | Left


def rows_of(proposal: Proposal, others: Sequence[Change]) -> list[Row]:
    """Everything that ``proposal`` is about: captions first, then the ``others``, then what is left out."""
    return [*proposal.edits, *others, *(Left(path, why) for path, why in proposal.left_out)]


def other_changes(proposal: Proposal) -> list[Change]:
    """The changes that are not shown as the caption that they write."""
    written = {edit.path for edit in proposal.edits}
    return [change for change in proposal.plan.changes if not (isinstance(change, Write) and change.path in written)]


def needs_care(row: Row) -> bool:
    """Whether a person should look at it."""
    return isinstance(row, Left) or (isinstance(row, CaptionEdit) and bool(row.warnings))


def holds(row: Row, letters: str) -> bool:
    """Whether ``letters``, folded, stand in its names or texts."""
    return any(letters in text.casefold() for text in _texts(row))


def _texts(row: Row) -> tuple[str, ...]:
    if isinstance(row, CaptionEdit):
        return (row.image.name, row.before, row.after)
    if isinstance(row, Left):
        return (row.path.name, row.why)
    return tuple(str(path) for path in paths_of(row))


def paths_of(change: Change) -> tuple[Path, ...]:
    """Where a change happens: one path, or where from and where to."""
    if isinstance(change, (Write, Remove, MakeFolder)):
        return (change.path,)
    return (change.source, change.target)
