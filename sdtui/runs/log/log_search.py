"""Finds text in a console log, however long it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from sdtui.base.errors import UsageError
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.dataset.query.patterns import compiled
from sdtui.runs.log.log_file import LOOK_BACK, LogFile
from sdtui.trainer.log_lines import LogLine, fold, rows_of

_SECONDS = 2.0
"""That a regular expression may take for one line."""
_WRAPPED = b"\n" + b" " * 29
"""Where rich goes on with a message in the next row (library/utils.py, setup_logging)."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: text, upper and lower case being one unless it has upper case; or ``~/regular expression/``.

    Raises UsageError where that is none.
    """

    text: str
    literal: bool = False
    """Whether it is only text, and none of its characters means anything."""
    _test: Callable[[str], Iterator[tuple[int, int]]] = field(init=False, repr=False, compare=False)
    _raw: Callable[[bytes], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.text:
            raise UsageError("There is nothing to look for")
        if self.text.startswith("~/") and not self.literal:
            test, raw = _by_pattern(self.text), lambda _data: True
        else:
            exact = self.literal or self.text != self.text.lower()
            test, raw = _by_text(self.text, exact=exact), _in_bytes(self.text, exact=exact)
        object.__setattr__(self, "_test", test)
        object.__setattr__(self, "_raw", raw)

    def places(self, line: str) -> list[tuple[int, int]]:
        """Where it stands in the line: offsets of the first character and of the one behind the last."""
        return list(self._test(line))

    def stands_in(self, line: str) -> bool:
        """Whether it stands anywhere in the line."""
        return next(self._test(line), None) is not None

    def may_stand_in(self, data: bytes) -> bool:
        """Whether it is worth while to look at the lines of ``data``."""
        return b"\x1b" in data or _WRAPPED in data or self._raw(data)


def find(
    log: LogFile, wanted: Wanted, row: int, *, backwards: bool = False, cancelled: Cancelled = never_cancelled
) -> Work[int | None]:
    """The first row behind ``row`` (before it: ``backwards``) of a line in which it stands; goes round at the ends.

    None where it stands nowhere. Raises WorkCancelled, and UsageError where a pattern takes too long.
    """
    searched = 0
    spans = [(0, row), (row, log.rows)] if backwards else [(row + 1, log.rows), (0, row + 1)]
    for first, last in spans:
        starts = [start for start in log.chunk_starts() if first < start < last]
        edges = [first, *starts, last]
        pieces = list(pairwise(edges))
        for start, end in reversed(pieces) if backwards else pieces:
            if cancelled():
                raise WorkCancelled
            found = [line.row for line in lines_of(log, start, end, wanted.may_stand_in) if wanted.stands_in(line.text)]
            if found:
                return max(found) if backwards else min(found)
            searched += end - start
            yield Progress(searched, log.rows, "lines")
    return None


def find_all(
    log: LogFile, wanted: Wanted, most: int, cancelled: Cancelled = never_cancelled
) -> Work[tuple[LogLine, ...]]:
    """The first ``most`` lines in which it stands.

    Raises WorkCancelled, and UsageError where a pattern takes too long.
    """
    found: list[LogLine] = []
    for first, last in pairwise([*log.chunk_starts(), log.rows]):
        if cancelled():
            raise WorkCancelled
        found += (line for line in lines_of(log, first, last, wanted.may_stand_in) if wanted.stands_in(line.text))
        if len(found) >= most:
            break
        yield Progress(last, log.rows, "lines")
    return tuple(found[:most])


def lines_of(log: LogFile, first: int, last: int, worth: Callable[[bytes], bool]) -> Iterator[LogLine]:
    """The lines that begin in these rows, those of pieces that are not ``worth`` looking at left out."""
    for start, data in log.chunks(first, last):
        if not worth(data):
            continue
        rows = rows_of(data.removesuffix(b"\n"))
        end = start + len(rows)
        if _WRAPPED in data:
            # What begins here may go on behind.
            for _, more in log.chunks(end, end + LOOK_BACK):
                rows += rows_of(more.removesuffix(b"\n"))[:LOOK_BACK]
                break
        yield from (line for line in fold(rows, start) if line.row < end)


def _by_text(text: str, *, exact: bool) -> Callable[[str], Iterator[tuple[int, int]]]:
    pattern = re.compile(re.escape(text), 0 if exact else re.IGNORECASE)
    return lambda line: (found.span() for found in pattern.finditer(line))


def _in_bytes(text: str, *, exact: bool) -> Callable[[bytes], bool]:
    wanted = text.encode("utf-8", errors="replace")
    if exact:
        return lambda data: wanted in data
    if not wanted.isascii():
        return lambda _data: True
    return lambda data: wanted in data.lower()


def _by_pattern(text: str) -> Callable[[str], Iterator[tuple[int, int]]]:
    pattern = compiled(text[2:].removesuffix("/"), "", text, 2)

    def places(line: str) -> Iterator[tuple[int, int]]:
        try:
            for found in pattern.finditer(line, timeout=_SECONDS, concurrent=True):
                if found.end() > found.start():
                    yield found.span()
        except TimeoutError:
            raise UsageError(
                f"{text} takes longer than {_SECONDS:g} seconds on one line, so it was given up",
                remedy="Repeats inside repeats, such as (a+)+, are what makes a pattern slow.",
            ) from None

    return places
