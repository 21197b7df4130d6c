"""What a script's parser said, as fields: the kind of each argument, its choices, and our sentence of help."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sdtui.trainer.field_list import FIELDS
from sdtui.trainer.fields import Field

_KINDS = {"int": "int", "float": "float", "int_or_float": "number", "Path": "path"}
_JAPANESE = re.compile(r"[^\x00-\x7f]")
"""The trainer says everything twice, in English and then in Japanese."""
_FLAGS = ("_StoreTrueAction", "_StoreFalseAction", "BooleanOptionalAction")


def kind_of(row: Mapping[str, Any]) -> str:
    """The kind of one value of a parser's row (``parser_reading.read_parsers``)."""
    if row.get("action") in _FLAGS:
        return "flag"
    return _KINDS.get(row.get("type") or "", "text")


def as_field(
    script: str, key: str, kind: str, *, several: bool, default: object, choices: Sequence[object], told: str = ""
) -> Field:
    """The argument ``key`` of ``script``. ``told``: what the trainer itself says of it, where we have no sentence."""
    ours = FIELDS.get(key)
    taken = tuple(str(choice) for choice in choices if choice is not None)
    field = Field(
        key=key,
        title=ours.title if ours is not None else key.replace("_", " "),
        group=ours.group if ours is not None else "Other",
        kind="words" if several else kind,
        default=None,
        help=f"{_sentence(script, ours, told)}{_default(default)}",
        choices=taken,
        each=kind,
    )
    if ours is None or several:
        return field
    if ours.kind == "path" and kind == "text":
        field = replace(field, kind="path", each="path")
    return replace(field, minimum=ours.minimum, maximum=ours.maximum) if kind in ("int", "float") else field


def _sentence(script: str, ours: Field | None, told: str) -> str:
    if ours is not None:
        return ours.help
    words = " ".join(_JAPANESE.split(told)[0].split()).rstrip(" /")
    if not words:
        return f"An argument of {script}."
    return f"{words[0].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?')) else '.'}"


def _default(default: object) -> str:
    if default is None or isinstance(default, bool) or default in ("", "[]"):
        return ""
    return f" The trainer's own default is {default}."
