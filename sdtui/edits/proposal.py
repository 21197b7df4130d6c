"""What a bulk operation would do, for a person to look at before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sdtui.edits.captions import removals
from sdtui.plans.plan import Move, Plan


@dataclass(frozen=True, slots=True)
class CaptionEdit:
    """One caption that would change."""

    image: Path
    subset: str
    path: Path
    """The file that is written: the image's own caption, or the metadata file that holds it."""
    before: str
    """The whole text as the editor shows it; empty where there was none."""
    after: str
    tokens_before: int
    """CLIP tokens of the text that is trained, before truncation."""
    tokens_after: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A Plan with what a person needs to judge it."""

    title: str
    plan: Plan
    """The changes, without the removal of ``stale``."""
    stale: tuple[Path, ...] = ()
    """Caches of the old text that the trainer would go on with (``_te_outputs.npz``, ``metadata_cache.json``)."""
    edits: tuple[CaptionEdit, ...] = ()
    """Each caption that changes, in the order of the project; empty where only files move."""
    left_out: tuple[tuple[Path, str], ...] = ()
    """Files that were asked for and stay as they are, each with a sentence that says why (not UTF-8, unreadable)."""
    limit: int = 75
    """Tokens that the trainer is set to read: 75, 150 or 225."""

    @property
    def empty(self) -> bool:
        return self.plan.empty

    def to_apply(self, *, delete_stale: bool) -> Plan:
        """The Plan for the journal; ``delete_stale`` also removes the caches of the old text."""
        if not delete_stale or not self.stale:
            return self.plan
        changes = self.plan.changes
        # Before anything is renamed: they are known by the paths that they have now.
        first_move = next((at for at, change in enumerate(changes) if isinstance(change, Move)), len(changes))
        return replace(self.plan, changes=(*changes[:first_move], *removals(self.stale), *changes[first_move:]))
