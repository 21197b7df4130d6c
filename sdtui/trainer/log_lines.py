"""A console's rows as lines for people: drawings of a bar that were drawn over left out, wrapped messages joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sdtui.base.text import safe
from sdtui.trainer.bars import find_bar
from sdtui.trainer.log_records import LogRecord, begin_record
from sdtui.trainer.terminal import UP, row_text


class LogLine(NamedTuple):
    """One line as a person reads it, safe to show. It takes ``rows`` rows of the log, the first is number ``row``."""

    row: int
    rows: int
    text: str


def rows_of(data: bytes) -> list[str]:
    """What is left to see of each row of ``data``; behind its last line feed stands one more."""
    return [row_text(row) for row in data.split(b"\n")]


def fold(rows: Sequence[str], first: int = 0) -> list[LogLine]:
    """The lines that ``rows`` make, the first of which is row number ``first`` of the log."""
    lines: list[LogLine] = []
    at = 0
    while at < len(rows):
        start = at
        while at + 1 < len(rows) and _drawn_over(rows[at], rows[at + 1]):
            at += 1
        text, at = _line(rows, at)
        at += 1
        lines.append(LogLine(first + start, at - start, safe(text)))
    return lines


def _line(rows: Sequence[str], at: int) -> tuple[str, int]:
    """The line that begins in this row, and the number of its last row."""
    bar = find_bar(rows[at])
    drawn, rest = (rows[at][: bar.end].lstrip(), rows[at][bar.end :]) if bar else ("", rows[at])
    record = begin_record(rest)
    if record is None or not record.origin:
        said = "  ".join(part.rstrip() for part in rest.split(UP) if part.strip())
    else:
        at = _join(record, rows, at)
        said = f"{record.before}{record.text()}  {record.origin}"
    return (f"{drawn}  {said.lstrip()}" if drawn and said.strip() else drawn or said), at


def _drawn_over(row: str, below: str) -> bool:
    """Whether the cursor went up behind a bar, so that the bar in the row below was drawn in its place."""
    return UP in row and not row.rpartition(UP)[2].strip() and "%|" in below


def _join(record: LogRecord, rows: Sequence[str], at: int) -> int:
    """Add to the record what rich wrapped it into; the number of its last row."""
    while at + 1 < len(rows) and record.wraps_into(rows[at + 1]) and begin_record(rows[at + 1]) is None:
        at += 1
        record.add(rows[at])
    return at
