"""A line of a difference as a terminal shows it: ``[-what goes-]{+what comes+}``, long stretches shortened."""

from __future__ import annotations

from collections.abc import Iterator

import click

from sdtui.base.text import count, safe
from sdtui.plans.diff import Kind, Line, Piece

_MARKS = {Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}"), Kind.SAME: ("", "")}
_COLOURS = {Kind.REMOVED: "red", Kind.ADDED: "green", Kind.SAME: None}
_WHOLE = 400
"""Characters up to which a line is shown whole."""
_AROUND = 40
"""Characters that are shown before and after a change in a longer one."""
_CHANGED = 200
"""Characters that are shown of a change in a longer one."""
_CHANGES = 12
"""Changes that are shown of a longer line."""


def diff_line(line: Line) -> str:
    """``line`` with its changes marked and coloured."""
    pieces = list(line.pieces)
    if sum(len(piece.text) for piece in pieces) > _WHOLE:
        pieces = list(_shortened(pieces))
    return "".join(_marked(piece) for piece in pieces)


def added_line(text: str) -> str:
    """A line of a new file."""
    return click.style(f"+ {safe(text)}", fg=_COLOURS[Kind.ADDED])


def _marked(piece: Piece) -> str:
    opening, closing = _MARKS[piece.kind]
    return click.style(f"{opening}{safe(piece.text)}{closing}", fg=_COLOURS[piece.kind])


def _shortened(pieces: list[Piece]) -> Iterator[Piece]:
    changes = 0
    for at, piece in enumerate(pieces):
        if piece.kind is Kind.SAME:
            front, back = at > 0, at < len(pieces) - 1
            yield Piece(piece.kind, _middle_out(piece.text, _AROUND * front, _AROUND * back))
            continue
        changes += 1
        if changes > _CHANGES:
            rest = sum(other.kind is not Kind.SAME for other in pieces[at:])
            yield Piece(Kind.SAME, f" … and {count(rest)} more changes in this line")
            return
        yield Piece(piece.kind, _middle_out(piece.text, _CHANGED // 2, _CHANGED // 2))


def _middle_out(text: str, front: int, back: int) -> str:
    if len(text) <= front + back + 1:
        return text
    return f"{text[:front]}…{text[len(text) - back :]}"
