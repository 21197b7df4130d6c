"""Strip the emphasis that prompts have and captions should not: ``(x:1.3)``, ``(x)``, ``[x]``, ``\\(``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sdtui.edits.operations.base import Operation
from sdtui.edits.operations.setting import Setting, on_read_lines
from sdtui.edits.operations.underscores import is_face

_CLOSING = {"(": ")", "[": "]"}
_WEIGHT = re.compile(r"\s*:\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$")
_LONGEST_WEIGHT = 24
_FACE = re.compile(r"(?<![^\s,])(?:[>}]?[:;=8][-'^o]?[()\[\]]+|[()\[\]]+[-'^o]?[:;=8])(?![^\s,])")
"""``:)``, ``>:(``, ``(;``: a word of its own, whose bracket opens or closes nothing."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class StripEmphasis(Operation):
    """Brackets that weigh a text go, and the text stays; ``\\(`` becomes ``(``.

    ``miku (vocaloid)`` and ``miku_(vocaloid)`` keep theirs: brackets at the end of a tag, behind its name, tell it from
    others. So do faces, and what is no emphasis: ``[from:to:0.5]``, ``[a|b]``, brackets without their other half.
    """

    @property
    def title(self) -> str:
        return "strip emphasis"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: _stripped(line, setting))


def _stripped(line: str, setting: Setting) -> str:
    if not any(bracket in line for bracket in "()[]"):
        return line
    escapes = set(_escapes(line))
    solid = _in_faces(line, setting.separator) | escapes | {at + 1 for at in escapes}
    tells_apart = _telling_apart(line, setting.separator)
    gone = set(escapes)
    for opening, closing in _pairs(line, solid):
        weight = _weight(line, opening, closing)
        if line[opening] == "[":
            if weight is None and line.find("|", opening, closing) < 0:
                gone |= {opening, closing}
        elif weight is not None:
            gone |= {opening, *range(weight, closing + 1)}
        elif not tells_apart(opening, closing):
            gone |= {opening, closing}
    return "".join(letter for at, letter in enumerate(line) if at not in gone) if gone else line


def _weight(line: str, opening: int, closing: int) -> int | None:
    """Where the weight in a pair of brackets begins, its colon and the white space around it."""
    start = max(opening + 1, closing - _LONGEST_WEIGHT)
    found = _WEIGHT.search(line[start:closing])
    return None if found is None else start + found.start()


def _escapes(line: str) -> list[int]:
    """Where a backslash stands that escapes a bracket."""
    found, at = [], 0
    while at < len(line) - 1:
        if line[at] == "\\":
            if line[at + 1] in "()[]":
                found.append(at)
            at += 1
        at += 1
    return found


def _in_faces(line: str, separator: str) -> set[int]:
    """Every place of a word that is drawn and not spelt."""
    faces = [match.span() for match in _FACE.finditer(line)]
    for word in _WORD.finditer(line):
        start, bare = word.start(), word[0].removesuffix(separator)
        if is_face(bare):
            faces.append((start, start + len(bare)))
    return {at for start, stop in faces for at in range(start, stop)}


def _pairs(line: str, solid: set[int]) -> list[tuple[int, int]]:
    """Brackets and their other halves; what crosses another pair or has no other half is left out."""
    found: list[tuple[int, int]] = []
    waiting: list[int] = []
    for at, letter in enumerate(line):
        if at in solid:
            continue
        if letter in _CLOSING:
            waiting.append(at)
        elif letter in ")]":
            while waiting and _CLOSING[line[waiting[-1]]] != letter:
                waiting.pop()
            if waiting:
                found.append((waiting.pop(), at))
    return found


def _telling_apart(line: str, separator: str) -> Callable[[int, int], bool]:
    """Whether brackets close a tag behind its name, as in ``miku (vocaloid)``; the line is gone through once."""
    named: list[bool] = []
    """For each place whether a name stands before it in its tag."""
    is_named = False
    for at, letter in enumerate(line):
        named.append(is_named)
        is_named = not line.startswith(separator, at) and (is_named or letter not in " \t([")
    follows = [len(line)] * (len(line) + 1)
    """For each place where what follows begins, closing brackets passed over."""
    for at in range(len(line) - 1, -1, -1):
        follows[at] = follows[at + 1] if line[at] in " \t)]" else at

    def tells_apart(opening: int, closing: int) -> bool:
        next_one = follows[closing + 1]
        return named[opening] and (next_one == len(line) or line.startswith((separator, "(", "|", ":"), next_one))

    return tells_apart
