"""Telling from the disk alone whether a change is done, and whether the disk can tell at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from sdtui.base import files
from sdtui.base.copies import Digest, holds
from sdtui.base.files import read_if_there
from sdtui.plans.names import present, present_exactly
from sdtui.plans.patch import Patch
from sdtui.plans.plan import Copy, MakeFolder, Move, Remove, Write
from sdtui.plans.records import Recorded, Step

CHANGED = "It was changed outside since."
GONE = "It is no longer there."


class Standing(Enum):
    """What the disk says about a change."""

    UNDONE = "undone"
    DONE = "done"
    HALF = "half"
    """Interrupted within: at the name in between of a rename that changes case, or with only some folders made."""
    OTHER = "other"
    """Neither: somebody else changed what it is about."""


def standing(step: Step, kept: Path) -> Standing:
    """Whether ``step`` is done, told from the disk. ``kept`` is where the journal keeps a removed file.

    Raises UnreadableError where a text file cannot be read.
    """
    change = step.change
    if isinstance(change, (Write, Patch)):
        return _standing_of_text(change)
    if isinstance(change, Copy):
        if not present(change.target):
            return Standing.UNDONE
        return Standing.DONE if step.content and holds(change.target, step.content) else Standing.OTHER
    if isinstance(change, MakeFolder):
        if change.path.is_dir():
            return Standing.DONE
        return Standing.HALF if any(present(folder) for folder in step.made) else Standing.UNDONE
    if isinstance(change, Remove):
        seen = _seen(change.path)
        if seen is not None:
            same = (seen.st_size, seen.st_mtime_ns) == (change.size, change.mtime_ns)
            return Standing.UNDONE if same else Standing.OTHER
        return Standing.DONE if present(kept) else Standing.OTHER
    if step.via is not None and present(step.via):
        return Standing.HALF
    look = present if step.via is None else present_exactly
    both = (look(change.source), look(change.target))
    return {(True, False): Standing.UNDONE, (False, True): Standing.DONE}.get(both, Standing.OTHER)


def why_other(step: Step, kept: Path, *, dropped: bool = False) -> str:
    """Why a change can be neither made nor taken back. ``dropped``: the journal gave up what it kept."""
    change = step.change
    if isinstance(change, (Write, Patch)):
        return CHANGED if present(change.path) else GONE
    if isinstance(change, Copy):
        return CHANGED
    if isinstance(change, Remove):
        if present(change.path):
            return f"Another file stands in its place now; the old one is kept at {kept}."
        if dropped:
            return "It is no longer kept: the oldest removed files go, so that the journal does not grow without end."
        return "It is neither in its place nor in the journal."
    if isinstance(change, Move):
        if present(change.source):
            return f"Both {change.source.name} and {change.target.name} stand there now."
        return GONE
    return "It is not as it was."


def path_of(step: Step) -> Path:
    """The path that a person knows a change by."""
    change = step.change
    if isinstance(change, Move):
        return change.source
    return change.target if isinstance(change, Copy) else change.path


def to_be_noted(made_of: Sequence[Step]) -> frozenset[int]:
    """The renames and removals whose outcome must be written down, because the disk alone cannot tell it.

    None where no change is about a path that another one is about, too, or that is above or below it: then each is
    told from the disk whatever became of the others, and ten thousand of them need not wait for the disk one by one.
    """
    if _independent(made_of):
        return frozenset()
    return frozenset(index for index, step in enumerate(made_of) if isinstance(step.change, (Move, Remove)))


def _independent(made_of: Sequence[Step]) -> bool:
    seen: set[str] = set()
    for step in made_of:
        if step.via is not None:
            return False
        for path in () if isinstance(step.change, MakeFolder) else _paths(step.change):
            name = str(path).casefold()  # as disks take it that know no case
            if name in seen:
                return False
            seen.add(name)
    folders: set[str] = set()
    for name in seen:
        above = name.rpartition("/")[0]
        while above and above not in folders:
            if above in seen:
                return False
            folders.add(above)
            above = above.rpartition("/")[0]
    return True


def _paths(change: Recorded) -> tuple[Path, ...]:
    return (change.source, change.target) if isinstance(change, (Move, Copy)) else (change.path,)


def _seen(path: Path) -> os.stat_result | None:
    try:
        return files.kernel.lstat(path)
    except OSError:
        return None


def _standing_of_text(change: Write | Patch) -> Standing:
    now = read_if_there(change.path)
    if isinstance(change, Write):
        if now == change.after:
            return Standing.DONE
        return Standing.UNDONE if now == change.before else Standing.OTHER
    seen = None if now is None else Digest.of(now)
    if seen == change.after:
        return Standing.DONE
    return Standing.UNDONE if seen == change.before else Standing.OTHER
