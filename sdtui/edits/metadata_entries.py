"""Whole entries taken out of a metadata file or put into it: every other byte of it stays."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.dataset.metadata import parse_entries
from sdtui.edits.metadata_text import Member, members, space


def without_entries(path: Path, before: bytes, keys: Collection[str]) -> bytes:
    """``before``, the bytes of the metadata file ``path``, without the entries of these images.

    Proved by reading the result back. Raises SyntaxProblem, and WriteError where more would change.
    """
    entries = parse_entries(path, before)
    text = before.decode("utf-8")
    after = (_lines_without if _is_lines(path) else _document_without)(text, keys).encode("utf-8")
    _prove(path, after, {key: entry for key, entry in entries.items() if key not in keys})
    return after


def with_entries(path: Path, before: bytes, added: Mapping[str, dict[str, Any]]) -> bytes:
    """``before`` with these entries at its end, by image. Proved and raises as ``without_entries``."""
    entries = parse_entries(path, before)
    text = before.decode("utf-8")
    insert, nothing = (_lines_with, "") if _is_lines(path) else (_document_with, "{}")
    after = insert(text, added).encode("utf-8")
    _prove(path, after, {**entries, **parse_entries(path, insert(nothing, added).encode("utf-8"))})
    return after


def entry_of(path: Path, data: bytes, key: str) -> dict[str, Any]:
    """All that the metadata file ``path``, read as ``data``, says of the image ``key``.

    Raises SyntaxProblem, and UnreadableError where it says nothing, or no table.
    """
    found = _line_of(data, key) if _is_lines(path) else parse_entries(path, data).get(key)
    if not isinstance(found, dict):
        raise UnreadableError(f"This metadata file has no proper entry for {Path(key).name}", path=path)
    return {name: value for name, value in found.items() if name != "image_path"}


def _line_of(data: bytes, key: str) -> Any:
    """The last line that is about the image, as the trainer takes it."""
    every = (json.loads(line) for line in data.decode("utf-8").split("\n") if line.strip())
    return next((one for one in reversed(list(every)) if one.get("image_path") == key), None)


def _is_lines(path: Path) -> bool:
    return path.name.endswith(".jsonl")


def _document_without(text: str, keys: Collection[str]) -> str:
    every = list(members(text, space(text, 0)))
    kept = [member for member in every if member.key not in keys]
    if not every or len(kept) == len(every):
        return text
    # Each keeps what separates it from the one before it.
    between = {later: text[earlier.stop : later.start] for earlier, later in pairwise(every)}
    parts = [text[: every[0].start]]
    for at, member in enumerate(kept):
        parts += [between[member] if at else "", text[member.start : member.stop]]
    return "".join((*parts, text[every[-1].stop :]))


def _document_with(text: str, added: Mapping[str, dict[str, Any]]) -> str:
    opening = space(text, 0)
    every = list(members(text, opening))
    separator, colon = _style(text, opening, every)
    written = [f"{_written(key, text)}{colon}{_written(entry, text)}" for key, entry in added.items()]
    if not written:
        return text
    end = every[-1].stop if every else opening + 1
    first = separator if every else ""
    return text[:end] + first + separator.join(written) + text[end:]


def _style(text: str, opening: int, every: list[Member]) -> tuple[str, str]:
    """What stands between two entries, and between a key and its entry."""
    if not every:
        return ", ", ": "
    first = every[0]
    separator = text[every[-2].stop : every[-1].start] if len(every) > 1 else "," + text[opening + 1 : first.start]
    return separator, text[first.key_stop : first.value]


def _lines_without(text: str, keys: Collection[str]) -> str:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    return "".join(line for line in lines if not line.strip() or json.loads(line).get("image_path") not in keys)


def _lines_with(text: str, added: Mapping[str, dict[str, Any]]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    written = [_written({"image_path": key, **entry}, text) + newline for key, entry in added.items()]
    return text + (newline if written and text and not text.endswith("\n") else "") + "".join(written)


def _written(value: Any, text: str) -> str:
    return json.dumps(value, ensure_ascii=text.isascii())


def _prove(path: Path, after: bytes, wanted: Mapping[str, Any]) -> None:
    # NaN is unlike itself, so both are compared as they would be written.
    if json.dumps(parse_entries(path, after)) != json.dumps(wanted):
        raise WriteError(
            "Changing this metadata file would have changed more than the entries meant, so nothing was written",
            path=path,
            remedy="Edit it by hand; the same key may stand in it more than once.",
        )
