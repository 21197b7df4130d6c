"""Every line of a console log, however long it is: rows are counted once, and then any of them is reached at once.

What is counted is line feeds, per block of 64 KB: a gigabyte is counted in about a second and needs 128 KB of memory.
A row's number is what ``grep -n`` and editors say, less one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.runs.log.log_bytes import LogBytes, open_log
from sdtui.trainer.log_lines import LogLine, fold, rows_of
from sdtui.trainer.terminal import row_text

BLOCK = 1 << 16
_STRIDE = 64
"""Blocks that are read at once while rows are counted."""
_WHOLE = 4 << 20
"""Bytes of rows that are read in one piece; of longer rows only the end is read, which is what a terminal shows."""
_PIECE = 2 << 20
_LONGEST_ROW = 1 << 16
LOOK_BACK = 60
"""Rows before a place from which it is told what belongs together there."""
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class _Count:
    """What has been counted of one log; another object for each state of it, so that any thread may keep one."""

    identity: tuple[int, int] = (0, 0)
    before: array[int] = field(default_factory=lambda: array("Q", [0]))
    """Line feeds before each whole block, and before the one after the last."""
    blocks: int = 0
    """Whole blocks."""
    size: int = 0
    """Bytes."""
    feeds: int = 0
    open_end: bool = False
    """Whether something stands behind the last line feed."""

    @property
    def rows(self) -> int:
        return self.feeds + self.open_end


class LogFile:
    """One log. ``count`` first, and again when it has grown; what was counted can be read from any thread."""

    def __init__(self, path: Path) -> None:
        """``path`` is where the trainer writes; the log may be compressed beside it, or not be there yet."""
        self.path = path
        self._count = _Count()

    @property
    def rows(self) -> int:
        """Rows that were counted."""
        return self._count.rows

    @property
    def size(self) -> int:
        """Bytes that were counted."""
        return self._count.size

    def count(self, cancelled: Cancelled = never_cancelled) -> Work[int]:
        """Count what is new; the number of rows. A log that is not there has none. Raises WorkCancelled."""
        try:
            opened = open_log(self.path)
        except UnreadableError:
            self._count = _Count()
            return 0
        with closing(opened) as log:
            size, known = log.size, self._count
            if log.identity != known.identity or size < known.size:
                known = _Count(log.identity)
            if size > known.size or known.identity != self._count.identity:
                yield from self._count_on(log, known, size, cancelled)
        return self.rows

    def _count_on(self, log: LogBytes, known: _Count, size: int, cancelled: Cancelled) -> Iterator[Progress]:
        # A copy: a count that was given up may still run, and readers keep the one before.
        before, at = known.before[: known.blocks + 1], known.blocks * BLOCK
        feeds, last = before[-1], b"\n"
        while at < size:
            if cancelled():
                raise WorkCancelled
            data = log.read(at, min(_STRIDE * BLOCK, size - at))
            if not data:
                break
            for start in range(0, len(data), BLOCK):
                block = data[start : start + BLOCK]
                feeds += block.count(b"\n")
                if len(block) == BLOCK:
                    before.append(feeds)
            at += len(data)
            last = data[-1:]
            yield Progress(at, size, "bytes")
        self._count = _Count(log.identity, before, len(before) - 1, at, feeds, last != b"\n")

    # Reading ------------------------------------------------------------------------------------------------------

    def lines(self, row: int, count: int) -> tuple[LogLine, ...]:
        """``count`` lines from the one to which ``row`` (from 0) belongs; fewer where the log ends."""
        with self._reading() as rows:
            first, wanted = max(0, row - LOOK_BACK), count
            while True:
                last = min(rows.known.rows, row + wanted + LOOK_BACK)
                found = [line for line in fold(rows.read(first, last), first) if line.row + line.rows > row]
                # The last one may go on below what was read.
                if len(found) > count or last >= rows.known.rows or wanted > _MOST_ROWS:
                    return tuple(found[:count])
                wanted *= 4

    def lines_before(self, row: int, count: int) -> tuple[LogLine, ...]:
        """The ``count`` lines before ``row``, which begins one; fewer where the log begins."""
        with self._reading() as rows:
            end, wanted = min(row, rows.known.rows), count
            while True:
                first = max(0, end - wanted - LOOK_BACK)
                found = fold(rows.read(first, end), first)
                if first > 0:
                    found = [line for line in found if line.row >= min(first + LOOK_BACK, end - 1)]
                if len(found) >= count or first == 0 or wanted > _MOST_ROWS:
                    return tuple(found[-count:])
                wanted *= 4

    def last_lines(self, count: int) -> tuple[LogLine, ...]:
        """The ``count`` last lines."""
        return self.lines_before(self.rows, count)

    def screenful(self, row: int, at: int, height: int) -> tuple[LogLine, ...]:
        """``height`` lines, that to which ``row`` belongs as number ``at`` of them, or nearest to that at the ends."""
        below = self.lines(row, height)
        above = self.lines_before(below[0].row if below else self.rows, height)
        kept = min(len(above), max(min(at, height - 1), height - len(below)))
        return (*above[len(above) - kept :], *below)[:height]

    def chunks(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """Rows ``first`` up to ``last`` in pieces of about 2 MB of whole rows: each with the number of its first row.

        Of a row that is longer than that only the end.
        """
        with self._reading() as rows:
            while first < min(last, rows.known.rows):
                end = min(last, rows.after(first, _PIECE))
                yield first, rows.raw(first, end)
                first = end

    def chunk_starts(self) -> list[int]:
        """Numbers of the first rows of those pieces, from the beginning of the log."""
        with self._reading() as rows:
            starts = [0]
            while (following := rows.after(starts[-1], _PIECE)) < rows.known.rows:
                starts.append(following)
            return starts

    @contextmanager
    def _reading(self) -> Iterator[_Rows]:
        known = self._count
        try:
            opened = open_log(self.path)
        except UnreadableError:
            yield _Rows(None, _Count())
            return
        with closing(opened) as log:
            yield _Rows(log, known) if log.identity == known.identity else _Rows(None, _Count())


class _Rows:
    """The counted rows of an open log."""

    def __init__(self, log: LogBytes | None, known: _Count) -> None:
        self._log = log
        self.known = known

    def read(self, first: int, last: int) -> list[str]:
        """What is left to see of these rows."""
        if first >= last:
            return []
        start, end = self._offset(first), self._offset(last)
        if end - start <= _WHOLE:
            data = self._read(start, end)
            return rows_of(data[:-1] if data.endswith(b"\n") else data)
        return [row_text(self._long_row(row).rstrip(b"\n")) for row in range(first, last)]

    def raw(self, first: int, last: int) -> bytes:
        """These rows as they were written; of a row that is longer than a piece, the end."""
        start, end = self._offset(first), self._offset(last)
        return self._read(start, end) if end - start <= _WHOLE else self._long_row(first)

    def after(self, row: int, size: int) -> int:
        """The first row that begins about ``size`` bytes behind the beginning of ``row``, and not at it."""
        block = min((self._offset(row) + size) // BLOCK, self.known.blocks)
        if (block + 1) * BLOCK > self.known.size:
            return self.known.rows
        return max(row + 1, self.known.before[block])

    def _long_row(self, row: int) -> bytes:
        start, end = self._offset(row), self._offset(row + 1)
        if end - start <= _LONGEST_ROW:
            return self._read(start, end)
        tail = self._read(end - _LONGEST_ROW, end)
        # Without a carriage return it is a long text, of which the beginning is what one reads.
        return tail if b"\r" in tail.rstrip(b"\r\n") else self._read(start, start + _LONGEST_ROW)

    def _offset(self, row: int) -> int:
        """Where the row begins: behind as many line feeds."""
        known = self.known
        if row <= 0:
            return 0
        if row > known.feeds:
            return known.size
        block = bisect_left(known.before, row, 0, known.blocks + 1) - 1
        data = self._read(block * BLOCK, min((block + 1) * BLOCK, known.size))
        nth = row - known.before[block]
        return block * BLOCK + next(islice(_feeds(data), nth - 1, None), len(data) - 1) + 1

    def _read(self, start: int, end: int) -> bytes:
        return self._log.read(start, end - start) if self._log is not None else b""


def _feeds(data: bytes) -> Iterator[int]:
    at = data.find(b"\n")
    while at >= 0:
        yield at
        at = data.find(b"\n", at + 1)
