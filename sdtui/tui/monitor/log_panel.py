"""The log, large: where one is, the lines, and the line of typing for a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.text import count
from sdtui.runs.log.log_file import LogFile
from sdtui.runs.log.log_notes import Note, notes
from sdtui.runs.log.log_search import Wanted, find
from sdtui.runs.record import RunState
from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.dialogs import AskText
from sdtui.tui.monitor import log_place
from sdtui.tui.monitor.actions import show_copied
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.log_choice import note_finder
from sdtui.tui.monitor.log_head import LogHead
from sdtui.tui.monitor.log_reader import LogReader
from sdtui.tui.monitor.trouble import place_of_error
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Span

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class LogPanel(Offers, Vertical):
    """Hidden until it is large. All reading is done in threads, one of each kind at a time."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "log.give_up",
            "Give up",
            "Ends the search, or leaves the line of typing.",
            ("escape",),
            "give_up",
            "give up",
            when=lambda panel: panel.busy,
            rank=0,
        ),
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._open = False
        self._tail: tuple[str, ...] = ()
        self._following = True
        self._live = False
        self._then: tuple[str, str] | None = None
        """What to do once the rows are counted: ``("error", its line)``, ``("find", text)`` or ``("notes", "")``."""

    def compose(self) -> ComposeResult:
        yield LogHead(id="log-head")
        yield LogReader(id="log-lines")
        yield LineInput(placeholder="text, or ~/regular expression/", id="log-search")

    @property
    def reader(self) -> LogReader:
        """The lines."""
        return self.query_one(LogReader)

    @property
    def head(self) -> LogHead:
        """The line above them."""
        return self.query_one(LogHead)

    @property
    def busy(self) -> bool:
        """Whether there is something to give up."""
        return self.has_class("-typing") or self.head.can_be_given_up

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    # What the screen calls ----------------------------------------------------------------------------------------

    def follow(self, followed: Followed) -> None:
        """Show the log of this run: at first its end, or the line where it went wrong; then what is new in it."""
        self._live = not followed.view.state.ended
        log = self.reader.file
        if log is None or log.path != followed.console:
            log = LogFile(followed.console)
        elif self._open:
            if followed.log is not self._tail:
                self._tail = followed.log
                self._count()
            return
        self._open, self._tail = True, followed.log
        error = _error_of(followed)
        self._following = error is None
        if error is not None and self._then is None:
            self._then = ("error", error)
        self.reader.begin(log, followed.log)
        self.call_after_refresh(self.reader.focus)
        self._count()

    def collect(self) -> None:
        """List the warnings and errors, once the rows are counted."""
        log = self.reader.file
        if not self._open or log is None or not log.rows:
            self._then = ("notes", "")
        else:
            self._collect(log)

    def close(self) -> None:
        """Nothing of it is wanted any more."""
        for lane in ("count", "search", "notes"):
            self.shell.bridge.cancel(self, lane)
        self.remove_class("-typing")
        self.head.end()
        self._open, self._then = False, None

    # Reading ------------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        log = self.reader.file
        if log is None or self.head.doing == "count":
            return

        def counted(_rows: int) -> None:
            if self.head.doing == "count":
                self._end_work()
            if log is not self.reader.file:
                return
            if self._then is not None:
                self._do_what_waits(log)
            elif self._following or self.reader.shows_tail:
                self.reader.action_last()
            else:
                self._show_head()

        if not log.rows:
            self._begin_work("count")
        self.shell.bridge.work(self, "count", log.count, counted, self.head.progress, self._failed)

    def _do_what_waits(self, log: LogFile) -> None:
        (what, text), self._then = cast("tuple[str, str]", self._then), None
        if what == "notes":
            self.reader.action_last()
            self._collect(log)
        elif what == "find":
            self._search(log, Wanted(text), -1)
        else:
            self._search(log, Wanted(text, literal=True), log.rows, backwards=True, mark=True)

    # Searching ----------------------------------------------------------------------------------------------------

    @on(LogReader.Asked)
    def _asked(self, asked: LogReader.Asked) -> None:
        asked.stop()
        line = self.reader.line
        if asked.what == "search":
            self._type()
        elif asked.what in ("next", "before") and self.reader.file is not None and self.reader.wanted is not None:
            row = line.row if line is not None else 0
            self._search(self.reader.file, self.reader.wanted, row, backwards=asked.what == "before")
        elif asked.what == "errors":
            self.collect()
        elif asked.what == "go":
            self.app.push_screen(
                AskText("Which line?", "A line's number, as 1200, or a share of the log, as 40%."), self._gone
            )
        elif asked.what == "copy" and line is not None:
            show_copied(self.screen, f"Line {count(line.row + 1)}", line.text.strip())

    def _type(self) -> None:
        self.add_class("-typing")
        line = self.query_one(LineInput)
        line.value = self.reader.wanted.text if self.reader.wanted is not None else ""
        line.action_select_all()
        line.focus()

    @on(Input.Submitted)
    def _typed(self, typed: Input.Submitted) -> None:
        typed.stop()
        if not typed.value:
            self.action_give_up()
            return
        try:
            wanted = Wanted(typed.value)
        except UsageError as error:
            self.shell.say(error.sentence(), "warning")
            return
        self.remove_class("-typing")
        self.reader.focus()
        self.reader.wanted = wanted
        if self.reader.file is None or not self.reader.file.rows:
            self._then = ("find", wanted.text)
            return
        here = self.reader.line
        self._search(self.reader.file, wanted, here.row - 1 if here is not None else -1)

    def _search(self, log: LogFile, wanted: Wanted, row: int, *, backwards: bool = False, mark: bool = False) -> None:
        def ended(found: int | None) -> None:
            round_again = found is not None and (found >= row if backwards else found <= row)
            self._end_work([] if mark else _came_of(wanted, found, round_again=round_again))
            if log is not self.reader.file:
                return
            if mark:
                self.reader.marked = found
                self.reader.go(found if found is not None else log.rows - 1)
            elif found is not None:
                self.reader.go(found)

        self._begin_work("search")
        self.shell.bridge.work(
            self,
            "search",
            lambda cancelled: find(log, wanted, row, backwards=backwards, cancelled=cancelled),
            ended,
            self.head.progress,
            self._failed,
        )

    def _gone(self, text: str | None) -> None:
        if text is None or self.reader.file is None or not self.reader.file.rows:
            return
        try:
            self.reader.go(log_place.row_of(text, self.reader.file.rows))
        except UsageError as error:
            self.shell.say(error.sentence(), "warning")

    def _collect(self, log: LogFile) -> None:
        def ended(found: tuple[Note, ...]) -> None:
            self._end_work()
            if found:
                self._choose(found)
            else:
                self.shell.say("No warnings and no errors stand in this log.")

        self._begin_work("notes")
        self.shell.bridge.work(
            self, "notes", lambda cancelled: notes(log, cancelled), ended, self.head.progress, self._failed
        )

    def _choose(self, found: tuple[Note, ...]) -> None:
        def picked(index: int | None) -> None:
            self.reader.focus()
            if index is not None:
                self.reader.go(found[index].row)

        self.app.push_screen(note_finder(found), picked)

    # What is going on ---------------------------------------------------------------------------------------------

    def action_give_up(self) -> None:
        if self.has_class("-typing"):
            self.remove_class("-typing")
            self.reader.focus()
        if self.head.can_be_given_up:
            self.shell.bridge.cancel(self, self.head.doing)
            self._end_work()

    def _begin_work(self, lane: str) -> None:
        if self.head.can_be_given_up:
            self.shell.bridge.cancel(self, self.head.doing)
        self.head.begin(lane)
        self.refresh_bindings()

    def _end_work(self, note: Sequence[Span] = ()) -> None:
        self.head.end(note)
        self._show_head()
        self.refresh_bindings()

    def _failed(self, error: SdtuiError) -> None:
        self._end_work()
        self.shell.say(error.sentence(), "warning")

    @on(LogReader.Moved)
    def _moved(self, moved: LogReader.Moved) -> None:
        moved.stop()
        if not self.reader.shows_tail:
            self._following = self.reader.at_end
        self._show_head()

    def _show_head(self) -> None:
        if self.reader.shows_tail and (self.reader.lines or self.head.doing):
            self.head.nowhere()
        else:
            self.head.stand(self.reader.line, self.reader.rows, following=self._following and self._live)


def _error_of(followed: Followed) -> str | None:
    """The line that names the error that a run failed with; None where it did not, or none does."""
    if followed.view.state is not RunState.FAILED:
        return None
    place = place_of_error(followed.log)
    return followed.log[place.line] if place.certain else None


def _came_of(wanted: Wanted, found: int | None, *, round_again: bool) -> list[Span]:
    """What a search came to."""
    if found is None:
        return [(f"{wanted.text} ", "plain"), ("stands nowhere in the log", "warn")]
    return [(wanted.text, "plain"), (" from the other end" if round_again else "", "dim")]
