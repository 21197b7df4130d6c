"""Starting a run from the screen, and giving its command away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import RunError, SdtuiError
from sdtui.base.files import read_if_there
from sdtui.base.text import count, duration, safe
from sdtui.checks.finding import Finding
from sdtui.machine import wsl
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Plan, Write
from sdtui.runs.launch import launch
from sdtui.runs.live import live_anywhere
from sdtui.runs.record import RunRecord
from sdtui.runs.setup.request import Prepared, write_inputs
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.train.estimate import Cost
from sdtui.tui.train.preflight_lines import told_errors
from sdtui.tui.train.state import Outcome

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen

SCRIPT = "train.sh"
_LONG = 1800.0
"""Seconds from which WSL's habit of shutting down is worth a word."""


def ask_to_start(
    screen: ModeScreen,
    outcome: Outcome,
    start: Callable[[str], None],
    queue: Callable[[], None],
    errors: Sequence[Finding],
    *,
    checked: bool,
) -> None:
    """Say what would be started, and start or queue it when the person agrees; ``start`` gets the name agreed to.

    ``errors`` are what the trainer would stop at; ``checked``: all that is known of this run is among them.
    """
    prepared, cost = outcome.prepared, outcome.cost
    if prepared is None or cost is None:
        return
    sentences = _sentences(prepared, cost, outcome.holder, errors, checked=checked)

    def answered(answer: str | None) -> None:
        if answer == "queue":
            queue()
        elif answer == "start":
            start(prepared.request.name)
        elif answer == "checks":
            screen.shell.action_mode("checks")

    title = f"Start {safe(prepared.request.name)}?"
    answers = tuple(_answers(with_errors=bool(errors), held=outcome.holder is not None))
    screen.app.push_screen(Ask(title, "\n\n".join(sentences), answers), answered)


def _sentences(
    prepared: Prepared, cost: Cost, holder: str | None, errors: Sequence[Finding], *, checked: bool
) -> Iterator[str]:
    if errors:
        yield told_errors(errors)
    about = f", about {duration(cost.seconds)}" if cost.seconds is not None else ""
    yield f"{count(cost.total_steps)} steps{about}. It goes on when this screen or the terminal is closed."
    if prepared.overwrites:
        names = ", ".join(safe(path.name) for path in prepared.overwrites[:3])
        yield f"It will overwrite {names} of an earlier run. Set another name to keep them."
    if wsl.is_wsl() and (cost.seconds is None or cost.seconds > _LONG):
        yield wsl.KEEP_ALIVE
    if holder is not None:
        yield f"{safe(holder)} is training on its card now: queue it to let it wait for that."
    if not checked:
        yield "What was changed last is not checked yet."


def _answers(*, with_errors: bool, held: bool) -> Iterator[Answer]:
    if with_errors:
        yield Answer("enter", "see the checks", "checks")
        yield Answer("s", "start all the same", "start")
    else:
        yield Answer("enter", "start", "start")
    if held:
        yield Answer("q", "queue it", "queue")
    yield Answer("esc", "not yet", "")


def start(
    screen: ModeScreen,
    home: Path,
    make: Callable[[], Prepared],
    started: Callable[[RunRecord], None],
    failed: Callable[[SdtuiError], None],
    agreed: str | None = None,
) -> None:
    """Prepare the run anew, so that it trains on what stands there now, write what it reads, and launch it.

    ``agreed`` is the name that the person was asked about: where another screen has started that run meanwhile, a
    second one of another name is not what was agreed to.
    """

    def go() -> RunRecord:
        prepared = make()
        if agreed is not None and prepared.request.name != agreed:
            _refuse_second(home, agreed, prepared.request.output_dir)
        write_inputs(prepared)
        return launch(home, prepared.request)

    screen.shell.bridge.call(screen, "start", go, started, failed)


def _refuse_second(home: Path, agreed: str, output_dir: str) -> None:
    for run in live_anywhere(home):
        if (run.name, run.output_dir) == (agreed, output_dir):
            raise RunError(
                f"{agreed} was started from elsewhere just now",
                path=output_dir,
                remedy="Monitor (6) shows it. To train another one beside it, start again.",
            )


def write_script(screen: ModeScreen, prepared: Prepared) -> None:
    """Show ``train.sh`` as a Plan, and say how it is started once it is written."""
    project, workspace = screen.shell.project, screen.shell.workspace
    if project is None or workspace is None:
        return
    root = project.root

    def written(applied: Applied | None) -> None:
        done = f"{root / SCRIPT} is written. Start it with: bash {SCRIPT}"
        screen.shell.say(done if applied else "Nothing to do.")

    workspace.apply(lambda: script_plan(root, prepared), written)


def script_plan(root: Path, prepared: Prepared) -> Plan:
    """``train.sh`` in the project, and the files that its command reads. Raises UnreadableError."""
    path = root / SCRIPT
    script = Write(path, read_if_there(path), prepared.script.encode("utf-8", errors="surrogateescape"))
    return Plan(f"write {SCRIPT}", (*prepared.plan.changes, script))
