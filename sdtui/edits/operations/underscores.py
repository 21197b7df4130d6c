"""Spaces for underscores and back. Faces such as ``^_^``, which booru sites have as tags, stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sdtui.edits.operations.base import Operation
from sdtui.edits.operations.setting import Setting, on_read_lines
from sdtui.edits.operations.tags import TagLine, unescaped

_BETWEEN = re.compile(r"(?<=[^\s_])_(?=[^\s_])")
"""One underscore inside a word; ``__hair__`` is a wildcard of other tools and stays."""
_WORD = re.compile(r"\S+")
_SPACES = re.compile(r" +")
_EYE = "[oOuUxXtTqQvVnN0-9]"
_SIDE = rf"(?:[^\w\s]+{_EYE}?[^\w\s]*|{_EYE}[^\w\s]*)"
_LONGEST_FACE = 24
_FACE = re.compile(rf"{_SIDE}(?:_+{_SIDE})+")
"""``^_^ >_< o_O 0_0 (o)_(o) ._. ||_|| +_- @_@ T_T ;_; 6_9``: marks, and at most one eye, at both sides."""


@dataclass(frozen=True, slots=True)
class Spaces(Operation):
    """``long_hair`` becomes ``long hair``; faces (``^_^``) and wildcards (``__hair__``) stay."""

    @property
    def title(self) -> str:
        return "spaces for underscores"

    def apply(self, text: str, setting: Setting) -> str:
        return _on_tags(text, setting, lambda tag: _WORD.sub(_spaced, tag))


@dataclass(frozen=True, slots=True)
class Underscores(Operation):
    """``long hair`` becomes ``long_hair``, within each tag."""

    @property
    def title(self) -> str:
        return "underscores for spaces"

    def apply(self, text: str, setting: Setting) -> str:
        return _on_tags(text, setting, lambda tag: _SPACES.sub("_", tag))


def is_face(word: str) -> bool:
    """True for a word that is drawn and not spelt: ``^_^``, ``>_o``, ``(o)_(o)``."""
    return len(word) <= _LONGEST_FACE and _FACE.fullmatch(unescaped(word)) is not None


def _spaced(word: re.Match[str]) -> str:
    return word[0] if is_face(word[0]) else _BETWEEN.sub(" ", word[0])


def _on_tags(text: str, setting: Setting, change: Callable[[str], str]) -> str:
    def on_line(line: str) -> str:
        tags = TagLine.of(line, setting)
        for piece in tags.pieces:
            piece.tag = change(piece.tag)
        return tags.text()

    return on_read_lines(text, setting, on_line)
