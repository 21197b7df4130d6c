"""The machine on the whole screen, as a widget."""

from __future__ import annotations

from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.machine_large import SPANS, machine_large
from sdtui.tui.monitor.machine_rows import MOST_POINTS, Over, stretch
from sdtui.tui.widgets.lines import Line, Lines


class MachineView(Lines):
    """Each card, the processor, memory and disk, with their history."""

    DEFAULT_CSS = "MachineView { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._span = 0
        self._followed: Followed | None = None
        self._over: Over | None = None
        self._over_of: tuple[object, ...] = ()

    def follow(self, followed: Followed) -> None:
        """Show the machine as it is now."""
        self._followed = followed
        if self.display:
            self.show_fitted(self._drawn)

    def other_span(self) -> None:
        """Go further back, or begin again with the last minutes."""
        self._span = (self._span + 1) % len(SPANS)
        self.show_fitted(self._drawn)

    def _drawn(self, width: int) -> list[Line]:
        followed = self._followed
        if followed is None:
            return []
        height, span = self.size.height or self.screen.size.height, SPANS[self._span]
        over = self._gathered(followed, span)
        return machine_large(followed.machine, followed.view, followed.now, span, width, height, over)

    def _gathered(self, followed: Followed, span: float | None) -> Over:
        """The history; of a long stretch not each second, since its cells stand for minutes."""
        key, over = (followed.record.id, span, followed.view.state.ended), self._over
        if over is not None and key == self._over_of:
            fresh = max(0.9, (over.last - over.first) / MOST_POINTS)
            if followed.view.state.ended or 0 <= followed.now - over.last < fresh:
                return over
        self._over_of, self._over = key, stretch(followed.machine, followed.view, followed.now, span)
        return self._over
