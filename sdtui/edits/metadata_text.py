"""Captions and tags set in the text of a metadata file: no other byte of it is ever changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sdtui.base.errors import WriteError

Fields: TypeAlias = Mapping[str, Any]
"""What ``caption``, ``tags`` or ``image_size`` of one entry are to be."""

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


def with_fields(path: Path, before: bytes, wanted: Mapping[str, Fields]) -> bytes:
    """``before``, the bytes of the metadata file ``path``, with these fields of these entries (by key) set.

    Proved by reading the result back. Raises WriteError where a text cannot be stored, or more would change.
    """
    if not all(storable(value) for fields in wanted.values() for value in fields.values()):
        raise WriteError(
            "The caption has half a character in it, which UTF-8 cannot hold",
            path=path,
            remedy="Remove it; it came from a broken paste or file name.",
        )
    text = before.decode("utf-8")
    lines = path.name.endswith(".jsonl")
    places = _places_in_lines(text, wanted) if lines else _places_in_document(text, wanted)
    after = _spliced(text, places, wanted)
    if not (_only_lines_changed if lines else _only_entries_changed)(text, after, places, wanted):
        raise WriteError(
            "Changing this caption would have changed more than it, so nothing was written",
            path=path,
            remedy="Edit the metadata file by hand; the same key may stand in it more than once.",
        )
    return after.encode("utf-8")


def storable(value: Any) -> bool:
    """Whether UTF-8 can hold ``value``, where it is a text."""
    try:
        str(value).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


Span: TypeAlias = tuple[int, int]


def _places_in_document(text: str, wanted: Mapping[str, Fields]) -> dict[str, Span]:
    """Where each entry stands; of equal keys the last one, as JSON readers take it."""
    return {one.key: (one.value, one.stop) for one in members(text, space(text, 0)) if one.key in wanted}


def _places_in_lines(text: str, wanted: Mapping[str, Fields]) -> dict[str, Span]:
    """Where the last line stands that is about each image."""
    found: dict[str, Span] = {}
    start = 0
    for line in text.split("\n"):
        if line.strip() and (key := _DECODER.decode(line.strip()).get("image_path")) in wanted:
            opening = space(text, start)
            found[key] = (opening, opening + len(text[opening : start + len(line)].rstrip(" \t\r")))
        start += len(line) + 1
    return found


def _spliced(text: str, places: Mapping[str, Span], wanted: Mapping[str, Fields]) -> str:
    ascii_only = _escapes(text)
    parts: list[str] = []
    done = 0
    for key, (start, stop) in sorted(places.items(), key=lambda item: item[1]):
        entry = text[start:stop]
        for name, value in wanted[key].items():
            entry = _replaced(entry, name, json.dumps(value, ensure_ascii=ascii_only))
        parts += [text[done:start], entry]
        done = stop
    return "".join((*parts, text[done:]))


def _replaced(entry: str, name: str, literal: str) -> str:
    """The JSON object ``entry`` with ``literal`` as its ``name``, put in front of all where it has none."""
    every = list(members(entry, 0))
    standing = [member for member in every if member.key == name]
    if standing:
        return entry[: standing[-1].value] + literal + entry[standing[-1].stop :]
    if not every:
        return f'{{"{name}": {literal}}}'
    first = every[0]
    colon, gap = entry[first.key_stop : first.value], entry[1 : first.start]
    return "".join((entry[: first.start], f'"{name}"', colon, literal, ",", gap or " ", entry[first.start :]))


@dataclass(frozen=True, slots=True)
class Member:
    """A key of a JSON object and its value: where the key begins and stops, and where the value does."""

    key: str
    start: int
    key_stop: int
    value: int
    stop: int


def members(text: str, opening: int) -> Iterator[Member]:
    """The members of the well-formed JSON object that begins at ``opening``."""
    at = space(text, opening + 1)
    while text[at] != "}":
        key, key_stop = _DECODER.raw_decode(text, at)
        value = space(text, space(text, key_stop) + 1)
        stop = _DECODER.raw_decode(text, value)[1]
        yield Member(key, at, key_stop, value, stop)
        at = space(text, stop)
        if text[at] == ",":
            at = space(text, at + 1)


def space(text: str, at: int) -> int:
    """Where what follows white space begins."""
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _escapes(text: str) -> bool:
    """Whether the file writes é as ``\\u00e9``, as the trainer's own tools do: unless a plain one stands in it."""
    return text.isascii()


def _only_entries_changed(before: str, after: str, places: Mapping[str, Span], wanted: Mapping[str, Fields]) -> bool:
    expected = _parsed(before)
    for key, fields in wanted.items():
        expected[key] = {**expected[key], **fields}
    return places.keys() == wanted.keys() and bool(_parsed(after) == expected)


def _only_lines_changed(before: str, after: str, places: Mapping[str, Span], wanted: Mapping[str, Fields]) -> bool:
    old, new = before.split("\n"), after.split("\n")
    changed = [(one, two) for one, two in zip(old, new, strict=False) if one != two]
    expected = all(_parsed(two) == {**(was := _parsed(one)), **wanted[was["image_path"]]} for one, two in changed)
    return len(old) == len(new) and len(changed) == len(wanted) == len(places) and expected


def _parsed(text: str) -> Any:
    # NaN is unlike itself, which would look like a change.
    return json.loads(text, parse_constant=str)
