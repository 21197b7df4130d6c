"""Monitor on a run that sdtui did not start: the same screen, without what only the run's own sdtui could do."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from sdtui.base.paths import shown
from sdtui.base.text import safe
from sdtui.runs.following.followable import Followable
from sdtui.runs.others.foreign import foreign_follower
from sdtui.runs.others.places import ForeignPlaces, places_typed
from sdtui.tui.commands import REGISTRY, Command, offered
from sdtui.tui.dialogs import AskText
from sdtui.tui.monitor.feed import RunFeed
from sdtui.tui.monitor.foreign_feed import ForeignFeed
from sdtui.tui.monitor.screen import MonitorScreen
from sdtui.tui.widgets.header import Header

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_ASKS = (
    "The path of its log, of its logging folder or of its output folder; of several, with blanks between them. Nothing "
    "of it is changed."
)


class ForeignMonitor(MonitorScreen):
    """Given up with escape; the run is not touched."""

    foreign = True

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "monitor.leave",
            "Leave this run",
            "Goes back to where you were. The run goes on as it did.",
            ("escape", "q"),
            "leave",
            "leave",
            when=lambda screen: not screen.large,
            rank=5,
        ),
        REGISTRY["monitor.back"],  # a subclass's binding of a key takes the place of its base's
    )

    def __init__(self, places: ForeignPlaces, follower: Followable) -> None:
        super().__init__()
        self._places = places
        self._follower = follower

    def make_feed(self) -> RunFeed:
        """Snapshots of this run alone."""
        return ForeignFeed(self._follower.home, follower=self._follower)

    def show_header(self) -> None:
        """Its place instead of the project's."""
        place = next(
            place
            for place in (self._places.log, self._places.output_dir, self._places.logging_dir)
            if place is not None
        )
        alone = self.shell.project_path is None
        self.query_one(Header).show(safe(shown(place)), self.MODE, self.shell.marks, alone=alone)

    def _mark(self, mark: str) -> None:
        """The header's marks are the project's."""

    def action_leave(self) -> None:
        self.dismiss(None)


def ask_for_run(app: SdtuiApp) -> None:
    """Ask where a run is that sdtui did not start, and show it."""

    def typed(text: str | None) -> None:
        if text is not None and text.strip():
            app.bridge.call(app, "open run", lambda: _found(places_typed(text)), lambda found: show_run(app, *found))

    app.push_screen(AskText("Which run?", _ASKS), typed)


def show_run(app: SdtuiApp, places: ForeignPlaces, follower: Followable) -> None:
    """Show it over what is shown now; without a project, sdtui ends when it is left."""

    def left(_nothing: None) -> None:
        if app.project_path is None:
            app.exit()

    app.push_screen(ForeignMonitor(places, follower), left)


def show_places(app: SdtuiApp, places: ForeignPlaces) -> None:
    """As ``show_run``, for places that a person named."""
    app.bridge.call(app, "open run", lambda: _found(places), lambda found: show_run(app, *found))


def _found(places: ForeignPlaces) -> tuple[ForeignPlaces, Followable]:
    return places, foreign_follower(places)
