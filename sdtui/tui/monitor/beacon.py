"""Says in the header how the newest run goes, until Monitor itself is opened and says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.base.work import Progress
from sdtui.tui.monitor import phrases
from sdtui.tui.monitor.feed import RunFeed, Snapshot
from sdtui.tui.monitor.telling import tell

if TYPE_CHECKING:
    from pathlib import Path

    from sdtui.tui.app import SdtuiApp

LANE = "beacon"


def light(app: SdtuiApp, home: Path) -> None:
    """Begin. ``home`` is the project's ``.sdtui``."""

    def seen(snapshot: Progress) -> None:
        if not isinstance(snapshot, Snapshot):
            return
        tell(app, snapshot.news)
        if snapshot.followed is not None:
            app.mark_mode("monitor", phrases.mark(snapshot.followed.view, snapshot.waiting))
            tell(app, snapshot.followed.news)

    feed = RunFeed(home)
    feed.step_aside(True)
    app.bridge.work(app, LANE, feed.snapshots, lambda _none: None, seen)


def put_out(app: SdtuiApp) -> None:
    """End."""
    app.bridge.cancel(app, LANE)
