"""Follows ``console.log``: tells its story from the beginning, and shows its last lines as a terminal would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.runs.following.story import Story
from sdtui.runs.log.log_bytes import LogBytes, log_at, open_log
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.log_lines import fold, rows_of
from sdtui.trainer.skimming import skim
from sdtui.trainer.thinning import Thinner

_PIECE = 1 << 20
_LONG = 4 << 20
"""Of more than that at once, most drawings of the bars are passed over, and lines that tell nothing."""
_LAST = 1 << 18
_TAIL_STEP = 1 << 18
_TAIL_MOST = 2 << 20


class ConsoleLog:
    """One run's console. Of a log that is long already when it is opened, the bars are thinned before they are read."""

    def __init__(self, path: Path, new_story: Callable[[], Story] = Story) -> None:
        """``path`` is where the trainer writes; once the run has ended, the log may be compressed beside it."""
        self.path = path
        self.story = new_story()
        self._new_story = new_story
        self._parser = ConsoleParser()
        self._seen: tuple[int, int] | None = None
        self._identity: tuple[int, int] | None = None
        self._offset = 0
        self._closed = False

    def read_new(self) -> bool:
        """Go on with what was appended since the last time; False where nothing was."""
        if self._closed or not self._changed():
            return False
        try:
            log = open_log(self.path)
        except UnreadableError:
            return False
        with closing(log):
            size = log.size
            if size < self._offset or log.identity != self._identity:
                self._begin_anew()
                self._identity = log.identity
            if size == self._offset:
                return False
            self._read(log, size)
        return True

    def close(self) -> None:
        """The trainer is gone: nothing will be appended."""
        if not self._closed:
            self._closed = True
            self.story.tell(self._parser.close())

    def settle(self) -> None:
        """Tell what only waited for more text, since none has come for a while; more may come all the same."""
        self.story.tell(self._parser.close())

    def last_lines(self, count: int) -> tuple[str, ...]:
        """The last ``count`` lines as people read them: overwritten bars once, wrapped messages joined, no colours.

        Reads backwards only as far as is needed, 2 MB at most. Safe to show.
        """
        if count < 1:
            return ()
        try:
            log = open_log(self.path)
        except UnreadableError:
            return ()
        with closing(log):
            size, span = log.size, _TAIL_STEP
            while True:
                start = max(0, size - span)
                lines = _lines(log.read(start, size - start), whole=start == 0)
                if len(lines) >= count or start == 0 or span >= _TAIL_MOST:
                    return tuple(lines[-count:])
                span *= 4

    def _changed(self) -> bool:
        """Whether the file is another one, or longer: costs one ``stat`` where it is not."""
        try:
            found = log_at(self.path).stat()
        except OSError:
            return False
        seen = found.st_ino, found.st_size
        changed, self._seen = seen != self._seen, seen
        return changed

    def _read(self, log: LogBytes, end: int) -> None:
        if end - self._offset > _LONG:
            self._read_long(log, end)
        for data in self._pieces(log, end):
            self.story.tell(self._parser.feed(data))

    def _read_long(self, log: LogBytes, end: int) -> None:
        """All with fewer bars; where there is no end to other lines, only those that tell something. The end stays."""
        thinner, told = Thinner(end - self._offset), 0
        for data in self._pieces(log, end - _LAST):
            left = thinner.feed(data)
            told += len(left)
            self.story.tell(self._parser.feed(left if told < _LONG else skim(left)))
        self.story.tell(self._parser.feed(thinner.close()))

    def _pieces(self, log: LogBytes, end: int) -> Iterator[bytes]:
        while self._offset < end:
            data = log.read(self._offset, min(_PIECE, end - self._offset))
            if not data:
                return
            self._offset += len(data)
            yield data

    def _begin_anew(self) -> None:
        self.story, self._parser, self._offset = self._new_story(), ConsoleParser(), 0


def _lines(data: bytes, *, whole: bool) -> list[str]:
    """``data`` as lines; the first, cut one is left out unless ``data`` is the ``whole`` log."""
    rows = rows_of(data)
    while rows and not rows[-1].strip():
        rows.pop()
    return [line.text for line in fold(rows if whole else rows[1:])]
