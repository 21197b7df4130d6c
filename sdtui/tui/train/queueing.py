"""Putting the run that Train shows into the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sdtui.base.text import count, plural, safe
from sdtui.checks.finding import Finding
from sdtui.runs.queueing import queue
from sdtui.runs.queueing.view import QueueView, look
from sdtui.runs.record import RunRecord
from sdtui.runs.setup import cards
from sdtui.runs.setup.request import Prepared
from sdtui.tui.commands import key_of
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.train.preflight_lines import told_errors

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen
    from sdtui.tui.train.state import TrainState


def ask_to_queue(
    screen: ModeScreen, state: TrainState, make: Callable[[], Prepared], errors: Sequence[Finding]
) -> None:
    """Say what would wait and behind what, and queue it when the person agrees.

    ``errors`` are what the trainer would stop at as things stand.
    """
    prepared = state.outcome.prepared
    if prepared is None:
        return

    def ask(view: QueueView) -> None:
        answers = (
            Answer("enter", "queue it", "queue"),
            Answer("f", "queue it, and pause if it fails", "stop"),
            Answer("esc", "not yet", ""),
        )
        title = f"Queue {safe(prepared.request.name)}?"
        screen.app.push_screen(Ask(title, "\n\n".join(_sentences(prepared, view, errors)), answers), answered)

    def answered(answer: str | None) -> None:
        if answer:
            screen.shell.bridge.call(screen, "queue it", lambda: put(stop_on_failure=answer == "stop"), queued)

    def put(*, stop_on_failure: bool) -> RunRecord:
        return queue.put(state.home, make().request, stop_on_failure=stop_on_failure)

    def queued(record: RunRecord) -> None:
        screen.shell.say(f"{record.name} waits in the queue. {key_of('train.show_queue')} shows it.")
        state.prepare_soon()

    screen.shell.bridge.call(screen, "queue", look, ask)


def _sentences(prepared: Prepared, view: QueueView, errors: Sequence[Finding]) -> list[str]:
    before = len(view.places)
    gpus = cards.visible(prepared.request.env)
    sentences = [told_errors(errors)] if errors else []
    place = f"behind {plural(before, 'run that waits', 'runs that wait')}" if before else "as the next one"
    sentences.append(
        f"{count(prepared.total_steps)} steps, {place}. It begins when {_free(gpus)}, also when no screen is open. "
        "The dataset is read anew then, as it stands then."
    )
    if view.stands is not None:
        sentences.append(f"{view.stands} {key_of('train.show_queue')} shows the queue.")
    return sentences


def _free(gpus: tuple[int, ...] | None) -> str:
    several = gpus is None or len(gpus) > 1
    return f"{cards.named(gpus)} {'are' if several else 'is'} free"
