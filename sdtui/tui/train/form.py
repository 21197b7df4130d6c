"""The Train form: one line a setting, its group beside the first of each, defaults dimmed."""

from __future__ import annotations

from rich.segment import Segment

from sdtui.trainer.profiles import PROFILES
from sdtui.tui.theme import Inks
from sdtui.tui.train.rows import PROFILE, Row
from sdtui.tui.widgets.cells import fit, fit_end
from sdtui.tui.widgets.row_list import RowList

GROUP_WIDTH = 11
TITLE_WIDTH = 21
NARROW = 46
"""Cells below which the group's column is left out."""


class Form(RowList[Row]):
    """The rows of ``train.rows``."""

    def __init__(self) -> None:
        super().__init__(id="form")

    def show(self, rows: list[Row]) -> None:
        """Show these rows; the cursor stays with its setting."""
        before, self.rows = self.rows, rows
        if [row.key for row in before] == [row.key for row in rows]:
            for index, (old, new) in enumerate(zip(before, rows, strict=True)):
                if old != new:
                    self.row_changed(index)
            return
        key = before[self.cursor].key if self.cursor < len(before) else ""
        place = next((index for index, row in enumerate(rows) if row.key == key), 0)
        self.rows_changed(place)

    @staticmethod
    def _group_width(width: int) -> int:
        return GROUP_WIDTH if width >= NARROW else 0

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        line = self.rows[row]
        width -= 1  # the scrollbar's
        group = self._group_width(width)
        first = row == 0 or self.rows[row - 1].field.group != line.field.group
        room = max(0, width - group - TITLE_WIDTH)
        segments = [Segment(fit(line.field.group if first else "", group), ink.dim)] if group else []
        segments.append(Segment(fit(line.field.title, TITLE_WIDTH), ink.text))
        return [*segments, *self._value(line, room, ink), Segment(" ")]

    def _value(self, line: Row, room: int, ink: Inks) -> list[Segment]:
        if line.key == PROFILE:
            return [Segment(fit(PROFILES[line.value].title, room), ink.strong)]
        if line.missing:
            return [Segment(fit("choose one", room), ink.warn)]
        if not line.value:
            return [Segment(fit("·", room), ink.dim)]
        style = ink.strong if line.changed else ink.dim
        text = fit_end(line.value, room) if line.field.kind == "path" else fit(line.value, room)
        beside = f"  {line.default}" if line.changed and line.default and line.default != line.value else ""
        used = len(line.value) + len(beside)
        if not beside or used > room:
            return [Segment(text, style)]
        return [
            Segment(line.value, style),
            Segment(f"  {line.default}", ink.dim),
            Segment(" " * (room - used), ink.dim),
        ]
