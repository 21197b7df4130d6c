"""Monitor: a run's progress, loss, samples and log as they come, and the true reason when it has ended."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from sdtui.tui.history.open import show_history
from sdtui.tui.monitor import actions, keys, relaunching
from sdtui.tui.monitor.chart_view import LossChart
from sdtui.tui.monitor.log_panel import LogPanel
from sdtui.tui.monitor.machine_view import MachineView
from sdtui.tui.monitor.notice_dialog import show_notices
from sdtui.tui.monitor.remedy_dialog import offer_remedies
from sdtui.tui.monitor.samples_panel import SamplesPanel
from sdtui.tui.monitor.stop_dialog import StopDialog
from sdtui.tui.monitor.view import MonitorView
from sdtui.tui.queue.open import show_queue

JUST_CAME = 3.0
"""Seconds in which a run that came into sight by itself may be taken for the one before."""


class MonitorScreen(MonitorView):
    """Mode 6: one run."""

    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS

    def action_enlarge(self, name: str) -> None:
        self.large = "" if self.large == name else name
        self.set_focus(None)
        self.query_one(LogPanel).close()
        self.query_one(LossChart).enlarge(self.large == "chart")
        self._show()
        self.call_after_refresh(self._show)
        self.refresh_bindings()

    def on_key(self, event: events.Key) -> None:
        if event.key == "l" and self.large == "samples":
            event.stop()
            self.action_look(0, 1)

    def action_smooth(self) -> None:
        self.query_one(LossChart).smoother()

    def action_scale(self) -> None:
        self.query_one(LossChart).rescale()

    def action_curve(self) -> None:
        self.query_one(LossChart).choose_subject()

    def action_look(self, prompts: int, moments: int) -> None:
        self.query_one(SamplesPanel).step(prompts=prompts, moments=moments)

    def action_view_sample(self, beside: bool = False) -> None:
        home = None if self.foreign or self._feed is None else self._feed.home
        self.query_one(SamplesPanel).open_large(home, beside=beside)

    def action_stop(self) -> None:
        if self.followed is not None and time.monotonic() - self._came < JUST_CAME:
            self._came = float("-inf")  # the key was on its way to the run before
            self.shell.say(f"{self.followed.record.name} has only just come into sight. s stops it.")
        elif self.followed is not None:
            assert self._feed is not None
            self.app.push_screen(StopDialog(self, self._feed.home, self.followed, self._feed.wake))

    def action_log_errors(self) -> None:
        if self.large != "log":
            self.action_enlarge("log")
        self.query_one(LogPanel).collect()

    def action_pictures(self) -> None:
        self.query_one(SamplesPanel).draw_pictures()

    def action_warnings(self) -> None:
        if self.followed is not None:
            actions.show_warnings(self, self.followed.view.warnings)

    def action_where(self) -> None:
        image = self.query_one(SamplesPanel).shown
        if image is not None:
            actions.show_copied(self, "Where this sample is", image.path)

    def action_tensorboard(self) -> None:
        if self.followed is not None and self.followed.record.logging_dir is not None:
            actions.show_copied(self, "TensorBoard for this run", actions.tensorboard_text(self.followed))

    def action_machine_span(self) -> None:
        self.query_one(MachineView).other_span()

    def action_pause(self, held: bool) -> None:
        if self.followed is not None and self._feed is not None:
            actions.hold(self, self._feed.home, self.followed.view, held, self._feed.wake)

    def action_notices(self) -> None:
        if self._feed is not None:
            show_notices(self, self._feed.home.parent)

    def action_remedies(self) -> None:
        if self.followed is not None and self._feed is not None:
            offer_remedies(self, self._feed.home, self.followed, self.follow)

    def action_command(self) -> None:
        if self.followed is not None:
            actions.show_copied(self, "The command of this run", actions.run_command(self.followed.record))

    def action_open_run(self) -> None:
        self.shell.action_open_run()

    def action_resume(self) -> None:
        if self.followed is not None and self._feed is not None:
            relaunching.ask_to_resume(self, self._feed.home, self.followed.record, lambda run: self.follow(run.id))

    def action_again(self) -> None:
        if self.followed is not None and self._feed is not None:
            relaunching.start_again(self, self._feed.home, self.followed.record)

    def action_queue(self) -> None:
        show_queue(self.shell)

    def action_history(self) -> None:
        show_history(self, self.follow, self._shown_id)

    def action_compare(self) -> None:
        show_history(self, self.follow, self._shown_id, compare=True)

    def action_runs(self) -> None:
        assert self._feed is not None
        actions.choose_run(self, self._feed.home, self.snapshot, self.follow)
