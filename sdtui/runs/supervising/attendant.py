"""``python -m sdtui.runs.supervising.attendant RUN_FOLDER``: looks at a run when nobody else does.

Its supervisor starts it. It keeps a history of the machine, tells the person's command and webhook when the run ended
or needs somebody, and has the run held or stopped when its loss is not a number, where the person wants that. The run
needs nothing of it: when it dies, the supervisor starts another.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.base.own_log import note
from sdtui.base.settings import UserSettings, settings_or_defaults
from sdtui.machine.gpu import Gpu
from sdtui.machine.gpu import read as read_gpus
from sdtui.runs import store
from sdtui.runs.following import disk
from sdtui.runs.following.follow import Follower
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.record import RunView
from sdtui.runs.supervising import machine_log
from sdtui.runs.supervising.letterbox import Request
from sdtui.runs.supervising.notices import Kind, News, Notice, Record, Told
from sdtui.runs.supervising.notify import deliver
from sdtui.runs.supervising.stop import ask
from sdtui.runs.supervising.waking import woken_by

LOOK_EVERY = 5.0
KEEP_EVERY = 30.0
"""Seconds between looks, and between readings of the machine that are kept."""


class Attendant:
    """Looks at one run. Nothing of it is shown; what it finds, it tells or does."""

    def __init__(
        self,
        folder: Path,
        *,
        gpus: Callable[[], tuple[Gpu, ...]] = read_gpus,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``folder`` is the run's. Raises RunError and UnreadableError."""
        self.record = store.read_record(folder)
        self._folder = folder
        self._home = folder.parent.parent
        self._clock = clock
        # Only the console is followed: in a million steps the curves would take memory for nothing.
        self._follower = Follower(self._home, msgspec.structs.replace(self.record, logging_dir=None), clock=clock)
        self._told = Record(folder)
        self._news = News(line.kind for line in self._told.lines() if line.kind is not Kind.HANG)
        self._meter = machine_log.Meter(self.record)
        self._gpus = gpus
        self._log = machine_log.MachineLog(folder)
        self._kept = float("-inf")
        self._sizes: dict[str, int] = {}

    def look(self) -> bool:
        """Look once; False when the run has ended and that was told."""
        now = self._clock()
        view = self._follower.poll()
        if not view.state.ended:
            self._measure(now)
        for notice in self._news.see(view, self._disk_left(view, now)):
            self._tell(notice, view)
        return not view.state.ended

    def _measure(self, now: float) -> None:
        if now - self._kept >= KEEP_EVERY:
            self._kept = now
            machine_log.keep(self._folder, self._meter.read(self._follower.record, now, self._gpus()))

    def _disk_left(self, view: RunView, now: float) -> float | None:
        readings = self._log.read_new()
        if view.state.ended or not readings or view.started is None or readings[-1].disk_free is None:
            return None
        kept = disk.written_since((one.path for one in view.checkpoints), self._sizes)
        left = disk.seconds_until_full(readings[-1].disk_free, kept, now - view.started, readings)
        return left if left is not None and left < disk.WORTH_TELLING else None

    def _tell(self, notice: Notice, view: RunView) -> None:
        settings = settings_or_defaults()
        if notice.kind is Kind.NAN and (done := self._act(settings, view)):
            notice = msgspec.structs.replace(notice, text=f"{notice.text} {done}")
        whole = self._whole(view)
        problems = deliver(notice, whole, self._home.parent, settings)
        self._told.add(Told(self._clock(), notice.kind, notice.text, problems))

    def _act(self, settings: UserSettings, view: RunView) -> str:
        """Hold or stop a run whose loss is not a number, where the person wants that. Returns what was done."""
        since = self._follower.story.nan_since
        if settings.on_nan == "tell" or since is None:
            return ""
        pause = True if settings.on_nan == "pause" else None
        before = self.record.continues.step if self.record.continues is not None else 0
        why = (
            f"Stopped by itself at step {view.step + before:,}, because the loss is not a number since step "
            f"{since + before:,} and your settings say so (on_nan). What was saved before that step is good."
        )
        try:
            ask(self._home, self.record.id, Request(stop=pause is None, pause=pause, why=why))
        except SdtuiError as error:
            return f"It goes on: {error.sentence()}"
        return "It is paused." if pause else "It is stopped."

    def _whole(self, view: RunView) -> RunView:
        """The run with all its parts and curves, for its numbers."""
        try:
            follower = follower_of(self._home, self.record)
            whole = follower.poll()
            follower.close()
        except SdtuiError:
            return view
        return whole


def main(arguments: Sequence[str]) -> int:
    """Attend the run in the folder that is named. Exit status 0 once its end was told."""
    folder, wake = Path(arguments[0]), woken_by(signal.SIGURG)  # the supervisor says so when the run has ended
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):  # some network file systems know no locks
        fcntl.flock(handle, fcntl.LOCK_EX)  # another one may attend it still; this one goes on after it
    attendant: Attendant | None = None
    while os.fstat(handle).st_nlink:
        here = Path(f"/proc/self/fd/{handle}").readlink()
        try:
            if attendant is None or here != folder:
                attendant, folder = Attendant(here), here  # the project may be moved while the run lives
            if not attendant.look():
                return 0
        except (SdtuiError, OSError) as error:
            note(f"attendant: {error}")
            attendant = None
        select.select([wake], [], [], LOOK_EVERY)
        with contextlib.suppress(BlockingIOError):
            os.read(wake, 4096)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
