"""The machine on the whole screen, as a widget."""

from __future__ import annotations

from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.machine_large import SPANS, machine_large
from sdtui.tui.widgets.lines import Line, Lines


class MachineView(Lines):
    """Each card, the processor, memory and disk, with their history."""

    DEFAULT_CSS = "MachineView { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._span = 0
        self._followed: Followed | None = None

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
        height = self.size.height or self.screen.size.height
        return machine_large(followed.machine, followed.view, followed.now, SPANS[self._span], width, height)
