"""Setting a key of a subset in a dataset config, or adding a subset to it, with every other byte kept."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.edits.config_place import with_place
from sdtui.edits.toml_text import assignments
from sdtui.trainer.dataset_config import parse

Place = tuple[int, int]
"""Index of a ``[[datasets]]``, and of a subset in it."""

_SUBSET_HEADER = re.compile(r"^([ \t]*)\[\[[ \t]*datasets[ \t]*\.[ \t]*subsets[ \t]*\]\]", re.MULTILINE)
_TOML_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_SAID_OF_NEXT = re.compile(r"(?:^[ \t]*(?:#.*)?\r?\n)+\Z", re.MULTILINE)
"""Comments and empty lines right before a header: they are about what it begins."""


def with_value(path: Path, data: bytes, key: str, values: Mapping[Place, int | bool]) -> bytes:
    """``data``, the bytes of the config ``path``, with ``key`` set on these subsets. Raises as ``with_place``."""
    for (dataset, position), value in values.items():
        data = with_place(path, data, ("datasets", dataset, "subsets", position, key), value)
    return data


def with_subset(path: Path, data: bytes, dataset: int, keys: Mapping[str, Any]) -> bytes:
    """``data``, the bytes of the config ``path``, with one more subset at the end of a ``[[datasets]]``.

    Wherever an edit is tried, it counts only if the trainer's own parser then reads the one subset more and nothing
    else changed. Raises SyntaxProblem, WriteError, and ValueError for a value that no spelling brings through that
    parser.
    """
    wanted = copy.deepcopy(parse(path, data))
    wanted["datasets"][dataset].setdefault("subsets", []).append(dict(keys))
    text = data.decode("utf-8")
    for edited in _added_json(text, keys) if path.suffix.lower() == ".json" else _added_toml(text, keys):
        if _read(path, edited) == wanted:
            return edited.encode("utf-8")
    raise WriteError(
        "The place for another subset in this config was not found",
        path=path,
        remedy="Write it into the config in an editor; sdtui shows it at once.",
    )


def _read(path: Path, text: str) -> dict[str, Any] | None:
    try:
        return parse(path, text.encode("utf-8"))
    except UnreadableError:
        return None


def _added_toml(text: str, keys: Mapping[str, Any]) -> Iterator[str]:
    """A table of its own at the end of the file, or before the next table; else one in a list of tables."""
    newline = _newline(text)
    indent = next((match.group(1) for match in _SUBSET_HEADER.finditer(text)), "")
    lines = (f"{indent}[[datasets.subsets]]\n", *assignments(keys, indent))
    table = "".join(lines).replace("\n", newline)
    yield f"{text}{'' if text.endswith(newline) or not text else newline}{newline}{table}"
    for match in _TOML_HEADER.finditer(text):
        before = _SAID_OF_NEXT.sub("", text[: match.start()])
        yield f"{before}{newline}{table}{text[len(before) :]}"
    written = ", ".join(line.strip() for line in assignments(keys))
    for match in re.finditer(r"\}|(?<=\[)(?=\s*\])", text):
        comma = ", " if match.group() else ""
        yield f"{text[: match.end()]}{comma}{{ {written} }}{text[match.end() :]}"


def _added_json(text: str, keys: Mapping[str, Any]) -> Iterator[str]:
    written = json.dumps(keys, ensure_ascii=False)
    for match in re.finditer(r"(\s*)(\}|\[(?=\s*\]))", text):
        if match.group(2) == "[":
            yield f"{text[: match.end()]}{written}{text[match.end() :]}"
            continue
        # The object begins where its line does, as far as white space tells.
        gap = _gap_before_object(text, match.start(2))
        yield f"{text[: match.end()]},{gap}{written}{text[match.end() :]}"


def _gap_before_object(text: str, end: int) -> str:
    """The white space before the JSON object that ends at ``end``; a space where that cannot be told."""
    depth = 0
    for at in range(end, -1, -1):
        depth += (text[at] == "}") - (text[at] == "{")
        if depth == 0:
            before = text[:at]
            return before[len(before.rstrip(" \t\r\n")) :] or " "
    return " "


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
