"""``:``: find a command by a few letters of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import REGISTRY, Working, working_now
from sdtui.tui.finder import Candidate, Finder

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_MOVES = ("list.", "grid.")


def show_palette(app: SdtuiApp) -> None:
    """List what is possible now; run what is chosen where it was possible."""
    offers = possible_now(app)
    candidates = [Candidate(each.command.title, each.key_text, each.command.sentence) for each in offers]

    async def run(index: int | None) -> None:
        if index is not None:
            await app.run_action(offers[index].command.action, offers[index].node)

    app.push_screen(Finder("Find a command", candidates), run)


def possible_now(app: SdtuiApp) -> list[Working]:
    """Every command that can be done now, those of the app that have no key too; moving about is left out."""
    keyless = [command for command in REGISTRY.values() if not command.keys and command.id.startswith("app.")]
    offers = [*working_now(app.screen), *(Working(command, app, "") for command in keyless if command.when(app))]
    here = [each for each in offers if not each.command.id.startswith((*_MOVES, "app.", "mode."))]
    general = [each for each in offers if each.command.id.startswith(("app.", "mode."))]
    return here + [each for each in general if each.command.id != "app.palette"]
