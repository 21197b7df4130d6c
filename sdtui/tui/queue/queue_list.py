"""The runs that wait, each on a line, the next one first."""

from __future__ import annotations

from pathlib import Path

from rich.segment import Segment

from sdtui.runs.queueing.view import Place
from sdtui.tui.queue.words import EMPTY, GPUS, INDENT, STEPS, cells_of, name_width
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.row_list import RowList

_PLACE = INDENT - 3


class QueueList(RowList[Place]):
    """One row a run."""

    def __init__(self, home: Path) -> None:
        """``home``: the ``.sdtui`` of the open project, whose runs are named without it."""
        super().__init__(id="queue")
        self._home = home

    def show(self, rows: tuple[Place, ...]) -> None:
        """Show these; the cursor stays on its run."""
        before, self.rows = self.row, rows
        self.teaching = list(EMPTY)  # nothing is said before the queue was read
        on = next(
            (index for index, row in enumerate(rows) if before and row.waiting.place == before.waiting.place), None
        )
        self.rows_changed(on)

    def heading(self) -> str:
        """The columns' names, over the columns."""
        name = name_width(self.size.width)
        head = " " + fit_right("", _PLACE) + "  " + fit("RUN", name) + " " + fit("GPU", GPUS)
        return head + fit_right("STEPS", STEPS) + "  WAITS FOR"

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        width -= 1  # the last cell is the scrollbar's
        place = self.rows[row]
        name, gpus, steps, reason = cells_of(place, self._home)
        words = name_width(self.size.width)
        rest = max(0, width - _PLACE - 2 - words - 1 - GPUS - STEPS - 2)
        told = ink.warn if place.record is None or place.waiting.held else ink.dim
        return [
            Segment(fit_right(str(place.position), _PLACE) + "  ", ink.dim),
            Segment(fit(name, words) + " ", ink.strong if place.record is not None else ink.dim),
            Segment(fit(gpus, GPUS) + fit_right(steps, STEPS) + "  ", ink.text),
            Segment(fit(reason, rest) + " ", told),
        ]
