"""Starting a run from the screen, and giving its command away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError
from sdtui.base.files import read_if_there
from sdtui.base.text import count, duration, safe
from sdtui.checks.finding import Finding
from sdtui.machine import wsl
from sdtui.plans.plan import Plan, Write
from sdtui.runs.launch import launch
from sdtui.runs.record import RunRecord
from sdtui.runs.request import Prepared, write_inputs
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.train.preflight_lines import told_errors
from sdtui.tui.train.state import Outcome

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen

SCRIPT = "train.sh"
_LONG = 1800.0
"""Seconds from which WSL's habit of shutting down is worth a word."""


def ask_to_start(
    screen: ModeScreen, outcome: Outcome, start: Callable[[], None], errors: Sequence[Finding], *, checked: bool
) -> None:
    """Say what would be started, and start it when the person agrees.

    ``errors`` are what the trainer would stop at; ``checked``: all that is known of this run is among them.
    """
    prepared, cost = outcome.prepared, outcome.cost
    if prepared is None or cost is None:
        return
    about = f", about {duration(cost.seconds)}" if cost.seconds is not None else ""
    sentences = [f"{count(cost.total_steps)} steps{about}. It goes on when this screen or the terminal is closed."]
    if prepared.overwrites:
        names = ", ".join(safe(path.name) for path in prepared.overwrites[:3])
        sentences.append(f"It will overwrite {names} of an earlier run. Set another name to keep them.")
    if wsl.is_wsl() and (cost.seconds is None or cost.seconds > _LONG):
        sentences.append(wsl.KEEP_ALIVE)
    if not checked:
        sentences.append("What was changed last is not checked yet.")
    not_yet = Answer("esc", "not yet", "")
    answers: tuple[Answer, ...] = (Answer("enter", "start", "start"), not_yet)
    if errors:
        sentences.insert(0, told_errors(errors))
        answers = (Answer("enter", "see the checks", "checks"), Answer("s", "start all the same", "start"), not_yet)

    def answered(answer: str | None) -> None:
        if answer == "start":
            start()
        elif answer == "checks":
            screen.shell.action_mode("checks")

    screen.app.push_screen(Ask(f"Start {safe(prepared.request.name)}?", "\n\n".join(sentences), answers), answered)


def start(
    screen: ModeScreen,
    home: Path,
    make: Callable[[], Prepared],
    started: Callable[[RunRecord], None],
    failed: Callable[[SdtuiError], None],
) -> None:
    """Prepare the run anew, so that it trains on what stands there now, write what it reads, and launch it."""

    def go() -> RunRecord:
        prepared = make()
        write_inputs(prepared)
        return launch(home, prepared.request)

    screen.shell.bridge.call(screen, "start", go, started, failed)


def script_plan(root: Path, prepared: Prepared) -> Plan:
    """``train.sh`` in the project, and the files that its command reads. Raises UnreadableError."""
    path = root / SCRIPT
    script = Write(path, read_if_there(path), prepared.script.encode("utf-8", errors="surrogateescape"))
    return Plan(f"write {SCRIPT}", (*prepared.plan.changes, script))
