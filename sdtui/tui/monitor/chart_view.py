"""The loss chart as a widget: a braille raster, drawn row by row and only where it changed.

textual-plot was tried first: at 60x15 cells its heavy frame and margins leave 9 rows for the curve, the smoothed curve
and each mark erase what they cross, and it knows no logarithmic axis.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdtui.tui.monitor import braille
from sdtui.tui.monitor.chart import LABEL_WIDTH, NOTHING, Look, Mark, Plot, Series, draw, sparkline
from sdtui.tui.widgets.lines import Line, Lines, Span


class LossChart(Lines):
    """Loss over steps, and under it the learning rate on the same axis."""

    DEFAULT_CSS = "LossChart { height: 1fr; min-height: 4; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._loss = NOTHING
        self._rate = NOTHING
        self._last_step = 1.0
        self._marks: tuple[Mark, ...] = ()
        self._look = Look()

    def draw(self, loss: Series, rate: Series, last_step: float, marks: Sequence[Mark], look: Look) -> None:
        """Show these curves from step 0 to ``last_step``."""
        self._loss, self._rate, self._last_step, self._marks, self._look = loss, rate, last_step, tuple(marks), look
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
        plot = draw(self._loss, self._last_step, self._marks, self._look, width, rows)
        lines = chart_lines(plot)
        if rows < height:
            shape = sparkline(self._rate, self._last_step, width - LABEL_WIDTH)
            lines.append([("lr".rjust(LABEL_WIDTH - 1) + " ", "dim"), (shape, "dim")])
        self.show(lines)


def _nothing_yet(width: int, height: int) -> list[Line]:
    said = "· no loss before the first step"
    return [*[[("", "dim")]] * (height // 2 - 1), [(said.center(width), "dim")]]


def chart_lines(plot: Plot) -> list[Line]:
    """The plot as coloured lines."""
    lines: list[Line] = [
        [(label, "dim"), *_cells(raw, smooth)]
        for label, raw, smooth in zip(plot.labels, plot.raw, plot.smooth, strict=True)
    ]
    return [*lines, _floor(plot), [(plot.steps, "dim")]]


def _cells(raw: bytes, smooth: bytes) -> list[Span]:
    spans: list[Span] = []
    for under, over in zip(raw, smooth, strict=True):
        role = "accent" if over else "faint"
        char = braille.glyph(over or under)
        if spans and (spans[-1][1] == role or char == " "):
            spans[-1] = (spans[-1][0] + char, spans[-1][1])
        else:
            spans.append((char, role))
    return spans


def _floor(plot: Plot) -> list[Span]:
    spans: list[Span] = []
    done = 0
    for cell, kind in sorted(plot.marks.items()):
        spans += [(plot.floor[done:cell], "dim"), (plot.floor[cell], "good" if kind == "saved" else "dim")]
        done = cell + 1
    return [*spans, (plot.floor[done:], "dim")]
