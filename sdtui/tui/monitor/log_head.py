"""The line above the large log: where one is, and what is going on or was found."""

from __future__ import annotations

from collections.abc import Sequence

from sdtui.base.work import Progress
from sdtui.trainer.log_lines import LogLine
from sdtui.tui.monitor import log_place
from sdtui.tui.widgets.lines import Lines, Span

_DOING = {
    "search": "searching",
    "notes": "collecting warnings and errors",
    "count": "reading the log",
}
_SOON = 0.3
"""Seconds: what is done before needs no word."""


class LogHead(Lines):
    """Says the place on the left, and on the right the work that goes on, or what came of the last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.doing = ""
        """``search``, ``notes``, ``count``, or nothing."""
        self._place: Sequence[Span] = ()
        self._note: Sequence[Span] = ()

    @property
    def can_be_given_up(self) -> bool:
        """Whether a person waits for something that can be ended."""
        return self.doing in ("search", "notes")

    def stand(self, line: LogLine | None, rows: int, *, following: bool) -> None:
        """The cursor stands on ``line`` of a log of ``rows`` rows."""
        self._place = log_place.where(line, rows, following=following)
        self._draw()

    def nowhere(self) -> None:
        """Nobody knows yet where in the log this is."""
        self._place = ()
        self._draw()

    def begin(self, doing: str) -> None:
        """Something is being done, as ``doing`` has it; it is said once it takes a while."""
        self.doing, self._note = doing, ()
        self.set_timer(_SOON, self._draw)

    def progress(self, progress: Progress) -> None:
        """How far it is."""
        if self.doing:
            self._draw(progress)

    def end(self, note: Sequence[Span] = ()) -> None:
        """The work has ended; ``note`` is what came of it."""
        self.doing, self._note = "", note
        self._draw()

    def _draw(self, progress: Progress | None = None) -> None:
        place, note = list(self._place), list(self._note)
        if self.doing:
            note = log_place.working(_DOING[self.doing], progress, given_up=self.can_be_given_up)
        self.show_fitted(lambda width: [log_place.head(place, note, width)])
