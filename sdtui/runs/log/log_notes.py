"""Collects the warnings and errors of a console log, however long it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.runs.log.log_file import LogFile
from sdtui.runs.log.log_search import lines_of
from sdtui.trainer.bars import find_bar
from sdtui.trainer.events import Traceback
from sdtui.trainer.log_lines import LogLine
from sdtui.trainer.log_records import begin_record, english
from sdtui.trainer.tracebacks import HEADING, TracebackReader

MOST = 5_000

WARNING, ERROR = "warning", "error"
_EXCEPTION = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Interrupt)(?:: |$)|\S+: error: ")
_PYTHON_WARNING = re.compile(r"\S*?:\d+: (?P<what>\w*Warning: .+)")
_WORDS = tuple(b"WARNING ERROR CRITICAL Error error: Exception Interrupt Traceback Warning:".split())
"""One of them stands in all that is worth looking at."""


@dataclass(frozen=True, slots=True)
class Note:
    """A warning or an error in the log; of several that say the same the first one."""

    row: int
    severity: str
    """WARNING or ERROR."""
    text: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Notes(Progress):
    """What has been collected so far, in the order of the log; at most ``MOST`` different ones."""

    found: tuple[Note, ...] = ()


def notes(log: LogFile, cancelled: Cancelled = never_cancelled) -> Work[tuple[Note, ...]]:
    """All warnings and errors of the log. Raises WorkCancelled."""
    found: dict[tuple[str, str], Note] = {}
    reader = _Reader()
    starts = [*log.chunk_starts(), log.rows]
    for first, last in pairwise(starts):
        if cancelled():
            raise WorkCancelled
        for line in lines_of(log, first, last, lambda data: reader.waiting or any(word in data for word in _WORDS)):
            _collect(found, reader.take(line))
        yield Notes(last, log.rows, "lines", tuple(found.values()))
    _collect(found, reader.close())
    return tuple(found.values())


def _collect(found: dict[tuple[str, str], Note], noted: Iterable[Note]) -> None:
    for note in noted:
        known = found.get((note.severity, note.text))
        if known is not None:
            found[note.severity, note.text] = replace(known, times=known.times + 1)
        elif len(found) < MOST:
            found[note.severity, note.text] = note


class _Reader:
    """Takes lines one after the other and says which are warnings and errors: of a traceback, what was raised."""

    def __init__(self) -> None:
        self._traceback: TracebackReader | None = None
        self._row = 0

    @property
    def waiting(self) -> bool:
        """Whether a traceback has begun that names no error yet."""
        return self._traceback is not None

    def take(self, line: LogLine) -> list[Note]:
        """What is known with this line."""
        said = _said(line.text)
        if HEADING in said:
            ended = self.close()
            self._traceback, self._row = TracebackReader(said), line.row
            return ended
        if self._traceback is not None:
            if not self._traceback.named:
                self._row = line.row
            if begin_record(said) is None and self._traceback.take(said):
                return []
        ended, noted = self.close(), severity_of(said)
        return [*ended, Note(line.row, *noted)] if noted else ended

    def close(self) -> list[Note]:
        """What was raised by a traceback that has ended."""
        reader, self._traceback = self._traceback, None
        if reader is None:
            return []
        told = reader.result()
        if isinstance(told, Traceback):
            return [Note(self._row, ERROR, told.error or "A traceback that names no error")]
        how = f"status {told.returncode}" if told.signal is None else f"signal {told.signal}"
        return [Note(self._row, ERROR, f"The launcher says that the trainer ended with {how}")]


def _said(line: str) -> str:
    """The line without a bar before it, or the name of the process that said it."""
    bar = find_bar(line)
    if bar is not None:
        return line[bar.end :].lstrip()
    return line.partition("]: ")[2] if line.startswith("[rank") else line


def severity_of(line: str) -> tuple[str, str] | None:
    """WARNING or ERROR with what the line says in English, None for a line that is neither."""
    record = begin_record(line)
    if record is not None:
        kind = {"WARNING": WARNING, "ERROR": ERROR, "CRITICAL": ERROR}.get(record.level)
        return (kind, english(record.text())) if kind and record.text() else None
    if _EXCEPTION.match(line):
        return ERROR, line.strip()
    if warned := _PYTHON_WARNING.match(line):
        return WARNING, warned["what"]
    return None
