"""What every mode's screen has in common: header, footer, and a typed way to the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from sdtui.base.paths import shown
from sdtui.base.text import safe
from sdtui.dataset.project import Project
from sdtui.tui.commands import Offers
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.header import Header

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class ModeScreen(Offers, Screen[None]):
    """One mode, full screen. Subclasses set ``MODE`` and fill ``compose_body``."""

    # Textual draws the whole screen again when the focus moves, which with a picture is 50 KB; what gains or loses it
    # draws itself.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    MODE: ClassVar[str]
    """Name of its entry in ``tui.modes.MODES``."""

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    def compose(self) -> ComposeResult:
        yield Header()
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        """Everything between header and footer."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show_header()

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        self.show_header()
        self.call_after_refresh(self.refresh_bindings)

    def show_header(self) -> None:
        """Bring the header up to date."""
        path = self.shell.project_path
        place = safe(shown(path)) if path is not None else ""
        self.query_one(Header).show(place, self.MODE, self.shell.marks)

    def watch_project(self, changed: Callable[[Project | None], None]) -> None:
        """Call ``changed(project)`` now and whenever the open project looks different."""
        self.watch(self.app, "project", changed)

    def before_quit(self) -> None:
        """The app is about to end: save what is being typed."""
