"""What a Plan changes, word by word, for ``--dry-run`` and the screen. The text is raw: make it safe before showing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from sdtui.base.text import file_size
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Plan, Write

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_CONTEXT = 1
_NEWLINE = re.compile(r"\r\n|\n|\r")
_WORDWISE_AT_MOST = 4000
"""Characters of a line beyond which words are only compared place by place: looking for them takes quadratic time."""


class Kind(str, Enum):
    """Whether a piece of text stays, goes or comes."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text within a line."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with what was removed from it beside what was added; ``number`` counts from 1 in the new file.

    ``number`` is None for a line that is gone.
    """

    pieces: tuple[Piece, ...]
    number: int | None

    @property
    def changed(self) -> bool:
        return any(piece.kind is not Kind.SAME for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ChangeDiff:
    """One change: a sentence that names the path (``summary``), and for text files the lines around what changes."""

    change: Change
    summary: str
    lines: tuple[Line, ...] = ()


def diff(plan: Plan) -> tuple[ChangeDiff, ...]:
    """Each change of ``plan``, in order."""
    return tuple(diff_change(change) for change in plan.changes)


def diff_change(change: Change) -> ChangeDiff:
    """One change as a person reads it."""
    if isinstance(change, (Move, Copy)):
        beside = change.source.parent == change.target.parent
        to = change.target.name if beside else change.target
        verb = "copy" if isinstance(change, Copy) else "rename" if beside else "move"
        return ChangeDiff(change, f"{verb} {change.source} to {to}")
    if isinstance(change, MakeFolder):
        return ChangeDiff(change, f"make folder {change.path}")
    if not isinstance(change, Write):
        return ChangeDiff(change, f"remove {change.path} ({file_size(change.size)})")
    verb = "write new" if change.before is None else "edit"
    before, after = _text(change.before or b""), _text(change.after)
    if before is None or after is None:
        was = f"{file_size(len(change.before))} to " if change.before is not None else ""
        return ChangeDiff(change, f"{verb} {change.path} ({was}{file_size(len(change.after))})")
    lines = _all_added(after) if change.before is None else diff_text(before, after)
    return ChangeDiff(change, f"{verb} {change.path}", lines)


def diff_text(before: str, after: str, context: int = _CONTEXT) -> tuple[Line, ...]:
    """The lines that differ, with ``context`` equal lines around them; changed lines word by word."""
    old, new = _NEWLINE.split(before), _NEWLINE.split(after)
    lines: list[Line] = []
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(context):
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += [_line(Kind.SAME, new[at], at + 1) for at in range(new_from, new_to)]
                continue
            paired = min(old_to - old_from, new_to - new_from)
            for at in range(paired):
                lines.append(Line(diff_words(old[old_from + at], new[new_from + at]), new_from + at + 1))
            lines += [_line(Kind.REMOVED, old[at], None) for at in range(old_from + paired, old_to)]
            lines += [_line(Kind.ADDED, new[at], at + 1) for at in range(new_from + paired, new_to)]
    return tuple(lines)


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """``before`` turned into ``after``: words, white space and single marks that stay, go and come."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(before), len(after)) > _WORDWISE_AT_MOST:
        return tuple(_diff_long(old, new))
    pieces: list[Piece] = []
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Kind.SAME, "".join(new[new_from:new_to])))
            continue
        if old_to > old_from:
            pieces.append(Piece(Kind.REMOVED, "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece(Kind.ADDED, "".join(new[new_from:new_to])))
    return tuple(pieces)


def _diff_long(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """A long line in linear time: word by word where as many words stay, else what lies between equal ends."""
    if len(old) == len(new):
        yield from _place_by_place(old, new)
        return
    shorter = min(len(old), len(new))
    front = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    back = next((at for at in range(shorter - front) if old[-1 - at] != new[-1 - at]), shorter - front)
    middle = old[front : len(old) - back], new[front : len(new) - back]
    runs = (
        (Kind.SAME, old[:front]),
        (Kind.REMOVED, middle[0]),
        (Kind.ADDED, middle[1]),
        (Kind.SAME, old[len(old) - back :]),
    )
    for kind, words in runs:
        if words:
            yield Piece(kind, "".join(words))


def _place_by_place(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for same, pairs in groupby(zip(old, new, strict=True), key=lambda pair: pair[0] == pair[1]):
        words = list(pairs)
        if same:
            yield Piece(Kind.SAME, "".join(one for one, _ in words))
        else:
            yield Piece(Kind.REMOVED, "".join(one for one, _ in words))
            yield Piece(Kind.ADDED, "".join(two for _, two in words))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _line(kind: Kind, text: str, number: int | None) -> Line:
    return Line((Piece(kind, text),), number)


def _all_added(text: str) -> tuple[Line, ...]:
    lines = _NEWLINE.split(text)
    if lines[-1] == "":
        lines.pop()
    return tuple(_line(Kind.ADDED, line, number) for number, line in enumerate(lines, 1))
