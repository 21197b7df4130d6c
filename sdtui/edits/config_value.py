"""Setting ``num_repeats`` of a subset in a dataset config, with every other byte kept."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from sdtui.base.errors import SyntaxProblem, WriteError
from sdtui.trainer.dataset_config import parse

Place = tuple[int, int]
"""Index of a ``[[datasets]]``, and of a subset in it."""


def with_repeats(path: Path, data: bytes, repeats: Mapping[Place, int]) -> bytes:
    """``data``, the bytes of the config ``path``, with ``num_repeats`` set on these subsets.

    The result is read back with the trainer's parser: nothing else may have changed. Raises SyntaxProblem where the
    config cannot be parsed, WriteError where it is written in a way that cannot be edited safely.
    """
    wanted = copy.deepcopy(parse(path, data))
    for (dataset, position), number in repeats.items():
        wanted["datasets"][dataset]["subsets"][position]["num_repeats"] = number
    after = _in_json(path, data, repeats) if path.suffix.lower() == ".json" else _in_toml(path, data, repeats)
    if _again(path, after) != wanted:
        raise _by_hand(path)
    return after


def _again(path: Path, after: bytes) -> dict[str, Any] | None:
    try:
        return parse(path, after)
    except SyntaxProblem:
        return None


def _by_hand(path: Path) -> WriteError:
    remedy = "Change num_repeats in an editor; sdtui shows it at once."
    return WriteError("This config is written in a way that sdtui cannot edit safely", path=path, remedy=remedy)


def _in_toml(path: Path, data: bytes, repeats: Mapping[Place, int]) -> bytes:
    text = data.decode("utf-8")
    try:
        document: Any = tomlkit.parse(text)
        for (dataset, position), number in repeats.items():
            document["datasets"][dataset]["subsets"][position]["num_repeats"] = number
        after = tomlkit.dumps(document)
    except (TOMLKitError, LookupError, TypeError, ValueError) as error:
        raise _by_hand(path) from error
    if "\r\n" in text and not re.search(r"(?<!\r)\n", text):
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    return after.encode("utf-8")


def _in_json(path: Path, data: bytes, repeats: Mapping[Place, int]) -> bytes:
    text = data.decode("utf-8")
    # Last first, so that the places of the earlier ones stay.
    spans = []
    for (dataset, position), number in repeats.items():
        start, end = _json_span(text, ["datasets", dataset, "subsets", position])
        spans.append((*_json_change(text, start, end, number),))
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text.encode("utf-8")


def _json_change(text: str, start: int, end: int, number: int) -> tuple[int, int, str]:
    """What to put where, so that the object at ``start`` has the number."""
    found = _json_member(text, start, "num_repeats")
    if found is not None:
        return (*found, str(number))
    first = re.compile(r"\{(\s*)").match(text, start)
    assert first is not None
    gap = first.group(1)
    comma = "" if text[first.end()] == "}" else f",{gap or ' '}"
    return first.end(), first.end(), f'"num_repeats": {number}{comma}'


def _json_span(text: str, keys: list[str | int]) -> tuple[int, int]:
    """Where in ``text`` the value that ``keys`` lead to begins and ends."""
    start = _skip(text, 0)
    for key in keys:
        found = _json_member(text, start, key) if isinstance(key, str) else _json_item(text, start, key)
        assert found is not None, "the trainer's parser found it there"
        start = found[0]
    return start, _end_of(text, start)


def _json_member(text: str, start: int, wanted: str) -> tuple[int, int] | None:
    """The span of the value of ``wanted`` in the object at ``start``; of the last one, as JSON parsers take it."""
    found = None
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, at = json.JSONDecoder().raw_decode(text, at)
        value = _skip(text, _skip(text, at) + 1)
        end = _end_of(text, value)
        if key == wanted:
            found = (value, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _json_item(text: str, start: int, index: int) -> tuple[int, int]:
    at = _skip(text, start + 1)
    for _ in range(index):
        at = _skip(text, _skip(text, _end_of(text, at)) + 1)
    return at, _end_of(text, at)


def _end_of(text: str, start: int) -> int:
    return json.JSONDecoder().raw_decode(text, start)[1]


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
