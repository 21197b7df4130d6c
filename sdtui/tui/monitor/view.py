"""What Monitor shows of a run: its progress, loss, samples and log as they come, and the true reason of its end."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.work import Progress
from sdtui.runs.record import RunState
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.monitor import phrases
from sdtui.tui.monitor.beacon import put_out
from sdtui.tui.monitor.chart_view import LossChart
from sdtui.tui.monitor.feed import RunFeed, Snapshot
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.log_panel import LogPanel
from sdtui.tui.monitor.log_view import LogView
from sdtui.tui.monitor.machine_lines import beside_lines
from sdtui.tui.monitor.machine_view import MachineView
from sdtui.tui.monitor.no_run import without_a_run
from sdtui.tui.monitor.samples_panel import SamplesPanel
from sdtui.tui.monitor.stop_dialog import StopDialog
from sdtui.tui.monitor.stop_lines import stop_note
from sdtui.tui.monitor.telling import tell
from sdtui.tui.monitor.trouble import ending_lines, ending_rows, place_of_error
from sdtui.tui.widgets.lines import Lines


class MonitorView(ModeScreen):
    """Everything of the ``MonitorScreen`` but its actions."""

    MODE = "monitor"
    AUTO_FOCUS = ""
    foreign: ClassVar[bool] = False
    """Whether it shows a run that sdtui did not start."""

    def __init__(self) -> None:
        super().__init__()
        self.snapshot = Snapshot(0, None, "runs")
        self.large = ""
        """What fills the screen: ``chart``, ``samples``, ``log``, ``machine``, or nothing: all stand side by side."""
        self._feed: RunFeed | None = None
        self._wanted: str | None = None
        self._came = float("-inf")
        """When a run came into sight by itself, on the monotonic clock."""

    @property
    def followed(self) -> Followed | None:
        """The run that is shown, None where this project has none."""
        return self.snapshot.followed

    def compose_body(self) -> ComposeResult:
        yield Lines(id="teach")
        with Vertical(id="monitor"):
            yield Lines(id="ending")
            yield Lines(id="status")
            with Horizontal(id="middle"):
                yield LossChart(id="chart")
                yield SamplesPanel(id="samples")
            with Horizontal(id="bottom"):
                yield LogView(id="log")
                yield Lines(id="beside")
            yield LogPanel(id="reading")
            yield MachineView(id="machine")

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        feed = self.make_feed()
        if feed is None:
            return
        self.query_one("#monitor").display = False
        self._feed = feed
        self.snapshot = Snapshot(0, None, "runs", opening="the runs of this project")
        feed.follow(self._wanted)
        self.shell.bridge.work(self, "runs", self._feed.snapshots, lambda _none: None, self._arrived)

    def make_feed(self) -> RunFeed | None:
        """What tells of the runs that are shown, None where no project is open."""
        path = self.shell.project_path
        if path is None:
            return None
        put_out(self.shell)
        return RunFeed((path if path.is_dir() else path.parent) / PROJECT_FOLDER)

    def on_unmount(self) -> None:
        self.shell.bridge.cancel(self, "runs")
        if self._feed is not None:
            self._feed.wake()

    def on_screen_suspend(self, _event: events.ScreenSuspend) -> None:
        if self._feed is not None and self.app.screen_stack[0] is not self:
            self._feed.step_aside(True)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        if self._feed is not None:
            self._feed.step_aside(False)

    def follow(self, run_id: str | None) -> None:
        """Show this run; None: the newest one, also when a newer one is started."""
        self._wanted = run_id
        if self._feed is not None:
            self._feed.follow(run_id)

    def on_resize(self, _event: events.Resize) -> None:
        self.set_class(self.size.width < 72, "-narrow")
        self.set_class(self.size.height < 30, "-low")
        self.call_after_refresh(self._show)

    # Showing ------------------------------------------------------------------------------------------------------

    def _arrived(self, snapshot: Progress) -> None:
        assert isinstance(snapshot, Snapshot)
        if snapshot.opening is not None and self.followed is not None:
            return  # the run before is shown until the next one was read
        before, self.snapshot = self.snapshot, snapshot
        if self._wanted is None and _is_another(before, snapshot):
            self._came = time.monotonic()
        tell(self.shell, snapshot.news)
        if snapshot.followed is not None:
            tell(self.shell, snapshot.followed.news, seen=self.app.screen is self)
        if _rests(before, snapshot):
            return
        if isinstance(self.app.screen, StopDialog):
            self.app.screen.look()
        self._show()
        if _offered(before) != _offered(snapshot):
            self.refresh_bindings()

    def _show(self) -> None:
        followed = self.followed
        self.query_one("#monitor").display = followed is not None
        teach = self.query_one("#teach", Lines)
        teach.display = followed is None
        if followed is None:
            teach.show(without_a_run(self.snapshot))
            self._mark("")
            return
        self._mark(phrases.mark(followed.view, self.snapshot.waiting))
        self._show_words(followed)
        self.query_one(LossChart).follow(followed)
        self.query_one(SamplesPanel).follow(followed, whole=self.large == "samples")
        self._show_log(followed)
        self._mark_large(followed)

    def _mark_large(self, followed: Followed) -> None:
        for name in ("chart", "samples", "log", "machine"):
            self.set_class(self.large == name, f"-{name}")
        view = followed.view
        failed = view.state in (RunState.FAILED, RunState.LOST)
        self.set_class(failed, "-failed")
        self.set_class(failed and not followed.drawn and not self.large, "-early")
        self.set_class(failed and not view.samples and not self.large, "-without-samples")

    def _show_words(self, followed: Followed) -> None:
        view, rows = followed.view, ending_rows(followed.drawn, self.size.height)
        ending = self.query_one("#ending", Lines)
        ending.display = view.state.ended and not self.large
        ending.show_fitted(
            lambda width: ending_lines(
                view,
                followed.log,
                width,
                rows,
                followed.remedies,
                ours=not self.foreign,
                resumable=followed.resumable,
            )
        )
        stop = stop_note(followed)
        self.query_one("#status", Lines).show_fitted(lambda width: phrases.status(view, followed.now, width, stop))
        beside = self.query_one("#beside", Lines)
        beside.show_fitted(lambda width: beside_lines(followed, width, beside.size.height))
        self.query_one(MachineView).follow(followed)

    def _show_log(self, followed: Followed) -> None:
        if self.large == "log":
            self.query_one(LogPanel).follow(followed)
            return
        lines = tuple(line for line in followed.log if line.strip())
        place = place_of_error(lines) if followed.view.state is RunState.FAILED else None
        self.query_one(LogView).show(lines, place.line if place is not None and place.certain else None)

    def _mark(self, mark: str) -> None:
        self.shell.mark_mode("monitor", mark)

    @property
    def _shown_id(self) -> str | None:
        return self.followed.record.id if self.followed is not None else None


def _rests(before: Snapshot, now: Snapshot) -> bool:
    """Whether the run has ended and looks as it did: then there is nothing to work out."""
    old, new = before.followed, now.followed
    if old is None or new is None or not new.view.state.ended:
        return False
    same = old.view == new.view and old.log is new.log and old.scalars is new.scalars and old.machine == new.machine
    return same and before.waiting == now.waiting and _offered(before) == _offered(now)


def _is_another(before: Snapshot, now: Snapshot) -> bool:
    """Whether a run took the place of the one that was shown."""
    old, new = before.followed, now.followed
    return old is not None and new is not None and old.record.id != new.record.id


def _offered(snapshot: Snapshot) -> tuple[object, ...]:
    """What decides which keys work."""
    followed = snapshot.followed
    listed = len(snapshot.runs) + len(snapshot.broken)
    if followed is None:
        return (listed,)
    return (listed, followed.record.id, followed.view.state, followed.view.paused, bool(followed.view.samples))
