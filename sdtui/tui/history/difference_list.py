"""The settings that differ between runs, each on a line, a column a run."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment

from sdtui.base.text import safe
from sdtui.runs.past.settings_told import Difference
from sdtui.tui.monitor.chart import STYLES
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.lines import Line, Span
from sdtui.tui.widgets.row_list import RowList

_TITLE_LEAST, _TITLE_MOST = 12, 24


class DifferenceList(RowList[Difference]):
    """One row a setting."""

    def __init__(self) -> None:
        super().__init__(id="differences")
        self.runs = 2

    def empty_text(self) -> list[str]:
        return ["All settings are the same."]

    def heading(self) -> Line:
        """The runs' letters over their columns."""
        title, column = self._widths(max(0, self.size.width - 2))
        letters: list[Span] = [(fit(letter, column), role) for role, letter in STYLES[: self.runs]]
        return [(fit(" DIFFERS", title + 1), "dim"), *letters]

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        title, column = self._widths(width - 1)
        one = self.rows[row]
        values = [
            Segment(fit(fit(safe(value) or "·", column - 1).rstrip(), column), ink.text if value else ink.faint)
            for value in one.values
        ]
        return [Segment(fit(fit(safe(one.title), title - 1).rstrip(), title), ink.dim), *values, Segment(" ")]

    def _widths(self, width: int) -> tuple[int, int]:
        """Cells of the title and of a run's value."""
        longest = max((cell_len(one.title) for one in self.rows), default=0) + 2
        title = min(max(_TITLE_LEAST, longest), _TITLE_MOST, max(_TITLE_LEAST, width // 3))
        return title, max(4, (width - title) // self.runs)
