"""Everything that belongs to a run, each on a line with its size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.segment import Segment

from sdtui.base.paths import shown
from sdtui.base.text import file_size, safe
from sdtui.runs.past.belongings import Belonging, Kind
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_end, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_FATE, _KIND, _SIZE = 8, 13, 10


class DoomedList(VirtualList):
    """One row a file or folder; what stays is dim. Why one must stay is written below."""

    def __init__(self) -> None:
        super().__init__(id="doomed")
        self.rows: Sequence[Belonging] = ()
        self.doubtful: Sequence[tuple[Path, str]] = ()
        self.kinds: set[Kind] = set(Kind)
        """What is deleted."""
        self.root = Path()
        """Paths in it are shown as seen from there."""

    def row_count(self) -> int:
        return len(self.rows) + len(self.doubtful)

    def empty_text(self) -> list[str]:
        return ["Looking at what belongs to this run ..."]

    @property
    def kind(self) -> Kind | None:
        """The kind of the row under the cursor."""
        return self.rows[self.cursor].kind if self.cursor < len(self.rows) else None

    def heading(self) -> str:
        """The columns' names, over the columns."""
        return f" {fit('', _FATE)}{fit('KIND', _KIND)}{fit_right('SIZE', _SIZE)}  FILE"

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        width -= 1  # the last cell is the scrollbar's
        room = max(8, width - _FATE - _KIND - _SIZE - 2)
        if row >= len(self.rows):
            path, _why = self.doubtful[row - len(self.rows)]
            return [
                Segment(fit("stays", _FATE), ink.warn),
                Segment(fit_end(self._place(path), width - _FATE), ink.dim),
                Segment(" "),
            ]
        item = self.rows[row]
        goes = item.kind in self.kinds
        style = ink.text if goes else ink.faint
        return [
            Segment(fit("delete" if goes else "stays", _FATE), ink.bad if goes else ink.dim),
            Segment(fit(item.kind.value, _KIND), style),
            Segment(fit_right(file_size(item.size), _SIZE), style),
            Segment("  " + fit_end(self._place(item.path), room), style),
            Segment(" "),
        ]

    def _place(self, path: Path) -> str:
        inside = path.is_relative_to(self.root)
        return safe(str(path.relative_to(self.root)) if inside else shown(path))
