"""Runs of a project beside the one that is followed: when one of them ends, that is news too."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.runs import store
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.record import RunRecord, RunView, run_folder
from sdtui.runs.supervising.notices import News, Notice


class Others:
    """Looks only whether a run has ended since the last look: there may be a thousand."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._known: set[str] = set()
        self._going_on: set[str] = set()

    def look(self, runs: Sequence[RunRecord], followed: RunView | None) -> tuple[Notice, ...]:
        """What to tell of the runs that ended since the last look, but for the one that is followed."""
        news: list[Notice] = []
        for record in runs:
            fresh = record.id not in self._known
            self._known.add(record.id)
            if not fresh and record.id not in self._going_on:
                continue
            if followed is not None and record.id == followed.id:
                ended = followed.state.ended  # its end is told by what follows it
            elif ended := (run_folder(self._home, record.id) / store.EXIT).exists():
                news += () if fresh else self._told(record)
            if ended:
                self._going_on.discard(record.id)
            else:
                self._going_on.add(record.id)
        return tuple(news)

    def _told(self, record: RunRecord) -> tuple[Notice, ...]:
        with contextlib.suppress(SdtuiError):
            follower = follower_of(self._home, record)
            view = follower.poll()
            follower.close()
            return News().see(view)
        return ()
