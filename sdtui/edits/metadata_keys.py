"""Images called otherwise in a metadata file: their keys change, and no other byte of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from sdtui.base.errors import WriteError
from sdtui.dataset.metadata import parse_entries
from sdtui.edits.metadata_text import members, space

_Spans: TypeAlias = Iterator[tuple[int, int, str]]


def with_keys(path: Path, before: bytes, renamed: Mapping[str, str]) -> bytes:
    """``before``, the bytes of the metadata file ``path``, with these images called by their new names.

    Proved by reading the result back. Raises SyntaxProblem, and WriteError where two would be called the same.
    """
    entries = parse_entries(path, before)
    text = before.decode("utf-8")
    parts: list[str] = []
    done = 0
    for start, stop, key in _lines(text) if path.name.endswith(".jsonl") else _document(text):
        if key in renamed:
            parts += [text[done:start], json.dumps(renamed[key], ensure_ascii=text.isascii())]
            done = stop
    after = "".join((*parts, text[done:])).encode("utf-8")
    wanted = {renamed.get(key, key): entry for key, entry in entries.items()}
    # NaN is unlike itself, so both are compared as they would be written.
    if len(wanted) != len(entries) or json.dumps(parse_entries(path, after)) != json.dumps(wanted):
        raise WriteError(
            "Changing the paths in this metadata file would have changed more than them, so nothing was written",
            path=path,
            remedy="Edit it by hand; the same image may stand in it more than once.",
        )
    return after


def _document(text: str) -> _Spans:
    """Where each key of the document stands."""
    for member in members(text, space(text, 0)):
        yield member.start, member.key_stop, member.key


def _lines(text: str) -> _Spans:
    """Where each ``image_path`` of the lines stands."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            for member in members(text, space(text, start)):
                if member.key == "image_path":
                    yield member.value, member.stop, json.loads(text[member.value : member.stop])
        start += len(line) + 1
