"""Stopping a run: what it would cost, what it can wait for, and how far it is once it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from sdtui.base.errors import SdtuiError
from sdtui.base.text import safe
from sdtui.runs.record import RunState
from sdtui.runs.supervising.stop import request_stop, request_stop_after, take_back_stop
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.stop_lines import (
    HARDER,
    KILL,
    STOP,
    TAKE_BACK,
    Choice,
    choice_lines,
    choices,
    question_lines,
    stopping_lines,
)
from sdtui.tui.widgets.lines import Line, Lines

if TYPE_CHECKING:
    from sdtui.tui.monitor.screen import MonitorScreen

_LOOK_EVERY = 0.5
"""Seconds between two looks at how the run stands; only rows that differ are drawn again."""


class StopDialog(ModalScreen[None]):
    """Of the run that Monitor shows. It closes itself when the run has ended, or when it was told to wait."""

    def __init__(self, monitor: MonitorScreen, home: Path, followed: Followed, asked: Callable[[], None]) -> None:
        """``asked`` is called when the run was told something."""
        super().__init__()
        self._monitor = monitor
        self._home = home
        self._followed = followed
        self._asked = asked
        self._stopping = False
        """A stop was asked for here; the supervisor may not have said yet that it heard."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-body"):
                yield Lines(id="stop")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._show()
        self.set_interval(_LOOK_EVERY, self.look)

    # Showing ------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Show how the run is now; close where it has ended, before a key that is meant for Monitor is lost here."""
        newest = self._monitor.followed
        if not self.is_current:
            return
        if newest is None or newest.record.id != self._followed.record.id or newest.view.state.ended:
            self.dismiss()
            return
        self._followed = newest
        self._show()

    @property
    def _on_its_way(self) -> bool:
        return self._stopping or self._followed.view.state is RunState.STOPPING

    def _show(self) -> None:
        name = safe(self._followed.view.name)
        title = f"Stopping {name}" if self._on_its_way else f"Stop {name}?"
        self.query_one(".dialog-title", Static).update(Text(title))
        self.query_one("#stop", Lines).show_fitted(self._lines)

    def _lines(self, width: int) -> list[Line]:
        followed, outlook = self._followed, self._followed.stopping
        if outlook is None:
            return []
        if not self._on_its_way:
            return question_lines(followed.view, outlook, width)
        told = stopping_lines(outlook.ending, followed.now, width, outlook.unheard)
        return [*told, [("", "plain")], *choice_lines((HARDER, KILL), "close; it goes on ending", width)]

    def _offered(self) -> tuple[Choice, ...]:
        outlook = self._followed.stopping
        if outlook is None:
            return ()
        return (HARDER, KILL) if self._on_its_way else choices(self._followed.view, outlook)

    # Answering ----------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.key in ("j", "k") and event.key not in (choice.key for choice in self._offered()):
            event.stop()
            self.query_one(VerticalScroll).scroll_relative(y=1 if event.key == "j" else -1, animate=False)
        elif event.key == "escape":
            event.stop()
            self.dismiss()
        else:
            for choice in self._offered():
                if choice.key == event.character:
                    event.stop()
                    self._take(choice)
                    return

    def _take(self, choice: Choice) -> None:
        home, run_id, after = self._home, self._followed.view.id, choice.after
        if after is not None:
            self._ask(lambda: request_stop_after(home, run_id, after))
            self.dismiss()
        elif choice is TAKE_BACK:
            self._ask(lambda: take_back_stop(home, run_id))
            self.dismiss()
        else:
            self._stopping = True
            self._ask(lambda: request_stop(home, run_id, now=choice is KILL, harder=choice is HARDER))
            assert choice in (STOP, HARDER, KILL)
            self._show()

    def _ask(self, ask: Callable[[], None]) -> None:
        self._monitor.shell.bridge.call(self._monitor, "stop", ask, lambda _none: self._asked(), self._refused)

    def _refused(self, error: SdtuiError) -> None:
        if self.is_current:
            self.dismiss()
        self._monitor.shell.explain(error)
