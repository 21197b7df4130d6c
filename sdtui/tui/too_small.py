"""Below a certain size nothing can be shown well: then one sentence stands there, and nothing is lost behind it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(72, 20)


def too_small(size: Size) -> bool:
    """Whether a terminal of ``size`` is smaller than the screens can be folded."""
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmall(ModalScreen[None]):
    """Asks for more room; goes away by itself once there is."""

    def __init__(self) -> None:
        super().__init__()
        self._leaving = False

    def compose(self) -> ComposeResult:
        yield Static("", id="more-room", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        self._look(event.size)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        self._look(self.app.size)

    def _look(self, size: Size) -> None:
        if not too_small(size):
            # A resize and a resume may both say so; what lies under another screen is dismissed when it is resumed.
            if self.app.screen is self and not self._leaving:
                self._leaving = True
                self.dismiss()
            return
        self.query_one(Static).update(
            f"sdtui needs {LEAST.width}×{LEAST.height} cells; this terminal has {size.width}×{size.height}. "
            "Make it larger, or its letters smaller: what you were doing waits behind this."
        )
