"""The whole log of a run, of which the lines in sight are read: a gigabyte is scrolled through like a page."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from sdtui.base.errors import UsageError
from sdtui.runs.log.log_file import LogFile
from sdtui.runs.log.log_search import Wanted
from sdtui.trainer.log_lines import LogLine
from sdtui.tui.commands import Offers, offered
from sdtui.tui.monitor.log_keys import READER_COMMANDS
from sdtui.tui.monitor.log_words import shifted, spans
from sdtui.tui.theme import inks
from sdtui.tui.widgets.lines import strip_of

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_SIDEWAYS = 20
_WHEEL = 3
_BOTTOM = 100_000
"""The last line of the screen, however many it has by then."""


class LogReader(Offers, Widget, can_focus=True):
    """Draws the lines in sight, with a cursor, and has others read in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = offered(*READER_COMMANDS)
    DEFAULT_CSS = "LogReader { height: 1fr; }"

    class Moved(Message):
        """The cursor stands elsewhere, or the lines are others."""

    class Asked(Message):
        """The person wants what the panel around it does: ``search``, ``next``, ``errors``, ``go``, ``copy``..."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.file: LogFile | None = None
        self.wanted: Wanted | None = None
        """What is looked for: it is marked wherever it stands."""
        self.marked: int | None = None
        """The row where the run went wrong."""
        self.lines: tuple[LogLine, ...] = ()
        self.cursor = 0
        self._left = 0
        self._found: dict[int, list[tuple[int, int]]] = {}

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    @property
    def rows(self) -> int:
        """Rows of the whole log."""
        return self.file.rows if self.file is not None else 0

    @property
    def shows_tail(self) -> bool:
        """Whether the lines in sight are only the end of the log, of which nobody knows the numbers yet."""
        line = self.line
        return line is None or not line.rows

    @property
    def at_end(self) -> bool:
        """Whether the cursor stands on the log's last line."""
        line = self.line
        return line is None or line.row + line.rows >= self.rows

    def begin(self, log: LogFile, tail: Sequence[str]) -> None:
        """Show another log: at first the end of it, ``tail``, whose rows have no numbers yet."""
        if log is not self.file:
            self.file, self.wanted, self.marked = log, None, None
        height = max(1, self.size.height or self.screen.size.height)
        self._show([LogLine(0, 0, text) for text in tail[-height:]], _BOTTOM)

    def go(self, row: int) -> None:
        """Show the row a third from the top, with the cursor on it."""
        self._read(row, None, None)

    def _read(self, row: int, at: int | None, cursor: int | None) -> None:
        """Show lines of which the one with ``row`` is number ``at``, the cursor on it or on number ``cursor``.

        Without ``at`` it stands a third from the top.
        """
        log, height = self.file, max(1, self.size.height)
        above = height // 3 if at is None else at
        if log is None or not log.rows:
            return

        def arrived(lines: tuple[LogLine, ...]) -> None:
            if log is not self.file or not lines:
                return
            if height != max(1, self.size.height):
                self._read(row, at, cursor)  # it was given its place on the screen meanwhile
                return
            place = cursor
            if place is None:
                place = next((at for at, line in enumerate(lines) if line.row + line.rows > row), len(lines) - 1)
            self._show(lines, place)

        cast("SdtuiApp", self.app).bridge.call(self, "lines", lambda: log.screenful(row, above, height), arrived)

    def _show(self, lines: Sequence[LogLine], cursor: int) -> None:
        self.lines, self.cursor = tuple(lines), max(0, min(cursor, len(lines) - 1))
        self._found = {}
        if self.wanted is not None:
            with contextlib.suppress(UsageError):  # the search has said that its pattern takes too long
                self._found = {line.row: self.wanted.places(line.text) for line in lines}
        self.refresh()
        self.post_message(self.Moved())

    # Moving -------------------------------------------------------------------------------------------------------

    def action_move(self, lines: int) -> None:
        target = self.cursor + lines
        if 0 <= target < len(self.lines):
            self._set_cursor(target)
        else:
            self._scroll(target if target < 0 else target - len(self.lines) + 1, cursor=0 if target < 0 else None)

    def action_page(self, pages: int) -> None:
        self._scroll(pages * max(1, self.size.height - 2))

    def action_first(self) -> None:
        self._read(0, 0, 0)

    def action_last(self) -> None:
        self._read(max(0, self.rows - 1), _BOTTOM, _BOTTOM)

    def action_sideways(self, steps: int) -> None:
        self._left = max(0, self._left + steps * _SIDEWAYS)
        self.refresh()

    def action_ask(self, what: str) -> None:
        self.post_message(self.Asked(what))

    def on_mouse_scroll_down(self) -> None:
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(-_WHEEL)

    def on_resize(self) -> None:
        line = self.line
        if line is None or self.shows_tail:
            return
        if self.at_end:
            self.action_last()
        else:
            self.go(line.row)

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self.lines):
            self._set_cursor(event.y)

    def _set_cursor(self, cursor: int) -> None:
        before, self.cursor = self.cursor, cursor
        self.refresh(*(Region(0, y, self.size.width, 1) for y in (before, cursor)))
        self.post_message(self.Moved())

    def _scroll(self, lines: int, cursor: int | None = None) -> None:
        """Show what stands ``lines`` further down; the cursor keeps its place on the screen, or goes to the last."""
        if not self.lines or lines == 0:
            return
        last = self.size.height - 1
        if lines > 0:
            target = last if cursor is None and self.cursor == len(self.lines) - 1 else self.cursor
            bottom = self.lines[-1]
            self._read(bottom.row + bottom.rows, last - lines + 1, target)
        else:
            self._read(self.lines[0].row, -lines, self.cursor if cursor is None else cursor)

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, background, ink = self.size.width, self.rich_style, inks(self.app.theme)
        if y >= len(self.lines):
            return Strip.blank(width, background)
        line = self.lines[y]
        marked = line.row == self.marked
        role = "bad" if marked else "accent"
        words = spans(line.text, self._found.get(line.row, ()), "bad" if marked else None)
        paper = (
            background + (ink.cursor if self.has_focus else ink.cursor_unfocused) if y == self.cursor else background
        )
        sign = "▸ " if marked or y == self.cursor else "  "
        strip = strip_of([(sign, role), *shifted(words, self._left)], width - 1, ink, paper)
        return Strip([*strip, Segment(self._thumb(y), background + ink.faint)], width)

    def _thumb(self, y: int) -> str:
        """The scroll bar's cell beside this line."""
        height = self.size.height
        if not self.lines or self.rows <= height:
            return " "
        size = max(1, height * len(self.lines) // self.rows)
        top = round((height - size) * self.lines[0].row / max(1, self.rows - len(self.lines)))
        return "▐" if top <= y < top + size else " "
