"""One value of a prompt that is written as a line: what is cut out of the line, and what is put in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from sdtui.trainer.prompt_lines import BETWEEN, Part, line_parts
from sdtui.trainer.prompt_options import OPTIONS, PROMPT, OptionValue, option_of

Splice: TypeAlias = tuple[int, int, str]
"""From where to where, and what comes there; offsets are code points of the line."""

_NAMES = "|".join(sorted((option.flag for option in OPTIONS), key=len, reverse=True))
_JOINED = re.compile(rf"(?<=[^\s-])--(?=(?:{_NAMES}) )", re.IGNORECASE)
_NEGATIVE_SEED = re.compile(r"d -\d+\s*\Z", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


def setting(line: str, key: str, value: OptionValue) -> Iterator[Splice]:
    """What sets ``key``: in the option that counts, or in a new one at the end."""
    parts = line_parts(line)
    if key == PROMPT:
        yield 0, parts[0].stop, str(value)
        return
    option = option_of(key)
    written = option.written(value)
    there = _of(parts, key)
    if there:
        start, stop = there[-1].value
        yield start, stop, written
    else:
        yield len(line), len(line), f"{BETWEEN}{option.flag} {written}"


def taking_out(line: str, key: str) -> Iterator[Splice]:
    """What takes every option ``key`` out of the line, each with its two hyphens."""
    for part in _of(line_parts(line), key):
        yield part.start - len(BETWEEN), part.stop, ""


def taking_out_negative_seeds(line: str) -> Iterator[Splice]:
    """What takes ``--d -1`` and the like out of the line."""
    for part in line_parts(line)[1:]:
        if part.option is None and _NEGATIVE_SEED.match(part.text):
            yield part.start - len(BETWEEN), part.stop, ""


def parting(line: str) -> Iterator[Splice]:
    """A blank before each option that is joined to the text before it."""
    for match in _JOINED.finditer(line):
        yield match.start(), match.start(), " "


def values_with(line: str, key: str, value: OptionValue | None) -> dict[str, Any]:
    """What the trainer should make of ``line`` once ``key`` is set, or taken out (None)."""
    parts = line_parts(line)
    values: dict[str, Any] = {PROMPT: value if key == PROMPT else parts[0].text}
    # What the words of the prompt set by accident goes with them.
    counted = parts[1:] if key == PROMPT else parts
    values.update({part.option.key: part.read for part in counted if part.option and part.read is not None})
    if key != PROMPT:
        values.pop(key, None)
        if value is not None:
            values[key] = option_of(key).read(option_of(key).written(value))
    return values


def spliced(text: str, splices: Iterable[Splice], start: int = 0) -> str:
    """``text`` with all of them done; their offsets count from ``start``."""
    for first, last, new in sorted(splices, reverse=True):
        text = text[: start + first] + new + text[start + last :]
    return text


def in_json(literal: str, splices: Iterable[Splice]) -> list[Splice]:
    """Splices of the text that a JSON string ``literal`` stands for, as splices of the literal itself."""
    places = _places(literal)
    escape = literal.isascii()
    return [(places[first], places[last], json.dumps(new, ensure_ascii=escape)[1:-1]) for first, last, new in splices]


def _places(literal: str) -> list[int]:
    """Where each code point of the text begins in ``literal``, and last where the text ends."""
    return [match.start() for match in _ESCAPE.finditer(literal, 1, len(literal) - 1)] + [len(literal) - 1]


def _of(parts: tuple[Part, ...], key: str) -> list[Part]:
    return [part for part in parts[1:] if part.option is not None and part.option.key == key]
