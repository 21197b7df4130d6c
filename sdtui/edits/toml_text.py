"""Writing TOML that the trainer's old parser reads back as it was meant."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import toml


def assignments(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """``key = value`` lines. Raises ValueError for a text that no spelling brings through the trainer's parser."""
    for key, value in values.items():
        yield f"{indent}{key} = {spelled(value)}\n"


def spelled(value: Any) -> str:
    """``value`` as TOML, on one line. Raises ValueError as ``quoted`` does, and for dates, which no key takes."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(spelled(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {spelled(item)}" for key, item in value.items()) + " }"
    try:
        return json.dumps(value)
    except TypeError as error:
        raise ValueError(value) from error


def quoted(text: str) -> str:
    """``text`` in the first spelling that ``toml`` 0.10, which sd-scripts reads with, gives back unchanged.

    That parser mishandles some escapes. Raises ValueError where none will do.
    """
    for spelling in (json.dumps(text, ensure_ascii=False), f"'{text}'", json.dumps(text, ensure_ascii=True)):
        try:
            spelling.encode("utf-8")
            # In a table of the kind that it will stand in: some faults of the parser only show there.
            read = toml.loads(f"[[a]]\n[[a.b]]\nk = {spelling}\nn = 1\n")
        except (ValueError, IndexError, KeyError, TypeError, AttributeError):
            continue
        if read == {"a": [{"b": [{"k": text, "n": 1}]}]}:
            return spelling
    raise ValueError(text)
