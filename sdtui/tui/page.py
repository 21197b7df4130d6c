"""What every screen has in common that covers a mode and is left with a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.reactive import Reactive
from textual.widget import Widget

from sdtui.tui.commands import Offers
from sdtui.tui.leaving import LeavesOnce, Result

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class Page(Offers, LeavesOnce[Result]):
    """A screen for ``push_screen`` that fills the terminal; ``leave_with`` gives its result back."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)  # see ModeScreen

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        self.call_after_refresh(self.refresh_bindings)
