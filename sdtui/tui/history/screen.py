"""History: all runs of a project, what they came to, and what one thinks of them.

``app.push_screen(HistoryScreen(home, run_id), callback)``: the callback gets the ID of the run to be shown, or None.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input

from sdtui.base.text import count, plural, safe
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.runs.past.comparison import MOST
from sdtui.runs.past.history import PastRun, RunsRead, history
from sdtui.runs.past.notes import set_star, write_note
from sdtui.runs.store import BrokenRun, broken_runs
from sdtui.tui.commands import key_of
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.history import keys
from sdtui.tui.history.about import about_lines
from sdtui.tui.history.compare_screen import CompareScreen
from sdtui.tui.history.delete_screen import DeleteScreen
from sdtui.tui.history.note_screen import NoteScreen
from sdtui.tui.history.rows import Order, arranged
from sdtui.tui.history.run_list import RunList
from sdtui.tui.list_page import ListPage
from sdtui.tui.widgets.find_input import FindInput
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines, Span
from sdtui.tui.widgets.virtual_list import VirtualList

LOOK_AGAIN = 3.0
"""Seconds after which runs are read again while one of them lives; longer where the reading takes long."""
_REST = 10
"""So many times as long as it took to read them."""


class HistoryScreen(ListPage["str | None"]):
    """Every run of the project. Dismissed with the ID of the one to be shown, or None."""

    AUTO_FOCUS = "RunList"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self, home: Path, run_id: str | None = None, marked: Sequence[str] = ()) -> None:
        """``home`` is the project's ``.sdtui``; the cursor begins on ``run_id``; the runs in ``marked`` are marked."""
        super().__init__()
        self._home = home
        self._wanted = run_id
        self._first_marked = marked
        self._runs: tuple[PastRun, ...] | None = None
        self.broken: tuple[BrokenRun, ...] = ()
        """Runs whose record cannot be read."""
        self._reading: Progress | None = None
        self._order = Order.DATE
        self._again: Timer | None = None
        self._began = 0.0

    def compose(self) -> ComposeResult:
        yield Lines(id="history-title")
        with Vertical(id="history"):
            yield FindInput("letters of a name, a state, a setting or a note")
            yield Lines(id="history-heading")
            yield RunList()
            yield Lines(id="history-about")
        yield Footer()

    # How it stands ------------------------------------------------------------------------------------------------

    @property
    def past(self) -> PastRun | None:
        """The run under the cursor."""
        return self._list.row

    @property
    def to_compare(self) -> list[str]:
        """IDs of the marked runs, and of the one under the cursor where only one is marked."""
        marked, past = self._list.marked, self.past
        if len(marked) == 1 and past is not None and past.record.id not in marked:
            return [*marked, past.record.id]
        return list(marked)

    @property
    def _list(self) -> RunList:
        return self.query_one(RunList)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._list.marked.extend(self._first_marked)
        self.watch(self.app, "theme", self._show, init=False)
        self.shell.run_ended.subscribe(self, lambda _none: self._read())  # a notice must not know more than the list
        self._read()

    def on_unmount(self) -> None:
        self.shell.bridge.cancel(self, "history")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 30, "-low")
        self.call_after_refresh(self._show)

    def _read(self) -> None:
        if self._again is not None:
            self._again.stop()
            self._again = None
        self._began = time.monotonic()
        self.shell.bridge.work(
            self, "history", lambda cancelled: _all_runs(self._home, cancelled), self._were_read, self._progressed
        )
        self._show()

    def _progressed(self, progress: Progress) -> None:
        if self._runs is None or self._reading is not None:
            assert isinstance(progress, RunsRead)
            self._reading, self._runs = progress, progress.runs
            self._arrange()

    def _were_read(self, found: tuple[tuple[PastRun, ...], tuple[BrokenRun, ...]]) -> None:
        runs, broken = found
        self._reading = None
        changed = (runs, broken) != (self._runs, self.broken)
        self._runs, self.broken = runs, broken
        there = {past.record.id for past in runs}
        self._list.marked[:] = [run_id for run_id in self._list.marked if run_id in there]
        if changed or not runs:
            self._arrange()
        else:
            self._show()  # the title told how far the reading is
        if any(not past.view.state.ended for past in runs):
            took = time.monotonic() - self._began
            self._again = self.set_timer(max(LOOK_AGAIN, _REST * took), self._read)

    def _arrange(self, *, top: bool = False) -> None:
        """List the runs anew, the cursor at the ``top`` or on the run where it was."""
        if self._runs is None:
            return
        listed, past = self._list, self.past
        here = self._wanted or (past.record.id if past is not None else None)
        listed.rows = arranged(self._runs, self._order, self._finder.value)
        listed.teaching = (
            ["No run holds these letters; esc shows all again."]
            if self._finder.value
            else ["No run yet.", "", "Train (5) sets one up and starts it."]
        )
        found = next((row for row, each in enumerate(listed.rows) if each.record.id == here), None)
        self._wanted = None if found is not None else self._wanted
        listed.rows_changed(0 if top else found if found is not None else listed.cursor)
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self.query_one("#history-title", Lines).show_fitted(lambda _width: [self._title()])
        heading = self._list.heading() if self._list.rows else ""
        self.query_one("#history-heading", Lines).show([[(heading, "dim")]])
        self._show_about()
        self.refresh_bindings()

    def _title(self) -> Line:
        spans: list[Span] = [(" History", "strong")]
        if self._runs is None:
            return [*spans, ("   reading the runs", "dim")]
        every, shown = len(self._runs), len(self._list.rows)
        some = plural(every, "run") if shown == every else f"{count(shown)} of {plural(every, 'run')}"
        if self._reading is not None and self._reading.total:
            some = f"{count(self._reading.done)} of {plural(self._reading.total, 'run')} read"
        spans += [(f"   {some}", "plain"), (f"   by {self._order.value}", "dim")]
        if self.broken:
            spans.append((f"   {key_of('history.broken')} {count(len(self.broken))} cannot be read", "warn"))
        if self._list.marked:
            spans.append((f"   {count(len(self._list.marked))} marked", "accent"))
        if self._finder.value:
            spans.append((f"   filter: {safe(self._finder.value)}", "dim"))
        return spans

    def _show_about(self) -> None:
        about, past = self.query_one("#history-about", Lines), self.past
        height = about.size.height
        about.show_fitted(lambda width: about_lines(past, width, height or 8) if past is not None else [])

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        self._show_about()
        self.refresh_bindings()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show()

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_open()

    # Looking around -----------------------------------------------------------------------------------------------

    def on_input_changed(self, _event: Input.Changed) -> None:
        self._arrange(top=True)

    def action_broken(self) -> None:
        sentences = "\n\n".join(f"{one.id}: {one.problem}" for one in self.broken)
        title = f"{plural(len(self.broken), 'run')} cannot be read"
        self.app.push_screen(Ask(title, sentences, (Answer("esc", "close", ""),)))

    def action_order(self) -> None:
        orders = list(Order)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._arrange(top=True)

    def action_leave(self) -> None:
        if self._finding:
            self._find_no_more()
        elif self._list.marked:
            self._list.marked.clear()
            self._list.redraw()
            self._show()
        else:
            self.leave_with(None)

    def action_open(self) -> None:
        if self.past is not None:
            self.leave_with(self.past.record.id)

    # Comparing ----------------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        past, marked = self.past, self._list.marked
        if past is None:
            return
        if past.record.id in marked:
            marked.remove(past.record.id)
        elif len(marked) < MOST:
            marked.append(past.record.id)
        else:
            self.shell.say(f"{MOST} runs at most can be compared.")
            return
        self._list.redraw()
        self._list.action_move(1)
        self._show()

    def action_compare(self) -> None:
        by_id = {past.record.id: past.record for past in self._runs or ()}
        records = [by_id[run_id] for run_id in self.to_compare]
        self.app.push_screen(CompareScreen(self._home, records))

    # Judging ------------------------------------------------------------------------------------------------------

    def action_note(self) -> None:
        past, home = self.past, self._home
        if past is None:
            return

        def noted(text: str | None) -> None:
            if text is not None:
                self.shell.bridge.write(
                    self, lambda: write_note(home, past.record.id, text), lambda _note: self._read()
                )

        self.app.push_screen(NoteScreen(past.view.name, past.note.text), noted)

    def action_star(self) -> None:
        past, home = self.past, self._home
        if past is not None:
            starred = not past.note.starred
            self.shell.bridge.write(self, lambda: set_star(home, past.record.id, starred), lambda _note: self._read())

    # Deleting -----------------------------------------------------------------------------------------------------

    def action_delete(self) -> None:
        if self.past is not None:
            self.app.push_screen(DeleteScreen(self._home, self.past.record), self._deleted)

    def _deleted(self, deleted: bool | None) -> None:
        if deleted:
            self._read()


def _all_runs(home: Path, cancelled: Cancelled) -> Work[tuple[tuple[PastRun, ...], tuple[BrokenRun, ...]]]:
    runs = yield from history(home, cancelled)
    return runs, broken_runs(home)
