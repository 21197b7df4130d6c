"""``:``: find a command by a few letters of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.dom import DOMNode

from sdtui.tui.commands import REGISTRY, Command, working_now
from sdtui.tui.finder import Candidate, Finder

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_MOVES = ("list.", "finder.", "app.palette")


def show_palette(app: SdtuiApp) -> None:
    """List what is possible now; run what is chosen where it was possible."""
    offers = possible_now(app)
    candidates = [Candidate(f"{command.title}", command.key_text) for command, _node in offers]

    async def run(index: int | None) -> None:
        if index is not None:
            command, node = offers[index]
            await app.run_action(command.action, node)

    app.push_screen(Finder("Find a command", candidates), run)


def possible_now(app: SdtuiApp) -> list[tuple[Command, DOMNode]]:
    """Every command that can be done now, those that have no key too; moving about is left out."""
    offers = [(command, node) for command, node in working_now(app.screen) if isinstance(node, DOMNode)]
    offers += [(command, app) for command in REGISTRY.values() if not command.keys and command.id.startswith("app.")]
    return [(command, node) for command, node in offers if not command.id.startswith(_MOVES)]
