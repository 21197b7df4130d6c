"""What would help a run that failed, each on a key that starts it again with that change."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sdtui.base.errors import SdtuiError
from sdtui.base.settings import load_settings
from sdtui.base.text import safe
from sdtui.runs.again.relaunch import again
from sdtui.runs.again.remedies import Remedy, together
from sdtui.runs.record import RunRecord
from sdtui.runs.setup.request import Prepared
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.monitor.following import Followed
from sdtui.tui.theme import inks
from sdtui.tui.train.start import start

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen

ALL = "all"
_WIDTH = 60
"""Cells of a sentence in the dialog, on the narrowest screen."""


def offer_remedies(screen: ModeScreen, home: Path, followed: Followed, started: Callable[[str], None]) -> None:
    """List what would help; ``started`` is called with the ID of the run that was started with it."""
    remedies = followed.remedies
    last = len(remedies)
    # Their titles stand above: beside the keys there is no room for all of them.
    answers = [
        Answer(str(number), "start it" if number == last else "", remedy.name)
        for number, remedy in enumerate(remedies, 1)
    ]
    if last > 1:
        answers.append(Answer("a", "all of them", ALL))
    answers.append(Answer("esc", "none", ""))

    def answered(name: str | None) -> None:
        chosen = tuple(remedy for remedy in remedies if name in (remedy.name, ALL))
        if chosen:
            _start(screen, home, followed.record, chosen, started)

    title = f"Start {safe(followed.view.name)} again with"
    screen.app.push_screen(Ask(title, _listed(remedies, screen), (*answers,)), answered)


def _listed(remedies: tuple[Remedy, ...], screen: ModeScreen) -> Text:
    ink = inks(screen.app.theme)
    text = Text()
    for number, remedy in enumerate(remedies, 1):
        text.append(f"{number}  ", ink.accent)
        text.append(remedy.title, ink.strong)
        for line in textwrap.wrap(remedy.sentence, _WIDTH):
            text.append(f"\n   {line}", ink.text)
        changes = "  ".join(f"{key}={value}" if value else f"{key} left out" for key, value in remedy.changes.items())
        text.append(f"\n   {changes}\n\n", ink.dim)
    text.append("Everything else stays as it was, and nothing of the run that failed is overwritten.", ink.dim)
    return text


def _start(
    screen: ModeScreen, home: Path, record: RunRecord, chosen: tuple[Remedy, ...], started: Callable[[str], None]
) -> None:
    what = ", ".join(remedy.title for remedy in chosen)

    def make() -> Prepared:
        return again(home, record, together(chosen), user=load_settings().settings)

    def begun(run: RunRecord) -> None:
        screen.shell.say(f"{safe(run.name)} has started with: {what}.")
        started(run.id)

    def failed(error: SdtuiError) -> None:
        screen.shell.say(f"It was not started. {error.sentence()}", "error")

    screen.shell.say(f"Starting it again with: {what}.")
    start(screen, home, make, begun, failed)
