"""What Monitor does beside showing: stopping a run, choosing another, and giving away paths and commands."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sdtui.base.text import plural, safe, safe_lines
from sdtui.runs.following.summary import summary
from sdtui.runs.past.tensorboard_command import tensorboard_of
from sdtui.runs.record import RunRecord, RunView
from sdtui.runs.supervising.stop import request_pause
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.monitor.feed import Snapshot
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.phrases import share_done
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from textual.screen import Screen

    from sdtui.tui.mode_screen import ModeScreen


def show_copied(screen: Screen[Any], title: str, text: str) -> None:
    """Send ``text`` to the terminal's clipboard, and show it, since that often fails over SSH."""
    screen.app.copy_to_clipboard(text)
    note = "Sent to your terminal's clipboard. Not every terminal takes it: then mark it here.\n\n"
    body = Text.assemble((note, inks(screen.app.theme).dim), safe_lines(text), overflow="fold")
    screen.app.push_screen(Ask(title, body, (Answer("esc", "close", ""),)))


def show_warnings(screen: ModeScreen, warnings: Sequence[str]) -> None:
    """List them."""
    text = "\n\n".join(safe(warning) for warning in warnings)
    screen.app.push_screen(Ask(plural(len(warnings), "warning"), text, (Answer("esc", "close", ""),)))


def tensorboard_text(followed: Followed) -> str:
    """How to see the run's curves in TensorBoard, here and on the person's own computer."""
    return tensorboard_of(followed.record, ended=followed.view.ended).text


def hold(screen: ModeScreen, home: Path, view: RunView, held: bool, asked: Callable[[], None]) -> None:
    """Hold the run's processes or let them go on; ``asked`` is called when its supervisor was told to."""

    def told(_none: None) -> None:
        asked()
        screen.shell.say(f"{view.name} is paused." if held else f"{view.name} goes on.")

    screen.shell.bridge.call(screen, "hold", lambda: request_pause(home, view.id, held=held), told)


def run_command(record: RunRecord) -> str:
    """The run's command line as a shell takes it, one option a line."""
    lines: list[str] = []
    for word in record.command:
        if word.startswith("--") or not lines:
            lines.append(shlex.quote(word))
        else:
            lines[-1] += f" {shlex.quote(word)}"
    return f"cd {shlex.quote(record.cwd)}\n" + " \\\n  ".join(lines)


def choose_run(screen: ModeScreen, home: Path, snapshot: Snapshot, chosen: Callable[[str], None]) -> None:
    """List the project's runs, newest first, then those that cannot be read; ``chosen`` gets the ID of one."""
    runs, broken = snapshot.runs, snapshot.broken

    def listed(states: list[str]) -> None:
        candidates = [
            Candidate(f"{_when(record)}  {safe(record.name)}", note=f"{safe(record.profile)}  {state}")
            for record, state in zip(runs, states, strict=True)
        ]
        candidates += [Candidate(safe(run.id), note="cannot be read") for run in broken]
        screen.app.push_screen(
            Finder("Which run? Letters of its name, or its state", candidates, by_notes=True), picked
        )

    def picked(index: int | None) -> None:
        if index is None:
            return
        if index < len(runs):
            chosen(runs[index].id)
        else:
            screen.shell.say(broken[index - len(runs)].problem, "error")

    screen.shell.bridge.call(screen, "list runs", lambda: [_state(home, record) for record in runs], listed)


def _state(home: Path, record: RunRecord) -> str:
    """``done``, ``training 62%``."""
    view = summary(home, record)
    share = share_done(view)
    return view.state.value if view.state.ended or share is None else f"{view.state.value} {round(share * 100)}%"


def _when(record: RunRecord) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
