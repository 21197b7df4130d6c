"""Word differences cut down to what is on the screen, so that a row costs the same whatever the caption's length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from sdtui.base.text import safe
from sdtui.plans.diff import Kind, Piece, diff_words
from sdtui.tui.marks import ASCII, marks
from sdtui.tui.theme import Inks

_SEEN = 600
"""Characters from the first change on that are compared for a row."""


def whole(before: str, after: str) -> tuple[Piece, ...]:
    """``before`` turned into ``after``. What both begin and end with is passed over: it costs nothing."""
    start = _shared_start(before, after)
    stop = _shared_end(before[start:], after[start:])
    middle = diff_words(before[start : len(before) - stop], after[start : len(after) - stop])
    ends = (Piece(Kind.SAME, before[:start]), *middle, Piece(Kind.SAME, before[len(before) - stop :] if stop else ""))
    return tuple(piece for piece in ends if piece.text)


def excerpt(before: str, after: str, room: int) -> tuple[Piece, ...]:
    """The beginning of what changes, with a few words before it: what ``room`` characters can show."""
    start = _shared_start(before, after)
    pieces = diff_words(before[start : start + _SEEN], after[start : start + _SEEN])
    first = sum(len(piece.text) for piece in pieces[: 1 + _changes_twice(pieces)])
    lead = _end_of(before[:start], max(room // 4, room - first))
    return tuple(piece for piece in (Piece(Kind.SAME, lead), *pieces) if piece.text)


def _changes_twice(pieces: Sequence[Piece]) -> bool:
    """Whether the first change both takes away and adds."""
    return len(pieces) > 1 and pieces[1].kind is not Kind.SAME


def _end_of(text: str, room: int) -> str:
    """The last whole words of ``text`` in ``room`` characters."""
    if len(text) <= room:
        return text
    tail = text[len(text) - max(0, room - 1) :]
    return "…" + (tail.partition(" ")[2] or tail)


def drawn(pieces: Iterable[Piece], ink: Inks, make_safe: Callable[[str], str] = safe) -> list[tuple[str, Style]]:
    """``pieces`` as a terminal may see them: what goes struck, what comes underlined; in ASCII as ``wdiff`` does."""
    styles = {
        Kind.SAME: ink.text,
        Kind.REMOVED: ink.bad + Style(strike=True),
        Kind.ADDED: ink.good + Style(underline=True),
    }
    poor = marks() is ASCII
    brackets = {Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}")} if poor else {}
    spans = []
    for piece in pieces:
        left, right = brackets.get(piece.kind, ("", ""))
        spans.append((f"{left}{make_safe(piece.text)}{right}", styles[piece.kind]))
    return spans


def fitted(spans: Iterable[tuple[str, Style]], width: int, blank: Style) -> list[Segment]:
    """``spans`` in exactly ``width`` cells, cut with an ellipsis."""
    strip = Strip([Segment(text, style) for text, style in spans])
    if strip.cell_length <= width:
        return list(strip.adjust_cell_length(width, blank))
    kept = list(strip.crop(0, max(0, width - 1)))
    return [*kept, Segment("…", kept[-1].style if kept else blank)] if width > 0 else []


def _shared_start(one: str, other: str) -> int:
    """How many characters both begin with, whole words only."""
    start = _longest(min(len(one), len(other)), lambda length: one[:length] == other[:length])
    if start == len(one) == len(other):
        return start
    while start and not one[start - 1].isspace():
        start -= 1
    return start


def _shared_end(one: str, other: str) -> int:
    """How many characters both end with, whole words only."""
    stop = _longest(min(len(one), len(other)), lambda length: not length or one[-length:] == other[-length:])
    while stop and not one[len(one) - stop].isspace():
        stop -= 1
    return stop


def _longest(most: int, holds: Callable[[int], bool]) -> int:
    """The greatest length up to ``most`` that ``holds``, where all shorter ones hold too."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if holds(middle):
            least = middle
        else:
            most = middle - 1
    return least
