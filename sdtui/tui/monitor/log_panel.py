"""The log, large: where one is, the lines, and the line of typing for a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.text import count
from sdtui.base.work import Progress
from sdtui.runs.log_file import LogFile
from sdtui.runs.log_notes import ERROR, MOST, Note, notes
from sdtui.runs.log_search import Wanted, find
from sdtui.runs.record import RunState
from sdtui.trainer.log_lines import LogLine
from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.dialogs import AskText
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.monitor import log_place
from sdtui.tui.monitor.actions import show_copied
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.log_reader import LogReader
from sdtui.tui.monitor.trouble import place_of_error
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Lines, Span

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_DOING = {"search": "searching", "notes": "collecting warnings and errors", "count": "reading the log"}


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
        self._log: LogFile | None = None
        self._tail: tuple[str, ...] = ()
        self._wanted: Wanted | None = None
        self._note: list[Span] = []
        self._doing = ""
        self._marked: int | None = None
        self._following = True
        self._then: tuple[str, str] | None = None
        """What to do once the rows are counted: ``("error", its line)`` or ``("notes", "")``."""

    def compose(self) -> ComposeResult:
        yield Lines(id="log-head")
        yield LogReader(id="log-lines")
        yield LineInput(placeholder="text, or ~/regular expression/", id="log-search")

    @property
    def reader(self) -> LogReader:
        """The lines."""
        return self.query_one(LogReader)

    @property
    def busy(self) -> bool:
        """Whether there is something to give up."""
        return bool(self._doing) or self.has_class("-typing")

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    # What the screen calls ----------------------------------------------------------------------------------------

    def follow(self, followed: Followed) -> None:
        """Show the log of this run: at first its end, or the line where it went wrong; then what is new in it."""
        if self._open and self._log is not None and self._log.path == followed.console:
            if followed.log is not self._tail:
                self._tail = followed.log
                self._count()
            return
        if self._log is None or self._log.path != followed.console:
            self._log, self._wanted, self._note = LogFile(followed.console), None, []
            self.reader.searched = False
        self._open, self._tail = True, followed.log
        error = _error_of(followed)
        self._following = error is None
        if error is not None and self._then is None:
            self._then = ("error", error)
        self._show_tail()
        self.call_after_refresh(self.reader.focus)
        self._count()

    def collect(self) -> None:
        """List the warnings and errors, once the rows are counted."""
        if not self._open or self._log is None or not self._log.rows:
            self._then = ("notes", "")
        else:
            self._collect(self._log)

    def close(self) -> None:
        """Nothing of it is wanted any more."""
        for lane in ("lines", *_DOING):
            self.shell.bridge.cancel(self, lane)
        self.remove_class("-typing")
        self._open, self._doing, self._then = False, "", None

    # Reading ------------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        log = self._log
        if log is None or self._doing == "count":
            return
        first = not log.rows

        def counted(_rows: int) -> None:
            if first:
                self._end_work()
            if log is not self._log:
                return
            self.reader.rows = log.rows
            if self._then is not None:
                self._do_what_waits(log)
            elif self._following or self._shows_tail:
                self.reader.action_last()
            else:
                self._show_head()

        if first:
            self._begin_work("count")
        self.shell.bridge.work(self, "count", log.count, counted, self._progress if first else None, self._failed)

    def _do_what_waits(self, log: LogFile) -> None:
        (what, text), self._then = cast("tuple[str, str]", self._then), None
        if what == "notes":
            self.reader.action_last()
            self._collect(log)
        else:
            self._search(log, Wanted(text, literal=True), log.rows, backwards=True, mark=True)

    @property
    def _shows_tail(self) -> bool:
        """Whether the lines in sight are only the end of the log, of which nobody knows the numbers yet."""
        line = self.reader.line
        return line is None or not line.rows

    def _show_tail(self) -> None:
        """The end of the log without its rows' numbers."""
        height = max(1, self.reader.size.height or self.screen.size.height)
        lines = [LogLine(0, 0, text) for text in self._tail[-height:]]
        self.reader.show(lines, 0, len(lines) - 1, {}, None)

    @on(LogReader.Wanted)
    def _read(self, wanted: LogReader.Wanted) -> None:
        wanted.stop()
        log, height = self._log, max(1, self.reader.size.height)
        if log is None or not log.rows:
            return
        row, at, cursor = wanted.row, wanted.at, wanted.cursor

        def arrived(lines: tuple[LogLine, ...]) -> None:
            if log is self._log and lines:
                self.reader.show(lines, log.rows, cursor, self._places(lines), self._marked)

        self.shell.bridge.call(self, "lines", lambda: log.screenful(row, at, height), arrived, self._failed)

    def _go(self, row: int) -> None:
        """Show the row a third from the top, with the cursor on it."""
        log, height = self._log, max(1, self.reader.size.height)
        if log is None:
            return

        def arrived(lines: tuple[LogLine, ...]) -> None:
            if log is self._log and lines:
                cursor = next((at for at, line in enumerate(lines) if line.row + line.rows > row), len(lines) - 1)
                self.reader.show(lines, log.rows, cursor, self._places(lines), self._marked)

        self.shell.bridge.call(self, "lines", lambda: log.screenful(row, height // 3, height), arrived, self._failed)

    def _places(self, lines: tuple[LogLine, ...]) -> dict[int, list[tuple[int, int]]]:
        if self._wanted is None:
            return {}
        try:
            return {line.row: self._wanted.places(line.text) for line in lines}
        except UsageError:
            return {}

    # Searching ----------------------------------------------------------------------------------------------------

    @on(LogReader.Asked)
    def _asked(self, asked: LogReader.Asked) -> None:
        asked.stop()
        line = self.reader.line
        if asked.what == "search":
            self._type()
        elif asked.what in ("next", "before") and self._log is not None and self._wanted is not None:
            row = line.row if line is not None else 0
            self._search(self._log, self._wanted, row, backwards=asked.what == "before")
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
        line.value = self._wanted.text if self._wanted is not None else ""
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
        self._wanted = wanted
        self.reader.searched = True
        if self._log is not None:
            here = self.reader.line
            self._search(self._log, wanted, here.row - 1 if here is not None else -1)

    def _search(self, log: LogFile, wanted: Wanted, row: int, *, backwards: bool = False, mark: bool = False) -> None:
        def ended(found: int | None) -> None:
            self._end_work()
            if log is not self._log:
                return
            if mark:
                self._marked = found
            elif found is None:
                self._note = [(f"{wanted.text} ", "plain"), ("stands nowhere in the log", "warn")]
            else:
                round_again = found <= row if not backwards else found >= row
                self._note = [(f"{wanted.text} ", "plain"), ("from the other end" if round_again else "", "dim")]
            self._go(found if found is not None else max(0, log.rows - 1 if mark else row))

        self._begin_work("search")
        self.shell.bridge.work(
            self,
            "search",
            lambda cancelled: find(log, wanted, row, backwards=backwards, cancelled=cancelled),
            ended,
            self._progress,
            self._failed,
        )

    def _gone(self, text: str | None) -> None:
        if text is None or self._log is None or not self._log.rows:
            return
        try:
            self._go(log_place.row_of(text, self._log.rows))
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
            self, "notes", lambda cancelled: notes(log, cancelled), ended, self._progress, self._failed
        )

    def _choose(self, found: tuple[Note, ...]) -> None:
        def picked(index: int | None) -> None:
            self.reader.focus()
            if index is not None:
                self._go(found[index].row)

        candidates = [
            Candidate(
                f"{'✗' if note.severity == ERROR else '▲'} {note.text}",
                (f"{note.times}× from " if note.times > 1 else "") + f"line {count(note.row + 1)}",
            )
            for note in found
        ]
        several = "the first " if len(found) >= MOST else ""
        title = f"{several}{count(len(found))} different warnings and errors: type to find one"
        self.app.push_screen(Finder(title, candidates), picked)

    # What is going on ---------------------------------------------------------------------------------------------

    def action_give_up(self) -> None:
        if self.has_class("-typing"):
            self.remove_class("-typing")
            self.reader.focus()
        for lane in ("search", "notes"):
            self.shell.bridge.cancel(self, lane)
        if self._doing != "count":
            self._end_work()

    def _begin_work(self, lane: str) -> None:
        self._doing = lane
        self._note = []
        self.refresh_bindings()
        self.set_timer(0.3, self._show_head)  # what is done at once needs no word

    def _end_work(self) -> None:
        self._doing = ""
        self._show_head()
        self.refresh_bindings()

    def _progress(self, progress: Progress) -> None:
        if self._doing:
            self._show_head(progress)

    def _failed(self, error: SdtuiError) -> None:
        self._end_work()
        self.shell.say(error.sentence(), "warning")

    @on(LogReader.Moved)
    def _moved(self, moved: LogReader.Moved) -> None:
        moved.stop()
        if not self._shows_tail:
            self._following = self.reader.at_end
        self._show_head()

    def _show_head(self, progress: Progress | None = None) -> None:
        if not self.is_attached:
            return
        reader = self.reader
        place = [] if self._shows_tail else log_place.where(reader.line, reader.rows, following=self._following)
        note = log_place.working(_DOING[self._doing], progress) if self._doing else self._note
        self.query_one("#log-head", Lines).show_fitted(lambda width: [log_place.head(place, note, width)])

    def on_resize(self) -> None:
        line = self.reader.line
        if line is None or self._shows_tail:
            return
        if self._following:
            self.call_after_refresh(self.reader.action_last)
        else:
            self.call_after_refresh(self._go, line.row)


def _error_of(followed: Followed) -> str | None:
    """The line that names the error that a run failed with; None where it did not, or none does."""
    if followed.view.state is not RunState.FAILED:
        return None
    place = place_of_error(followed.log)
    return followed.log[place.line] if place.certain else None
