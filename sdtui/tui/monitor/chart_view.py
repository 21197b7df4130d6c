"""The loss chart as a widget: a braille raster, drawn row by row and only where it changed.

textual-plot was tried first: at 60x15 cells its heavy frame and margins leave 9 rows for the curve, the smoothed curve
and each mark erase what they cross, and it knows no logarithmic axis.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdtui.tui.monitor.chart import LABEL_WIDTH, NOTHING, Drawn, Kind, Mark, Series, draw, sparkline
from sdtui.tui.widgets.lines import Line, Lines


class LossChart(Lines):
    """Loss over steps, and under it the learning rate on the same axis."""

    DEFAULT_CSS = "LossChart { height: 1fr; min-height: 4; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._loss = NOTHING
        self._rate = NOTHING
        self._last_step = 1.0
        self._marks: tuple[Mark, ...] = ()
        self._window, self._log = 1, False

    def draw(
        self, loss: Series, rate: Series, last_step: float, marks: Sequence[Mark], window: int, *, log: bool
    ) -> None:
        """Show these curves from step 0 to ``last_step``."""
        self._loss, self._rate, self._last_step, self._marks = loss, rate, last_step, tuple(marks)
        self._window, self._log = window, log
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if width < LABEL_WIDTH + 8 or height < 4:
            self.show([])
            return
        if not len(self._loss):
            self.show(_nothing_yet(width, height))
            return
        rows = height - 1 if len(self._rate) and height >= 9 else height
        curves = [Drawn("smoothed", self._loss, window=self._window)]
        if self._window > 1:
            curves.insert(0, Drawn("each step", self._loss, "faint", kind=Kind.CLOUD))
        plot = draw(curves, 0, max(1.0, self._last_step), width, rows, marks=self._marks, log=self._log)
        lines: list[Line] = list(plot.lines)
        if rows < height:
            shape = sparkline(self._rate, self._last_step, width - LABEL_WIDTH)
            lines.append([("lr".rjust(LABEL_WIDTH - 1) + " ", "dim"), (shape, "dim")])
        self.show(lines)


def _nothing_yet(width: int, height: int) -> list[Line]:
    said = "· no loss before the first step"
    return [*[[("", "dim")]] * (height // 2 - 1), [(said.center(width), "dim")]]
