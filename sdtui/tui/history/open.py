"""Opening the History of the project that is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sdtui.base.paths import PROJECT_FOLDER

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen


def show_history(
    screen: ModeScreen, chosen: Callable[[str], None], run_id: str | None = None, *, compare: bool = False
) -> None:
    """List the runs of the project, the cursor on ``run_id``; ``chosen`` gets the ID of the one to be shown.

    ``compare``: that run is marked already, to be set beside others.
    """
    from sdtui.tui.history.screen import HistoryScreen

    path = screen.shell.project_path
    if path is None:
        return
    home = (path if path.is_dir() else path.parent) / PROJECT_FOLDER
    marked = (run_id,) if compare and run_id is not None else ()

    def done(picked: str | None) -> None:
        if picked is not None:
            chosen(picked)

    screen.app.push_screen(HistoryScreen(home, run_id, marked), done)
