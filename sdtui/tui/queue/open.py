"""Opening the queue, and asking whether it goes on after the machine was restarted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import plural
from sdtui.runs.queueing import queue
from sdtui.runs.queueing.view import QueueView, look
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.monitor.open import show_run

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


def show_queue(shell: SdtuiApp) -> None:
    """Open the queue; a run that is chosen there is shown on Monitor."""
    from sdtui.tui.queue.screen import QueueScreen

    path = shell.project_path
    if path is None:
        return

    def chosen(run_id: str | None) -> None:
        if run_id is not None:
            show_run(shell, run_id)

    shell.push_screen(QueueScreen((path if path.is_dir() else path.parent) / PROJECT_FOLDER), chosen)


def ask_after_restart(shell: SdtuiApp) -> None:
    """Ask whether the queue goes on, where runs waited when the machine was restarted."""

    def ask(view: QueueView) -> None:
        if not view.restarted:
            return
        waiting = plural(len(view.places), "run waits", "runs wait")
        sentences = (
            f"{waiting} in the queue. The computer was restarted since, and nothing begins until you let it go on."
        )
        answers = (
            Answer("enter", "let it go on", "go on"),
            Answer("Q", "see the queue", "see"),
            Answer("esc", "later", ""),
        )
        shell.push_screen(Ask("Go on with the queue?", sentences, answers), answered)

    def answered(answer: str | None) -> None:
        if answer == "go on":
            shell.bridge.write(shell, queue.go_on, lambda _none: shell.say("The queue goes on."))
        elif answer == "see":
            show_queue(shell)

    def unreadable(error: SdtuiError) -> None:
        shell.explain(error)

    shell.bridge.call(shell, "queue", look, ask, unreadable)
