"""The whole log of a run, of which the lines in sight are read: a gigabyte is scrolled through like a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from sdtui.trainer.log_lines import LogLine
from sdtui.tui.commands import Offers, offered
from sdtui.tui.monitor.log_keys import READER_COMMANDS
from sdtui.tui.monitor.log_words import shifted, spans
from sdtui.tui.theme import inks
from sdtui.tui.widgets.lines import strip_of

_SIDEWAYS = 20
_WHEEL = 3
_BOTTOM = 100_000
"""The last line of the screen, however many it has by then."""


class LogReader(Offers, Widget, can_focus=True):
    """Draws the lines that it was given, with a cursor; asks for others in messages."""

    BINDINGS: ClassVar[list[BindingType]] = offered(*READER_COMMANDS)
    DEFAULT_CSS = "LogReader { height: 1fr; }"

    class Wanted(Message):
        """Lines are to be shown of which the one with ``row`` is number ``at``, and the cursor number ``cursor``."""

        def __init__(self, row: int, at: int, cursor: int) -> None:
            super().__init__()
            self.row = row
            self.at = at
            self.cursor = cursor

    class Moved(Message):
        """The cursor stands elsewhere, or the lines are others."""

    class Asked(Message):
        """The person wants what the screen around it does: ``search``, ``next``, ``before``, ``go``, ``copy``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: tuple[LogLine, ...] = ()
        self.cursor = 0
        self.rows = 0
        """Rows of the whole log."""
        self.searched = False
        """Whether something is looked for, so that there is a next one."""
        self._left = 0
        self._found: dict[int, list[tuple[int, int]]] = {}
        self._marked: int | None = None

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    @property
    def at_end(self) -> bool:
        """Whether the cursor stands on the log's last line."""
        line = self.line
        return line is None or line.row + line.rows >= self.rows

    def show(
        self,
        lines: Sequence[LogLine],
        rows: int,
        cursor: int,
        found: dict[int, list[tuple[int, int]]],
        marked: int | None,
    ) -> None:
        """Show other lines of a log of ``rows`` rows.

        ``found`` says by row where in a line stands what is looked for, ``marked`` is the row where the run went wrong.
        """
        self.lines, self.rows = tuple(lines), rows
        self.cursor = max(0, min(cursor, len(lines) - 1))
        self._found, self._marked = found, marked
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
        self.post_message(self.Wanted(0, 0, 0))

    def action_last(self) -> None:
        self.post_message(self.Wanted(max(0, self.rows - 1), _BOTTOM, _BOTTOM))

    def action_sideways(self, steps: int) -> None:
        self._left = max(0, self._left + steps * _SIDEWAYS)
        self.refresh()

    def action_ask(self, what: str) -> None:
        self.post_message(self.Asked(what))

    def on_mouse_scroll_down(self) -> None:
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(-_WHEEL)

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
            self.post_message(self.Wanted(bottom.row + bottom.rows, last - lines + 1, target))
        else:
            self.post_message(self.Wanted(self.lines[0].row, -lines, self.cursor if cursor is None else cursor))

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, background, ink = self.size.width, self.rich_style, inks(self.app.theme)
        if y >= len(self.lines):
            return Strip.blank(width, background)
        line = self.lines[y]
        marked = line.row == self._marked
        role = "bad" if marked else "accent"
        words = [(line.text, "bad")] if marked else spans(line.text, self._found.get(line.row, ()))
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
