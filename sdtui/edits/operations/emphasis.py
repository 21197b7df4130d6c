"""Strip the emphasis that prompts have and captions should not: ``(x:1.3)``, ``(x)``, ``[x]``, ``\\(``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdtui.edits.operations.base import Operation
from sdtui.edits.operations.setting import Setting, on_read_lines
from sdtui.edits.operations.underscores import is_face

_CLOSING = {"(": ")", "[": "]"}
_WEIGHT = re.compile(r"\s*:\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$")
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
    gone = set(escapes)
    for opening, closing in _pairs(line, solid):
        inside = line[opening + 1 : closing]
        weight = _WEIGHT.search(inside)
        if line[opening] == "[":
            if weight is None and "|" not in inside:
                gone |= {opening, closing}
        elif weight is not None:
            gone |= {opening, *range(opening + 1 + weight.start(), closing + 1)}
        elif not _tells_apart(line, opening, closing, setting.separator):
            gone |= {opening, closing}
    return "".join(letter for at, letter in enumerate(line) if at not in gone) if gone else line


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


def _tells_apart(line: str, opening: int, closing: int, separator: str) -> bool:
    """Whether the brackets close a tag behind its name, as in ``miku (vocaloid)``."""
    before = line[:opening].rpartition(separator)[2].strip(" \t([")
    after = line[closing + 1 :].lstrip(" \t)]")
    return bool(before) and (not after or after.startswith((separator, "(", "|", ":")))
