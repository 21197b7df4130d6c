"""A bulk edit from beginning to end: which operation, with what, on which captions, and the look at what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sdtui.dataset.project import Project
from sdtui.plans.outcome import Applied
from sdtui.tui.bulk.form import BulkForm
from sdtui.tui.bulk.quality import QualityScreen
from sdtui.tui.bulk.scopes import Scopes, choices, without_regularization
from sdtui.tui.bulk.table import ENTRIES
from sdtui.tui.finder import Candidate, Finder

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


def bulk_edit(
    shell: SdtuiApp, project: Project, scopes: Scopes, done: Callable[[Applied], None] = lambda _applied: None
) -> None:
    """Ask which operation, and carry it out as the person wants it; ``done`` hears when something was applied."""
    offered = choices(project, scopes)
    if not offered:
        shell.say("There is no image here to edit.")
        return

    def ask() -> None:
        shell.push_screen(Finder("What to do with the captions", _CANDIDATES), chosen)

    def chosen(index: int | None) -> None:
        if index is None:
            return
        limit = shell.workspace.keeper.state.limit if shell.workspace is not None else 75
        if index == len(ENTRIES):
            shell.push_screen(QualityScreen(project, limit), filled)
            return
        entry = ENTRIES[index]
        suited = without_regularization(project, offered) if entry.audited else offered
        shell.push_screen(BulkForm(project, entry, suited, limit), filled)

    def filled(applied: Applied | None) -> None:
        if applied is None:
            ask()
        else:
            done(applied)

    ask()


_CANDIDATES = [
    *(Candidate(entry.title, note=entry.sentence) for entry in ENTRIES),
    Candidate("Quality tiers", note="A table of subsets with a prefix (high quality) and repeats."),
]
