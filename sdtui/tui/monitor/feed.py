"""What Monitor shows, gathered off the screen's thread: which runs there are, and one of them followed.

One thread serves all of it. It wakes when a file of the run changes, and once a second while the run lives (so that its
clock moves and a dead process is noticed); without a live run it only looks whether a new one has appeared.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.machine.gpu import Gpu
from sdtui.machine.gpu import read as read_gpus
from sdtui.runs.record import RunRecord
from sdtui.runs.store import BrokenRun, broken_runs, is_queued, list_runs
from sdtui.runs.supervising.notices import Notice
from sdtui.tui.feed import Feed
from sdtui.tui.monitor.following import Followed, Following
from sdtui.tui.monitor.others import Others

LIVE_SECONDS = 1.0
IDLE_SECONDS = 2.0
ASIDE_SECONDS = 5.0
"""Between looks while another screen is shown."""
SHORTEST_SECONDS = 0.25
"""A chatty run is looked at four times a second at most."""
_OLD = 20
"""Looks after which runs are listed again in any case."""
TAIL_LINES = 200


@dataclass(frozen=True, slots=True)
class Snapshot(Progress):
    """Everything that Monitor shows, at one moment."""

    followed: Followed | None = None
    """None: this project has no run yet."""
    runs: tuple[RunRecord, ...] = ()
    """All runs of the project, newest first."""
    broken: tuple[BrokenRun, ...] = ()
    """Runs whose record cannot be read."""
    problem: str | None = None
    """A sentence where the run cannot be followed."""
    waiting: int = 0
    """Runs of the project that wait in the queue."""
    opening: str | None = None
    """What is being read for the first time, which may take seconds; None once it was."""
    news: tuple[Notice, ...] = ()
    """What happened to other runs of the project since the last look."""


@dataclass
class RunFeed(Feed):
    """Snapshots of a project's runs. ``home`` is the project's ``.sdtui``; the clock and the cards can be a test's."""

    home: Path
    clock: Callable[[], float] = time.time
    gpus: Callable[[], tuple[Gpu, ...]] = read_gpus
    _wanted: str | None = None
    _aside: bool = False

    # From the screen's thread -------------------------------------------------------------------------------------

    def follow(self, run_id: str | None) -> None:
        """Show this run; None: the newest one."""
        self._wanted = run_id
        self.wake()

    def step_aside(self, aside: bool) -> None:
        """Look seldom while nobody sees it."""
        self._aside = aside
        self.wake()

    # In a thread of its own ---------------------------------------------------------------------------------------

    def snapshots(self, cancelled: Cancelled) -> Work[None]:
        """Yield what there is whenever it may be something new, until cancelled."""
        following: Following | None = None
        listing, others = _Listing(self.home), Others(self.home)
        try:
            while not cancelled():
                self._news.clear()
                runs, broken = listing.look()
                wanted = self._choose(runs)
                if following is not None and (wanted is None or not _is_same(wanted, following.record)):
                    following.close()
                    following = None
                if following is None and wanted is not None:
                    yield Snapshot(0, None, "runs", runs=runs, broken=broken, opening=wanted.name)
                    following = Following(self.home, wanted, self.wake)
                snapshot = replace(self._look(following, runs, broken), waiting=listing.waiting)
                view = snapshot.followed.view if snapshot.followed is not None else None
                snapshot = replace(snapshot, news=others.look(runs, view))
                yield snapshot
                self._rest_after(snapshot, cancelled)
        finally:
            if following is not None:
                following.close()

    def _choose(self, runs: tuple[RunRecord, ...]) -> RunRecord | None:
        wanted = (record for record in runs if record.id == self._wanted)
        begun = (record for record in runs if not is_queued(self.home, record))
        return next(itertools.chain(wanted, begun, runs), None)

    def _look(
        self, following: Following | None, runs: tuple[RunRecord, ...], broken: tuple[BrokenRun, ...]
    ) -> Snapshot:
        if following is None:
            return Snapshot(0, None, "runs", broken=broken)
        try:
            followed = following.look(self.clock(), self.gpus, TAIL_LINES)
        except SdtuiError as error:
            return Snapshot(0, None, "runs", runs=runs, broken=broken, problem=error.sentence())
        return Snapshot(0, None, "runs", followed, runs, broken)

    def _rest_after(self, snapshot: Snapshot, cancelled: Cancelled) -> None:
        time.sleep(SHORTEST_SECONDS)  # whatever the news
        live = snapshot.followed is not None and not snapshot.followed.view.state.ended
        self._rest(ASIDE_SECONDS if self._aside else LIVE_SECONDS if live else IDLE_SECONDS, cancelled)


def _is_same(one: RunRecord, other: RunRecord) -> bool:
    """A run that waited and has begun writes elsewhere than it was to, and is followed anew."""
    return (one.id, one.created) == (other.id, other.created)


class _Listing:
    """The runs of a project. Their records are read again only when there may be others: on 9p each takes long."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stamp = -1
        self._age = 0
        self._runs: tuple[RunRecord, ...] = ()
        self._queued: tuple[RunRecord, ...] = ()
        self._broken: tuple[BrokenRun, ...] = ()

    @property
    def waiting(self) -> int:
        """How many of them wait in the queue."""
        return len(self._queued)

    def look(self) -> tuple[tuple[RunRecord, ...], tuple[BrokenRun, ...]]:
        """Readable runs, newest first, and the others."""
        try:
            stamp = (self._home / "runs").stat().st_mtime_ns
        except OSError:
            stamp = 0
        self._age += 1
        # A run's folder appears a moment before its record; a record can be mended without touching the folder.
        begun = any(not is_queued(self._home, record) for record in self._queued)
        if stamp != self._stamp or self._broken or begun or self._age > _OLD:
            self._stamp, self._age = stamp, 0
            self._runs, self._broken = list_runs(self._home), broken_runs(self._home)
            self._queued = tuple(record for record in self._runs if is_queued(self._home, record))
        return self._runs, self._broken
