"""What an operation would do, looked at before it is done: every caption word by word, and what to do about caches.

``app.push_screen(PlanScreen(proposal), callback)`` is all that a screen needs to carry out a Proposal; the callback
gets what was Applied, or None where it was left.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from sdtui.base.errors import InUseError, SdtuiError, WriteError
from sdtui.base.text import count, plural, safe
from sdtui.base.work import Progress, Work
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.tui.commands import key_of
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.list_page import ListPage
from sdtui.tui.plan import keys
from sdtui.tui.plan.change_list import ChangeList
from sdtui.tui.plan.choices import caches_line, going_line, progress_line
from sdtui.tui.plan.detail import Detail
from sdtui.tui.plan.left import LeftScreen
from sdtui.tui.plan.rows import Row, holds, needs_care, other_changes, rows_of
from sdtui.tui.plan.sentences import cares, counts, done_sentence, joined, told
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.find_input import FindInput
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines, Span
from sdtui.tui.widgets.virtual_list import VirtualList

_PART = 2_000
_SENTENCE_LINES = 4
_WARNING_LINES = 5


class PlanScreen(ListPage["Applied | None"]):
    """A Proposal on the screen. Dismissed with what was applied, or None."""

    AUTO_FOCUS = "ChangeList"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self.proposal = proposal
        self.delete_stale = True
        self.keep_going = False
        others = other_changes(proposal)
        self._rows: list[Row] = rows_of(proposal, others)
        self.with_care = any(map(needs_care, self._rows))
        """Whether a row has a warning, or is left out."""
        self._counts, self._cares = counts(proposal, others), cares(proposal)
        self._writing: Progress | None = None
        self._stop = threading.Event()
        self._applied: Applied | None = None
        self._refusal = ""

    def compose(self) -> ComposeResult:
        yield Lines(id="plan-title")
        with Vertical(id="plan"):
            yield Lines(id="plan-sum")
            yield FindInput("letters of a name or caption")
            yield Lines(id="plan-heading")
            yield ChangeList()
            yield Detail()
            yield Lines(id="plan-choices")
        yield Footer()

    # How it stands ------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Nothing was written yet, and nothing is being written."""
        return self._writing is None and self._applied is None

    @property
    def stopping(self) -> bool:
        """It is being written, and was told to stop."""
        return self._stop.is_set()

    @property
    def _list(self) -> ChangeList:
        return self.query_one(ChangeList)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        project = self.shell.project
        changes = self._list
        if project is not None:
            changes.root = project.root
        changes.limit = self.proposal.limit
        changes.with_captions = bool(self.proposal.edits)
        self._list_rows(self._rows)
        self.watch(self.app, "theme", self._recolour, init=False)
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 32, "-low")
        self.query_one("#plan-sum", Lines).show_fitted(self._sum)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        if self._applied is not None:
            self.leave_with(self._applied)

    def _recolour(self) -> None:
        self._show_detail()
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _list_rows(self, rows: Sequence[Row], cursor: int = 0) -> None:
        changes = self._list
        changes.rows = rows
        changes.teaching = ["nothing would change", "", f"{key_of('plan.leave')} goes back"]
        if self._finder.value:
            changes.teaching = ["no row holds these letters; esc shows all again"]
        changes.rows_changed(cursor)

    def _show(self) -> None:
        """Everything around the list, as it stands now."""
        self.query_one("#plan-title", Lines).show_fitted(self._title)
        self.query_one("#plan-sum", Lines).show_fitted(self._sum)
        self.query_one("#plan-choices", Lines).show_fitted(self._choices)
        self._show_heading()
        self.refresh_bindings()

    def _show_heading(self) -> None:
        self.query_one("#plan-heading", Lines).show([[(self._list.heading(), "dim")]] if self._rows else [])

    def _title(self, width: int) -> list[Line]:
        state = "writing" if self._writing is not None else "nothing is written yet"
        room = width - len(state) - 4
        title = safe(self.proposal.title)
        return [[(" " + fit(title, max(0, room)), "strong"), (f"  {state} ", "dim")]]

    def _sum(self, width: int) -> list[Line]:
        low, warnings = self.has_class("-low"), self.proposal.plan.warnings
        read: list[Span] = [(f"{key_of('plan.warnings')} {plural(len(warnings), 'warning')}", "accent")]
        lines = [*joined(self._counts, width), *joined([*self._cares, *(read if low and warnings else [])], width)]
        lines += [] if low else self._warnings(width)
        shown = len(self._list.rows)
        if self._finder.value:
            lines.append([(f" {count(shown)} of {count(len(self._rows))} shown; all of them are written", "accent")])
        return lines

    def _warnings(self, width: int) -> list[Line]:
        """What concerns all of it, as far as it leaves room for the list."""
        lines = told(self.proposal.plan.warnings, width, "warn")
        if len(lines) <= _WARNING_LINES:
            return lines
        return [
            *lines[: _WARNING_LINES - 1],
            [(f" {key_of('plan.warnings')} ", "accent"), ("shows the other warnings", "warn")],
        ]

    def _choices(self, width: int) -> list[Line]:
        if self._writing is not None:
            return [progress_line(self._writing, stopping=self.stopping)]
        if self.proposal.empty:
            return []
        lines: list[Line] = []
        if self._refusal:
            lines += told([self._refusal], width, "bad")[:_SENTENCE_LINES]
        if self.proposal.stale:
            lines.append(caches_line(len(self.proposal.stale), delete=self.delete_stale))
        lines.append(going_line(keep_going=self.keep_going))
        return lines

    def _show_detail(self) -> None:
        changes = self._list
        self.query_one(Detail).show(changes.row, changes.root, changes.limit)

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        self._show_detail()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_heading()

    # Looking around -----------------------------------------------------------------------------------------------

    def action_read(self, way: int) -> None:
        self.query_one(Detail).read(way)

    def action_next_care(self) -> None:
        rows, here = self._list.rows, self._list.cursor
        order = [*range(here + 1, len(rows)), *range(min(here + 1, len(rows)))]
        place = next((row for row in order if needs_care(rows[row])), None)
        if place is None:
            self.shell.say("No row has a warning, and none is left out.")
        else:
            self._list.cursor = place

    def action_warnings(self) -> None:
        title = plural(len(self.proposal.plan.warnings), "warning")
        sentences = "\n\n".join(self.proposal.plan.warnings)
        self.app.push_screen(Ask(title, sentences, (Answer("esc", "close", ""),)))

    def on_input_changed(self, event: Input.Changed) -> None:
        letters = event.value.casefold().strip()
        if not letters:
            self.shell.bridge.cancel(self, "find")
            self._found(self._rows)
        else:
            self.shell.bridge.work(self, "find", lambda _cancelled: _matching(self._rows, letters), self._found)

    def _found(self, rows: list[Row]) -> None:
        self._list_rows(rows)
        self._show()

    # Applying -----------------------------------------------------------------------------------------------------

    def action_caches(self) -> None:
        self.delete_stale = not self.delete_stale
        self._show()

    def action_going(self) -> None:
        self.keep_going = not self.keep_going
        self._show()

    def action_apply(self) -> None:
        workspace = self.shell.workspace
        if workspace is None:
            return
        proposal, deleting = self.proposal, self.delete_stale
        self._writing = Progress(0, None, "")
        self._refusal = ""
        self._stop.clear()
        workspace.apply(
            lambda: replace(proposal.to_apply(delete_stale=deleting), warnings=()),  # they were read here
            self._was_applied,
            self._was_refused,
            keep_going=self.keep_going,
            progress=self._progressed,
            cancelled=self._stop.is_set,
        )
        self._show()

    def _progressed(self, progress: Progress) -> None:
        if self._writing is not None:
            self._writing = progress
            self.query_one("#plan-choices", Lines).show_fitted(self._choices)

    def _was_applied(self, applied: Applied | None) -> None:
        self._writing = None
        if applied is None:
            self.shell.say("Everything stands there already; nothing had to be written.")
            self.leave_with(None)
            return
        self._applied = applied
        sentence = done_sentence(self.proposal, applied, deleted=self.delete_stale)
        if applied.left:
            self.app.push_screen(LeftScreen(self.proposal.title, sentence, applied.left))
            return
        self.shell.say(sentence)
        self.leave_with(applied)

    def _was_refused(self, error: SdtuiError) -> None:
        self._writing = None
        self._refusal = " ".join([error.sentence(), *self._way_out(error)])
        self._show()

    def _way_out(self, error: SdtuiError) -> Iterator[str]:
        """What else can be done here where it was refused."""
        if isinstance(error, InUseError) and self.proposal.stale and self.delete_stale:
            yield f"{key_of('plan.caches')} keeps the caches: captions can be changed under a run."
        elif isinstance(error, WriteError) and not self.keep_going and not self.stopping:
            yield f"{key_of('plan.going')} goes on with the rest."

    def action_leave(self) -> None:
        if self._writing is not None:
            self._stop.set()
            self._show()
        elif self._finding:
            self._find_no_more()
        else:
            self.leave_with(None)


def _matching(rows: Sequence[Row], letters: str) -> Work[list[Row]]:
    """The rows that hold ``letters``, in parts, so that a search for what was typed before can be given up."""
    found: list[Row] = []
    for start in range(0, len(rows), _PART):
        found += [row for row in rows[start : start + _PART] if holds(row, letters)]
        yield Progress(start, len(rows), "rows")
    return found
