"""Queue: the runs that wait for their card on this machine, in order, and those that have one.

``app.push_screen(QueueScreen(home), callback)``: the callback gets the ID of a run to be shown on Monitor, or None.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from sdtui.base.errors import SdtuiError
from sdtui.base.text import safe
from sdtui.base.work import Progress
from sdtui.runs.queueing import queue
from sdtui.runs.queueing.view import Place, QueueView
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.page import Page
from sdtui.tui.queue import keys, words
from sdtui.tui.queue.feed import QueueFeed, Seen
from sdtui.tui.queue.queue_list import QueueList
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Lines, wrap
from sdtui.tui.widgets.virtual_list import VirtualList


class QueueScreen(Page["str | None"]):
    """The queue of this machine. Dismissed with the ID of a run of the open project, or None."""

    AUTO_FOCUS = "QueueList"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self, home: Path) -> None:
        """``home``: the ``.sdtui`` of the open project."""
        super().__init__()
        self.home = home
        self.view: QueueView | None = None
        self._feed = QueueFeed()

    def compose(self) -> ComposeResult:
        yield Lines(id="queue-title")
        with Vertical(id="queue-body"):
            yield Lines(id="queue-notice")
            yield Lines(id="queue-running")
            yield Lines(id="queue-heading")
            yield QueueList(self.home)
            yield Lines(id="queue-about")
        yield Footer()

    @property
    def rows(self) -> QueueList:
        """The list."""
        return self.query_one(QueueList)

    @property
    def place(self) -> Place | None:
        """The run under the cursor."""
        return self.rows.row

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.query_one("#queue-title", Lines).show([words.title(None)])
        self.shell.bridge.work(self, "queue", self._feed.seen, lambda _none: None, self._arrived)

    def on_unmount(self) -> None:
        self.shell.bridge.cancel(self, "queue")
        self._feed.wake()

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        self._show_about()
        self.refresh_bindings()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_heading()

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        if self.check_action("watch", ()):
            self.action_watch()

    # Showing ------------------------------------------------------------------------------------------------------

    def _arrived(self, seen: Progress) -> None:
        assert isinstance(seen, Seen)
        problem = seen.problem
        if seen.view is None:
            self.query_one("#queue-notice", Lines).show_fitted(lambda width: wrap(safe(problem or ""), width, "bad"))
            return
        before, self.view = self.view, seen.view
        view = seen.view
        if before is None or before.places != view.places:
            self.rows.show(view.places)
        self.query_one("#queue-title", Lines).show([words.title(view)])
        self.query_one("#queue-notice", Lines).show_fitted(lambda width: words.notice(view, width))
        now, home = time.time(), self.home
        # The list is one cell narrower: its scrollbar's.
        self.query_one("#queue-running", Lines).show_fitted(lambda width: words.running(view, now, width - 1, home))
        self._show_heading()
        self._show_about()
        if before is None or before.stands != view.stands or before.places != view.places:
            self.refresh_bindings()

    def _show_heading(self) -> None:
        text = self.rows.heading() if self.rows.rows else ""
        self.query_one("#queue-heading", Lines).show([[(text, "dim")]])

    def _show_about(self) -> None:
        place = self.place
        about = self.query_one("#queue-about", Lines)
        about.display = place is not None
        if place is not None:
            about.show_fitted(lambda width: words.about(place, width))

    # Actions ------------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        self.leave_with(None)

    def action_watch(self) -> None:
        if self.place is not None:
            self.leave_with(self.place.waiting.id)

    def action_shift(self, by: int) -> None:
        self._move(by)

    def action_top(self) -> None:
        if self.place is not None:
            self._move(1 - self.place.position)

    def _move(self, by: int) -> None:
        place = self.place
        if place is not None:
            self._do(lambda: queue.move(place.waiting, place.position + by))

    def action_hold(self) -> None:
        place = self.place
        if place is not None:
            self._do(lambda: queue.hold(place.waiting))

    def action_release(self) -> None:
        place = self.place
        if place is not None:
            self._do(lambda: queue.release(place.waiting))

    def action_pause(self) -> None:
        self._do(queue.pause)

    def action_go_on(self) -> None:
        self._do(queue.go_on)

    def action_remove(self) -> None:
        place = self.place
        if place is None:
            return
        name = place.record.name if place.record is not None else place.waiting.id
        sentence = "It never begins, and stays in the list of runs as one that was stopped."
        answers = (Answer("d", "take it out", "remove"), Answer("esc", "let it wait", ""))

        def answered(answer: str | None) -> None:
            if answer == "remove":
                self._do(lambda: queue.remove(place.waiting))

        self.app.push_screen(Ask(f"Take {safe(name)} out of the queue?", sentence, answers), answered)

    def _do(self, change: Callable[[], None]) -> None:
        """Change the queue off this thread, then look at it."""
        self.shell.bridge.write(self, change, lambda _none: self._feed.wake(), self._refused)

    def _refused(self, error: SdtuiError) -> None:
        self.shell.explain(error)
        self._feed.wake()
