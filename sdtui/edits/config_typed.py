"""What a person types for a key of a dataset config, as the value that the trainer takes there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sdtui.base.errors import UsageError
from sdtui.edits.config_place import read_value
from sdtui.trainer.dataset_key_rows import KeyRow

_SIDES = re.compile(r"(\d{1,5})\s*[x×,]\s*(\d{1,5})", re.ASCII)
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def typed_value(row: KeyRow, text: str) -> Any:
    """``text`` as a value of ``row``: ``832x1216`` for a resolution, ``0`` for a number with a decimal point.

    A text needs no quotes; in quotes it may begin or end with a space, or be empty. Raises UsageError where it is no
    value of the key.
    """
    if row.rule is None:
        raise UsageError(f"The trainer does not know {row.key} here", remedy="Take it out.")
    check, words = row.rule
    switch = row.choices == ("true", "false")
    # To the trainer true is a whole number too, which nobody means by it.
    found = [value for value in _meanings(text.strip()) if check(value) and (switch or not isinstance(value, bool))]
    if not found or (row.choices and isinstance(found[0], str) and found[0] not in row.choices):
        raise UsageError(f"{row.key} cannot be {text.strip() or 'empty'}", remedy=f"It takes {row.type or words}.")
    return found[0]


def typed_text(value: Any) -> str:
    """What a person would type for ``value``; ``typed_value`` reads it back."""
    if value is None:
        return ""
    if isinstance(value, str):
        plain = value and value.strip() == value and value[0] not in "\"'" and value.isprintable()
        return value if plain else _quoted(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inside(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False, default=str)


def _meanings(text: str) -> Iterator[Any]:
    """What ``text`` may mean, the likeliest first; whoever asks knows which type it needs."""
    quoted = text[:1] in ("'", '"')
    value = _in_double_quotes(text) or read_value(text)
    if not isinstance(value, str) or quoted:
        yield value
    if text.casefold() in _SWITCHES:
        yield _SWITCHES[text.casefold()]
    sides = _SIDES.fullmatch(text)
    if sides is not None:
        yield [int(sides[1]), int(sides[2])]
    if isinstance(value, int) and not isinstance(value, bool):
        yield float(value)
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        yield [float(item) for item in value]
    yield text


def _in_double_quotes(text: str) -> str | None:
    """The text in double quotes: JSON and TOML escape alike there, and the trainer's parser reads some of it wrong."""
    try:
        value = json.loads(text)
        return value if isinstance(value, str) and value.encode("utf-8") else None
    except ValueError:
        return None


def _quoted(text: str) -> str:
    """In quotes, with everything escaped that a line of typing could not show."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in written)


def _inside(value: Any) -> str:
    return _quoted(value) if isinstance(value, str) else typed_text(value)
