"""A bulk edit from beginning to end: which operation, with what, on which captions, and the look at what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sdtui.dataset.project import Project
from sdtui.plans.outcome import Applied
from sdtui.tui.bulk.form import BulkForm
from sdtui.tui.bulk.scopes import Scopes, choices
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
        if index is not None:
            limit = shell.workspace.keeper.state.limit if shell.workspace is not None else 75
            shell.push_screen(BulkForm(project, ENTRIES[index], offered, limit), filled)

    def filled(applied: Applied | None) -> None:
        if applied is None:
            ask()
        else:
            done(applied)

    ask()


_CANDIDATES = [Candidate(entry.title, note=entry.sentence) for entry in ENTRIES]
