"""What Monitor shows of a run that sdtui did not start."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.base.work import Cancelled, Work
from sdtui.runs.following.followable import Followable
from sdtui.tui.monitor.feed import RunFeed, Snapshot
from sdtui.tui.monitor.following import Following


@dataclass
class ForeignFeed(RunFeed):
    """Snapshots of one run, whichever project it belongs to."""

    follower: Followable | None = None

    def snapshots(self, cancelled: Cancelled) -> Work[None]:
        """Yield what there is whenever it may be something new, until cancelled."""
        assert self.follower is not None
        yield Snapshot(0, None, "runs", opening=self.follower.record.name)
        following = Following(self.home, self.follower.record, self.wake, self.follower)
        try:
            while not cancelled():
                self._news.clear()
                snapshot = self._look(following, (), ())
                yield snapshot
                self._rest_after(snapshot, cancelled)
        finally:
            following.close()
