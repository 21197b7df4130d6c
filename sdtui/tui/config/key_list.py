"""The keys of one table: each with its value, and where that comes from."""

from __future__ import annotations

from rich.segment import Segment

from sdtui.base.text import safe
from sdtui.edits.config_typed import typed_text
from sdtui.trainer.dataset_key_rows import KeyRow
from sdtui.tui.checks.finding_list import severity_mark
from sdtui.tui.config.looked import Looked
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_end, fit_right
from sdtui.tui.widgets.row_list import RowList

_GROUP = 14
_MARK = 2
_KEY = 32
_FROM = 10
_GROUPS_FROM = 80
"""Cells of a row from which on groups are shown."""
_PATHS = ("image_dir", "metadata_file", "conditioning_data_dir")


class KeyList(RowList[KeyRow]):
    """One row a key."""

    def __init__(self) -> None:
        super().__init__(id="config-keys")
        self.looked: Looked | None = None

    def take(self, looked: Looked, rows: tuple[KeyRow, ...]) -> None:
        """Show these; the cursor stays with its key, or at its height."""
        here = self.row.key if self.row is not None else ""
        self.looked, self.rows = looked, rows
        self.rows_changed(next((place for place, row in enumerate(rows) if row.key == here), None))

    @staticmethod
    def _group_width(width: int) -> int:
        return _GROUP if width >= _GROUPS_FROM else 0

    def heading(self, width: int) -> str:
        """The words over the columns."""
        group = self._group_width(width - 1)
        room = max(0, width - 2 - group - _MARK - _KEY - _FROM)
        return f" {fit('', group)}{fit('', _MARK)}{fit('KEY', _KEY)}{fit('VALUE', room)}{fit_right('FROM', _FROM)} "

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        line = self.rows[row]
        group = self._group_width(width)
        first = row == 0 or self.rows[row - 1].group != line.group
        worst = self.looked.worst(line.place) if self.looked is not None else None
        mark, mark_ink = severity_mark(worst, ink) if worst is not None else ("", ink.dim)
        room = max(0, width - 1 - group - _MARK - _KEY - _FROM)
        style = ink.strong if line.written else ink.dim if line.level == "default" else ink.text
        shown = safe(typed_text(line.value)) or "·"
        value = fit_end(shown, room - 1) if line.key in _PATHS else fit(shown, room - 1)
        return [
            *([Segment(fit(line.group if first else "", group), ink.dim)] if group else []),
            Segment(fit(mark, _MARK), mark_ink),
            Segment(fit(safe(line.key), _KEY), ink.text),
            Segment(value + " " if room else "", style),
            Segment(fit_right(_origin(line), _FROM), ink.accent if line.written else ink.dim),
            Segment(" "),
        ]


def _origin(row: KeyRow) -> str:
    """Where the value comes from; a dot where there is none."""
    return "here" if row.written else "·" if row.value is None else row.level
