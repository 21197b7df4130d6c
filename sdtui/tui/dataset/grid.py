"""The images of a subset as thumbnails. Only those on the screen are made, one after the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from sdtui.base.text import safe
from sdtui.dataset.marks import NO_MARKS, Marks
from sdtui.dataset.project import Sample
from sdtui.tui.commands import Command, offered
from sdtui.tui.dataset.image_list import marks_segments, tokens_text
from sdtui.tui.marks import marks
from sdtui.tui.pictures import Drawn, Pictures
from sdtui.tui.theme import Inks, inks
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.virtual_list import VirtualList

WIDE, HIGH = 18, 9
"""Cells of a thumbnail."""
_CELL_WIDE, _CELL_HIGH = WIDE + 2, HIGH + 2
_KEPT = 400
"""Drawn thumbnails that are remembered."""


class ImageGrid(VirtualList):
    """Thumbnails with their names, as many beside each other as fit."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command("grid.down", "Down", "To the picture below.", ("j", "down"), "rows(1)", still=True),
        Command("grid.up", "Up", "To the picture above.", ("k", "up"), "rows(-1)", still=True),
        Command("grid.left", "Left", "To the picture before.", ("h", "left"), "move(-1)", still=True),
        Command("grid.right", "Right", "To the next picture.", ("l", "right"), "move(1)", still=True),
        Command("grid.page_down", "Page down", "One screenful down.", ("pagedown", "ctrl+d"), "page(1)", still=True),
        Command("grid.page_up", "Page up", "One screenful up.", ("pageup", "ctrl+u"), "page(-1)", still=True),
    )

    def __init__(self, pictures: Pictures, *, without_pictures: bool = False) -> None:
        super().__init__(id="grid")
        self._pictures = pictures
        self._without_pictures = without_pictures
        self._drawn: dict[Path, Drawn | None] = {}
        self._making = False
        self.samples: Sequence[Sample] = ()
        self.limit = 75
        self.selected: Collection[Path] = ()
        self.marks: Marks = NO_MARKS

    # Places -------------------------------------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        return max(1, self.size.width // _CELL_WIDE)

    def row_count(self) -> int:
        return len(self.samples)

    def lines_of(self, row: int) -> range:
        top = row // self.columns * _CELL_HIGH
        return range(top, top + _CELL_HIGH)

    def lines_in_all(self) -> int:
        return -(-len(self.samples) // self.columns) * _CELL_HIGH

    def refresh_row(self, row: int) -> None:
        left = row % self.columns * _CELL_WIDE
        top = self.lines_of(row).start - self.scroll_offset.y
        self.refresh(Region(left, top, _CELL_WIDE, _CELL_HIGH))

    def action_rows(self, rows: int) -> None:
        target = self.cursor + rows * self.columns
        if 0 <= target < len(self.samples):
            self.action_move(target - self.cursor)
        elif rows > 0 and self.cursor // self.columns < (len(self.samples) - 1) // self.columns:
            self.action_last()

    def action_page(self, pages: int) -> None:
        rows = max(1, self.size.height // _CELL_HIGH)
        self.action_move(pages * rows * self.columns)

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        offset = event.get_content_offset_capture(self)
        column = offset.x // _CELL_WIDE
        row = (self.scroll_offset.y + offset.y) // _CELL_HIGH * self.columns + column
        if column < self.columns and row < len(self.samples):
            self.action_move(row - self.cursor)
            if event.chain == 2:
                self.post_message(self.Chosen(self, row))

    # Making thumbnails --------------------------------------------------------------------------------------------

    def forget(self, paths: frozenset[Path] | None) -> None:
        """The files at ``paths`` (None: any) may hold other pictures now."""
        for path in list(self._drawn) if paths is None else paths:
            self._drawn.pop(path, None)
        self.make_visible()

    def make_visible(self) -> None:
        """See that the thumbnails on the screen are made."""
        if self._making or self._without_pictures or not self.display:
            return
        missing = next((path for path in self._visible() if path not in self._drawn), None)
        if missing is not None:
            self._making = True
            self._pictures.ask(
                self, "thumbnail", missing, WIDE, HIGH, self._made, lambda _error: self._keep(missing, None)
            )

    def _visible(self) -> list[Path]:
        first = self.scroll_offset.y // _CELL_HIGH * self.columns
        last = ((self.scroll_offset.y + self.size.height) // _CELL_HIGH + 1) * self.columns
        return [sample.path for sample in self.samples[first:last]]

    def _made(self, drawn: Drawn) -> None:
        self._keep(drawn.path, drawn)

    def _keep(self, path: Path, drawn: Drawn | None) -> None:
        self._making = False
        if len(self._drawn) >= _KEPT:
            self._drawn.pop(next(iter(self._drawn)))
        self._drawn[path] = drawn
        for row, sample in enumerate(self.samples):
            if sample.path == path:
                self.refresh_row(row)
                break
        self.make_visible()

    def rows_changed(self, cursor: int | None = None) -> None:
        super().rows_changed(cursor)
        self.make_visible()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.make_visible()

    def on_show(self) -> None:
        self.make_visible()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.make_visible()

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        ink = inks(self.app.theme)
        width = self.size.width
        if not self.samples:
            return self._empty_line(y, width, ink)
        line = self.scroll_offset.y + y
        first = line // _CELL_HIGH * self.columns
        cells = [
            self._cell(row, line % _CELL_HIGH, ink)
            for row in range(first, min(first + self.columns, len(self.samples)))
        ]
        return Strip.join(cells).adjust_cell_length(width).apply_style(self.rich_style)

    def _cell(self, row: int, line: int, ink: Inks) -> Strip:
        sample = self.samples[row]
        at_cursor = row == self.cursor
        if line < HIGH:
            strip = self._picture_line(sample, line, ink)
        elif line == HIGH:
            strip = self._name_line(sample, at_cursor, ink)
        else:
            return Strip.blank(_CELL_WIDE)
        paper = (ink.cursor if self.has_focus else ink.cursor_unfocused) if at_cursor else None
        return strip.apply_style(paper) if paper is not None else strip

    def _picture_line(self, sample: Sample, line: int, ink: Inks) -> Strip:
        drawn = self._drawn.get(sample.path)
        if drawn is None:
            word = "·" if sample.path not in self._drawn else "cannot be shown"
            return Strip([Segment((word if line == HIGH // 2 else "").center(_CELL_WIDE), ink.dim)], _CELL_WIDE)
        row = line - (HIGH - drawn.rows) // 2
        if not 0 <= row < drawn.rows:
            return Strip.blank(_CELL_WIDE)
        left = (_CELL_WIDE - drawn.columns) // 2
        right = _CELL_WIDE - drawn.columns - left
        return Strip([Segment(" " * left), *drawn.strips[row], Segment(" " * right)], _CELL_WIDE)

    def _name_line(self, sample: Sample, at_cursor: bool, ink: Inks) -> Strip:
        words, style = tokens_text(sample, self.limit, ink)
        mark = words[0] if style is not ink.text and words[:1] and not words[0].isalnum() else " "
        cursor = "▸" if at_cursor else " "
        chosen = marks().selected if sample.path in self.selected else " "
        return Strip(
            [
                Segment(cursor, ink.accent),
                Segment(chosen, ink.accent),
                Segment(fit(safe(sample.name), _CELL_WIDE - 6), ink.text),
                Segment(mark, style),
                *marks_segments(self.marks.of(sample), ink),
                Segment(" "),
            ],
            _CELL_WIDE,
        )
