"""A list that draws only the rows on the screen: a hundred thousand rows open as fast as ten."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.theme import Inks, inks
from sdtui.tui.widgets.cells import fit

_CACHED_ROWS = 2_000


class VirtualList(Offers, ScrollView, can_focus=True):
    """Rows of one line each, with a cursor. Subclasses say how many there are and draw one.

    The first cell of a row is the list's own: ``▸`` where the cursor is.
    """

    BINDINGS = offered(
        Command("list.down", "Down", "To the next row.", ("j", "down"), "move(1)", still=True),
        Command("list.up", "Up", "To the row before.", ("k", "up"), "move(-1)", still=True),
        Command("list.page_down", "Page down", "One screenful down.", ("pagedown", "ctrl+d"), "page(1)", still=True),
        Command("list.page_up", "Page up", "One screenful up.", ("pageup", "ctrl+u"), "page(-1)", still=True),
        Command("list.first", "First row", "To the first row.", ("home",), "first", still=True),
        Command("list.last", "Last row", "To the last row.", ("end", "G"), "last", still=True),
    )

    DEFAULT_CSS = """
    VirtualList { overflow-x: hidden; overflow-y: auto; scrollbar-size: 0 1; height: 1fr; }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor came to rest on another row, or the rows changed under it."""

        def __init__(self, rows: VirtualList, cursor: int) -> None:
            super().__init__()
            self.rows = rows
            self.cursor = cursor

        @property
        def control(self) -> VirtualList:
            return self.rows

    class Chosen(Message):
        """A row was double-clicked: what enter does, by mouse."""

        def __init__(self, rows: VirtualList, cursor: int) -> None:
            super().__init__()
            self.rows = rows
            self.cursor = cursor

        @property
        def control(self) -> VirtualList:
            return self.rows

    class Resized(Message):
        """The list is wider or narrower now, and with it its columns."""

        def __init__(self, rows: VirtualList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> VirtualList:
            return self.rows

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.leads = False
        """Drawn as if it had the focus: a text field beside it has it, and moves this list."""
        self._strips: dict[int, Strip] = {}
        self._drawn_for: tuple[int, str] = (0, "")

    # What a subclass says -----------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """How many rows there are now."""
        raise NotImplementedError

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        """Row ``row`` in exactly ``width`` cells; no backgrounds, the list lays the cursor's under it."""
        raise NotImplementedError

    def lines_of(self, row: int) -> range:
        """The lines that ``row`` takes."""
        return range(row, row + 1)

    def lines_in_all(self) -> int:
        """The lines that all rows take."""
        return self.row_count()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Asked by Textual where the height is ``auto``."""
        return self.lines_in_all() or len(self.empty_text())

    def refresh_row(self, row: int) -> None:
        """Draw ``row`` again."""
        self.refresh_line(row)

    def empty_text(self) -> list[str]:
        """Lines that teach where there is nothing to list."""
        return []

    # What a screen calls ------------------------------------------------------------------------------------------

    def rows_changed(self, cursor: int | None = None) -> None:
        """The rows are others now; the cursor goes to ``cursor``, or stays on its number where that still exists."""
        self._strips.clear()
        self.virtual_size = Size(self.size.width, self.lines_in_all())
        target = max(0, min(self.cursor if cursor is None else cursor, self.row_count() - 1))
        if target == self.cursor:
            self.post_message(self.Moved(self, target))
        self.cursor = target
        self._keep_in_sight()
        self.refresh()

    def row_changed(self, row: int) -> None:
        """Only ``row`` looks different now."""
        self._strips.pop(row, None)
        self.refresh_row(row)

    def redraw(self) -> None:
        """Every row may look different now; their number and the cursor are as before."""
        self._strips.clear()
        self.refresh()

    # Moving -------------------------------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        self._go(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        self._go(self.cursor + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(self.row_count() - 1)

    def _go(self, row: int) -> None:
        self.cursor = max(0, min(row, self.row_count() - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        if not self.is_attached:
            return
        self.refresh_row(before)
        self.refresh_row(now)
        self._keep_in_sight()
        self.post_message(self.Moved(self, now))

    def _keep_in_sight(self) -> None:
        height = self.size.height
        top = self.scroll_offset.y
        lines = self.lines_of(self.cursor)
        if height <= 0:
            return
        # Each line of scrolling sends the whole list anew: over a poor link it moves by half of it at a time.
        further = height // 2 if getattr(self.app, "slow", False) else 0
        if lines.start < top:
            self.scroll_to(y=max(0, lines.start - further), animate=False, force=True, immediate=True)
        elif lines.stop > top + height:
            self.scroll_to(y=lines.stop - height + further, animate=False, force=True, immediate=True)

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        ink = inks(self.app.theme)
        width = self.size.width
        if self._drawn_for != (width, self.app.theme):
            self._strips.clear()
            self._drawn_for = (width, self.app.theme)
        row = self.scroll_offset.y + y
        count = self.row_count()
        if row >= count:
            return self._empty_line(y, width, ink) if count == 0 else Strip.blank(width, self.rich_style)
        strip = self._strips.get(row)
        if strip is None:
            if len(self._strips) >= _CACHED_ROWS:
                self._strips.clear()
            strip = Strip([Segment(" "), *self.draw(row, max(0, width - 1), ink)])
            strip = strip.adjust_cell_length(width).apply_style(self.rich_style).simplify()
            self._strips[row] = strip
        if row != self.cursor:
            return strip
        active = self.has_focus or self.leads
        mark = Segment("▸", self.rich_style + (ink.accent if active else ink.dim))
        paper = ink.cursor if active else ink.cursor_unfocused
        cells = [Segment(text, (style or paper) + paper) for text, style, _ in (mark, *strip.crop(1))]
        return Strip(cells, width).simplify()

    def _empty_line(self, y: int, width: int, ink: Inks) -> Strip:
        lines = self.empty_text()
        text = fit(f"  {lines[y]}", width) if y < len(lines) else " " * width
        return Strip([Segment(text, self.rich_style + ink.dim)], width)

    # Events -------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._refresh_scrollbars()
        self.virtual_size = Size(0, self.lines_in_all())

    def on_resize(self, _event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, self.lines_in_all())
        self._keep_in_sight()
        self.post_message(self.Resized(self))

    def on_focus(self) -> None:
        self.refresh_row(self.cursor)

    def on_blur(self) -> None:
        self.refresh_row(self.cursor)

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if not 0 <= row < self.row_count():
            return
        self._go(row)
        if event.chain == 2:
            self.post_message(self.Chosen(self, row))
