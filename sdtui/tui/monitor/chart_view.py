"""The curves of a run as a widget: a braille raster, drawn row by row and only where it changed.

textual-plot was tried first: at 60x15 cells its heavy frame and margins leave 9 rows for the curve, the smoothed curve
and each mark erase what they cross, and it knows no logarithmic axis.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType

from sdtui.base.text import count, safe
from sdtui.tui.commands import Offers, offered
from sdtui.tui.dialogs import AskText
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.monitor import braille, chart_keys
from sdtui.tui.monitor.chart import LABEL_WIDTH, Mark, draw, sparkline
from sdtui.tui.monitor.chart_state import (
    LOSS_SUBJECT,
    RATES_SUBJECT,
    ChartState,
    Shown,
    marks,
    next_mark,
    shown,
)
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.legend import legend, marks_line, rate_text, readout, value_text
from sdtui.tui.monitor.scalars import note
from sdtui.tui.monitor.viewport import Viewport
from sdtui.tui.widgets.lines import Line, Lines

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_ROOMY = 14
"""Rows from which the signs are explained under the chart."""


class LossChart(Offers, Lines):
    """A legend, the chart, and under it the learning rate or what the signs mean."""

    DEFAULT_CSS = "LossChart { height: 1fr; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = offered(*chart_keys.ON_CHART)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.state = ChartState()
        self._followed: Followed | None = None
        self._shown = Shown((), 0.0, 1.0)
        self._marks: tuple[Mark, ...] = ()

    # Showing ------------------------------------------------------------------------------------------------------

    def follow(self, followed: Followed) -> None:
        """Show this run as it is now; what was chosen stays, but for the place in another run."""
        before, self._followed = self._followed, followed
        if before is None or before.record.id != followed.record.id:
            self.state = self.state.looking(Viewport())
        if self.state.subject not in (LOSS_SUBJECT, RATES_SUBJECT, *followed.scalars.by_tag):
            self.state = replace(self.state, subject=LOSS_SUBJECT)
        self._redraw()

    def enlarge(self, large: bool) -> None:
        """Take keys while it is large; small again, it shows all of the run."""
        before, self.can_focus = self.can_focus, large
        if large:
            self.focus()
        elif before:
            self._look(Viewport())

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        followed, (width, height) = self._followed, self.size
        if followed is None or width < LABEL_WIDTH + 8 or height < 5:
            self.show([])
            return
        self._shown = shown(followed.scalars, followed.view, self.state)
        self._marks = tuple(marks(followed.view))
        if not len(self._shown.leading.series):
            self.show([[("loss ·", "dim")], *_nothing_yet(width, height - 1)])
            return
        first, last = self.bounds
        rate = followed.scalars.rate
        with_rate = self.state.subject == LOSS_SUBJECT and len(rate) > 0 and height >= 10
        rows = height - 1 - with_rate - (height >= _ROOMY)
        plot = draw(
            self._shown.curves,
            first,
            last,
            width,
            rows,
            marks=self._marks,
            log=self.state.log,
            cursor=self.state.viewport.cursor,
            coloured=not self.app.no_color,
        )
        lines: list[Line] = [self._words(followed, width), *plot.lines]
        if with_rate:
            shape = sparkline(rate, last, width - LABEL_WIDTH, first)
            lines.append([("lr".rjust(LABEL_WIDTH - 1) + " ", "dim"), (shape, "dim")])
        if height >= _ROOMY:
            indent = (" " * LABEL_WIDTH, "dim")
            lines.append([indent, *marks_line(plot.marks, self._shown, (first, last), width - LABEL_WIDTH)])
        self.show(braille.showable(lines))

    def _words(self, followed: Followed, width: int) -> Line:
        cursor = self.state.viewport.cursor
        if cursor is None:
            return legend(self._shown, followed.scalars, followed.view, self.state, width)
        return readout(self._shown, followed.scalars, followed.view, cursor, followed.now, width)

    @property
    def bounds(self) -> tuple[float, float]:
        """The first and last step in sight."""
        return self.state.viewport.bounds(self._shown.first, self._shown.last)

    # Choosing -----------------------------------------------------------------------------------------------------

    def smoother(self) -> None:
        """Smooth over more points, over fewer, or not at all."""
        self.state = self.state.smoother()
        self._redraw()

    def rescale(self) -> None:
        """Switch the vertical axis between even and logarithmic."""
        self.state = replace(self.state, log=not self.state.log)
        self._redraw()

    def choose_subject(self) -> None:
        """List the run's scalars, and show the one that is chosen."""
        if self._followed is None:
            return
        scalars = self._followed.scalars
        choices = [LOSS_SUBJECT, *([RATES_SUBJECT] if scalars.rates else []), *scalars.by_tag]
        values = {tag: series.newest() for tag, series in scalars.by_tag.items()}
        rates = _beside(scalars.rate.newest(), rate=True)
        candidates = [
            Candidate("loss", _beside(scalars.loss.newest()), "each step, smoothed, epoch averages, validation"),
            *([Candidate("learning rates", rates, "all of them")] if scalars.rates else []),
            *(Candidate(safe(tag), _beside(values[tag]), note(tag)) for tag in scalars.by_tag),
        ]

        def chosen(index: int | None) -> None:
            if index is not None:
                self.state = replace(self.state, subject=choices[index])
                self._redraw()

        self.app.push_screen(Finder("Which curve?", candidates, by_notes=True), chosen)

    def _look(self, viewport: Viewport) -> None:
        self.state = self.state.looking(viewport)
        self._redraw()

    # Keys while it is large ---------------------------------------------------------------------------------------

    def action_point(self, cells: int) -> None:
        first, last = self.bounds
        step = self._shown.around(self.state.viewport, cells * (last - first) / max(1, self.size.width - LABEL_WIDTH))
        if step is not None:
            self._look(self.state.viewport.pointed(step, self._shown.first, self._shown.last))

    def action_mark(self, by: int) -> None:
        step = next_mark(self._marks, self.state.viewport.cursor, by)
        if step is not None:
            self._look(self.state.viewport.pointed(step, self._shown.first, self._shown.last))

    def action_goto(self) -> None:
        first, last = self._shown.first, self._shown.last

        def answered(text: str | None) -> None:
            digits = re.sub(r"[\s,._]", "", text or "")
            if digits.isdecimal():
                self._look(self.state.viewport.pointed(min(float(digits), last), first, last))
            elif text is not None:
                cast("SdtuiApp", self.app).say(f"“{text}” is no step: a whole number is.", "warning")

        cursor = self.state.viewport.cursor
        here = str(round(cursor if cursor is not None else last))
        self.app.push_screen(AskText("Which step?", f"0 to {count(round(last))}", here), answered)

    def action_zoom(self, factor: float) -> None:
        self._look(self.state.viewport.zoomed(factor, self._shown.first, self._shown.last))

    def action_pan(self, share: float) -> None:
        self._look(self.state.viewport.panned(share, self._shown.first, self._shown.last))

    def action_all(self) -> None:
        self._look(Viewport())

    def action_begin(self) -> None:
        self._look(self.state.viewport.at_begin(self._shown.first))

    def action_end(self) -> None:
        self._look(self.state.viewport.at_end())


def _beside(value: float | None, *, rate: bool = False) -> str:
    if value is None:
        return "·"
    return rate_text(value) if rate else value_text(value)


def _nothing_yet(width: int, height: int) -> list[Line]:
    said = "· no loss before the first step"
    return [*[[("", "dim")]] * (height // 2 - 1), [(said.center(width), "dim")]]
