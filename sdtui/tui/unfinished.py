"""A change that was cut short (a crash, a power cut) is finished or rolled back before anything else is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.dataset.project import Project
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Entry, Settled
from sdtui.runs.live import held_paths
from sdtui.tui.dialogs import Answer, Ask

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_ANSWERS = (Answer("f", "finish it", "finish"), Answer("b", "roll it back", "back"), Answer("esc", "later", ""))


def ask_about(app: SdtuiApp, project: Project) -> None:
    """Look for changes that were begun and not finished; ask about each in turn."""
    journal = Journal(project.home)

    def ask(entries: tuple[Entry, ...]) -> None:
        if not entries:
            return
        entry = entries[0]

        def answered(answer: str | None) -> None:
            if answer == "finish":
                app.bridge.write(app, lambda: journal.finish(entry.id, held_paths(project.home)), settled)
            elif answer == "back":
                app.bridge.write(app, lambda: journal.roll_back(entry.id, held_paths(project.home)), settled)

        app.push_screen(
            Ask(
                "A change was cut short",
                f"“{entry.title}” was begun and not finished when sdtui last ended here. "
                "It can be carried out to its end, or everything can be put back as it was before.",
                _ANSWERS,
            ),
            answered,
        )

    def settled(outcome: Settled) -> None:
        for path, why in outcome.refused:
            app.say(f"{path.name} was left as it is: {why}", "warning")
        assert app.workspace is not None
        app.workspace.look_again(None)
        look()

    def look() -> None:
        app.bridge.call(app, "unfinished", journal.unfinished, ask)

    look()
