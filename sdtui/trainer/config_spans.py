"""Where each key of a TOML or JSON config stands in its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top of a config: ``("datasets", 0, "subsets", 1, "num_repeats")``."""


@dataclass(frozen=True, slots=True)
class Span:
    """A key with its value, or a table with its header; offsets are code points of the text."""

    start: int
    """Where the key, the header or the bare value begins."""
    value: int
    """Where the value begins; for a table with a header, where what follows the header begins."""
    stop: int
    """Where the value, or the header, ends."""
    inline: bool = True
    """False for a table that has a header of its own."""


def toml_spans(text: str) -> dict[Place, Span]:
    """Each key and table of ``text``; as far as it can be followed where it is no valid TOML."""
    return _Toml(text).spans()


def json_spans(text: str) -> dict[Place, Span]:
    """Each key of ``text``, which must be valid JSON. Raises ValueError."""
    spans: dict[Place, Span] = {}
    start = _space(text, 0)
    _json_value(text, start, start, (), spans)
    return spans


def line_of(text: str, offset: int) -> int:
    """The line of ``offset``, counted from 1."""
    return text.count("\n", 0, offset) + 1


def nearest(spans: Mapping[Place, Span], place: Place) -> Span | None:
    """The span of ``place``, or of the table around it that stands in the text."""
    for length in range(len(place), 0, -1):
        if place[:length] in spans:
            return spans[place[:length]]
    return None


_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([^\s=.\[\]{},"'#]+))[ \t]*""")
_HEADER = re.compile(r"[ \t]*(\[\[?)")
_SKIPPED = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
_BARE = re.compile(r"[^\s#,\]}]*")
_STRING = re.compile(r'"""(?:\\.|.)*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)


class _Toml:
    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: dict[Place, Span] = {}
        self._lengths: dict[Place, int] = {}
        """How many tables an array of tables has so far."""

    def spans(self) -> dict[Place, Span]:
        at, table = 0, Place()
        while at < len(self._text):
            blank = _BLANK.match(self._text, at)
            if blank is not None and blank.end() > at:
                at = blank.end()
                continue
            header = _HEADER.match(self._text, at)
            if header is not None:
                at, table = self._header(header.start(1), header.group(1) == "[[")
            else:
                at = self._assignment(at, table)
            rest = self._text.find("\n", at)
            at = len(self._text) if rest < 0 else rest + 1
        return self._spans

    def _header(self, start: int, many: bool) -> tuple[int, Place]:
        keys, at = self._keys(start + 1 + many)
        place: Place = ()
        for depth, key in enumerate(keys):
            place = (*place, key)
            last = depth == len(keys) - 1
            if last and many:
                number = self._lengths.get(place, 0)
                self._lengths[place] = number + 1
                self._spans.setdefault(place, Span(start, at, at, inline=False))
                place = (*place, number)
            elif place in self._lengths:
                place = (*place, self._lengths[place] - 1)
        while at < len(self._text) and self._text[at] == "]":
            at += 1
        self._spans[place] = Span(start, at, at, inline=False)
        return at, place

    def _keys(self, at: int) -> tuple[list[str], int]:
        """The dotted key at ``at``, and where it ends."""
        keys: list[str] = []
        while True:
            match = _KEY.match(self._text, at)
            if match is None:
                return keys, at
            quoted, literal, bare = match.groups()
            keys.append(_unescaped(quoted) if quoted is not None else literal if literal is not None else bare)
            at = match.end()
            if self._text[at : at + 1] != ".":
                return keys, at
            at += 1

    def _assignment(self, at: int, table: Place) -> int:
        """Note the ``key = value`` at ``at``; returns where it ends."""
        start = _blanks(self._text, at)
        keys, at = self._keys(at)
        if not keys or self._text[at : at + 1] != "=":
            return at
        return self._value(start, _blanks(self._text, at + 1), (*table, *keys))

    def _value(self, start: int, at: int, place: Place) -> int:
        first = self._text[at : at + 1]
        if first == "[":
            stop = self._array(at, place)
        elif first == "{":
            stop = self._inline_table(at, place)
        else:
            string = _STRING.match(self._text, at) or _BARE.match(self._text, at)
            stop = string.end() if string is not None else at
        self._spans[place] = Span(start, at, stop)
        return stop

    def _array(self, at: int, place: Place) -> int:
        number, at = 0, self._skip(at + 1)
        while at < len(self._text) and self._text[at] != "]":
            stop = self._value(at, at, (*place, number))
            number, at = number + 1, self._next(stop, at)
        return at + 1

    def _inline_table(self, at: int, place: Place) -> int:
        at = self._skip(at + 1)
        while at < len(self._text) and self._text[at] != "}":
            at = self._next(self._assignment(at, place), at)
        return at + 1

    def _next(self, stop: int, before: int) -> int:
        """Where the item after one that ends at ``stop`` begins; always further than ``before``."""
        at = self._skip(stop)
        if self._text[at : at + 1] == ",":
            at = self._skip(at + 1)
        return max(at, before + 1)

    def _skip(self, at: int) -> int:
        match = _SKIPPED.match(self._text, at)
        return match.end() if match is not None else at


def _blanks(text: str, at: int) -> int:
    """Where what follows blanks begins."""
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at


def _unescaped(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return quoted


_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _json_value(text: str, start: int, at: int, place: Place, spans: dict[Place, Span]) -> int:
    if text[at] in "{[":
        stop = at
        for key, key_start, value in _json_items(text, at, place, spans):
            stop = _json_value(text, key_start, value, (*place, key), spans)
        # An empty one has no item to stop behind.
        stop = text.index("]" if text[at] == "[" else "}", stop if stop > at else at) + 1
    else:
        stop = _DECODER.raw_decode(text, at)[1]
    spans[place] = Span(start, at, stop)
    return stop


def _json_items(
    text: str, opening: int, place: Place, spans: dict[Place, Span]
) -> Iterator[tuple[str | int, int, int]]:
    """The items of a JSON array or object: key or index, where it begins, where its value does."""
    closing = "]" if text[opening] == "[" else "}"
    number, at = 0, _space(text, opening + 1)
    while text[at] != closing:
        key: str | int = number
        value = start = at
        if closing == "}":
            key, after = _DECODER.raw_decode(text, at)
            value = _space(text, _space(text, after) + 1)
        yield key, start, value
        item: Place = (*place, key)
        number, at = number + 1, _space(text, spans[item].stop)
        if text[at] == ",":
            at = _space(text, at + 1)
