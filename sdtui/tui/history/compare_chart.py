"""The curves of two to six runs in one chart, by step or by time, all of them or a part."""

from __future__ import annotations

from sdtui.tui.history.compared import Seen, curves
from sdtui.tui.monitor.chart import draw
from sdtui.tui.monitor.chart_state import SMOOTHINGS
from sdtui.tui.monitor.viewport import Viewport
from sdtui.tui.widgets.lines import Lines


class CompareChart(Lines):
    """Drawn anew when it is another size or is looked at otherwise."""

    DEFAULT_CSS = "CompareChart { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._seen: Seen | None = None
        self._smoothing = 0
        self._log_scale = False
        self._view = Viewport()
        self.by_time = False

    @property
    def words(self) -> str:
        """How the curves are drawn: ``loss by step, mean of 4% of the points``."""
        share = SMOOTHINGS[self._smoothing]
        how = f"mean of {share:.0%} of the points" if share else "each step"
        axis = "time of training" if self.by_time else "step"
        part = "" if self._view.is_all else ", a part of it"
        return f"loss by {axis}, {how}{', logarithmic' if self._log_scale else ''}{part}"

    def show_runs(self, seen: Seen) -> None:
        """Draw the curves of these runs."""
        self._seen = seen
        self.redraw()

    def on_resize(self) -> None:
        self.redraw()

    def turn(self) -> None:
        """By time instead of by step, and back; all of it, since the numbers below are others."""
        self.by_time = not self.by_time
        self._view = Viewport()
        self.redraw()

    def smoother(self) -> None:
        """The next of the smoothings."""
        self._smoothing = (self._smoothing + 1) % len(SMOOTHINGS)
        self.redraw()

    def rescale(self) -> None:
        """An even or a logarithmic axis."""
        self._log_scale = not self._log_scale
        self.redraw()

    def zoom(self, factor: float) -> None:
        """Show ``factor`` times as much; 0: all of it."""
        self._view = self._view.zoomed(factor, 0.0, self._last()) if factor else Viewport()
        self.redraw()

    def pan(self, share: float) -> None:
        """Move by this share of what is in sight."""
        self._view = self._view.panned(share, 0.0, self._last())
        self.redraw()

    def redraw(self) -> None:
        """Draw it as it is looked at now."""
        width, height = self.size
        if self._seen is None or width < 16 or height < 4:
            return
        drawn = curves(self._seen, by_time=self.by_time, share=SMOOTHINGS[self._smoothing])
        drawn = [one for one in drawn if len(one.series)]
        if not drawn:
            timeless = self.by_time and any(len(one) for one in self._seen.by_step)
            said = "no times were recorded; by step they can be compared" if timeless else "no loss to compare"
            self.show([[(f"· {said}", "dim")]])
            return
        first, last = self._view.bounds(0.0, self._last())
        plot = draw(drawn, first, last, width, height, log=self._log_scale, seconds=self.by_time)
        self.show(plot.lines)

    def _last(self) -> float:
        """Where the longest curve ends."""
        if self._seen is None:
            return 1.0
        series = self._seen.by_time if self.by_time else self._seen.by_step
        return max([1.0, *(float(one.steps[-1]) for one in series if len(one))])
