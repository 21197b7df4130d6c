"""A line of the log in colours: what kind of line it is, and where in it stands what is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sdtui.runs.log.log_notes import ERROR, severity_of
from sdtui.tui.widgets.lines import Line, Span

_RECORD = re.compile(
    r"(?P<time>\s*(?:\[?\d[\d/:\- ]{7,20}\]?\s+)?)(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)(?P<pad> +)"
    r"(?P<said>.*?)(?P<origin>\s+[\w.\-]+\.py:\d+)?"
)
_LEVELS = {"WARNING": "warn", "ERROR": "bad", "CRITICAL": "bad"}
_BAR = re.compile(r"[^|]{0,200}?\d+%\|")
_LONGEST = 2_000
"""Characters that are looked at: a longer line is no message."""
_ASIDE = re.compile(r"\s|\S+\.py:\d+: ")


def spans(text: str, found: Sequence[tuple[int, int]] = (), role: str | None = None) -> Line:
    """The line in its roles, or in the one given; what stands at the places in ``found`` as a match."""
    line = [(text, role)] if role is not None else _roles(text[:_LONGEST])
    if role is None and len(text) > _LONGEST:
        line.append((text[_LONGEST:], "dim"))
    return _with_matches(line, found) if found else line


def _roles(text: str) -> list[Span]:
    record = _RECORD.fullmatch(text)
    if record is not None:
        role = _LEVELS.get(record["level"], "plain")
        return [
            (record["time"], "faint"),
            (record["level"] + record["pad"], "dim" if role == "plain" else role),
            (record["said"], role),
            (record["origin"] or "", "faint"),
        ]
    noted = severity_of(text)
    if noted is not None:
        return [(text, "bad" if noted[0] == ERROR else "warn")]
    return [(text, "dim" if _BAR.match(text) or _ASIDE.match(text) else "plain")]


def _with_matches(line: Iterable[Span], found: Sequence[tuple[int, int]]) -> list[Span]:
    marked: list[Span] = []
    at = 0
    for text, role in line:
        place = 0
        for start, end in found:
            first, last = max(start - at, place), min(end - at, len(text))
            if first < last:
                marked += [(text[place:first], role), (text[first:last], "match")]
                place = last
        marked.append((text[place:], role))
        at += len(text)
    return [(text, role) for text, role in marked if text]


def shifted(line: Line, by: int) -> Line:
    """The line without its first ``by`` characters."""
    kept: list[Span] = []
    for text, role in line:
        if by < len(text):
            kept.append((text[by:], role))
        by = max(0, by - len(text))
    return kept
