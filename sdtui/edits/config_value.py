"""Setting a key of a subset in a dataset config, or adding a subset to it, with every other byte kept."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.edits.toml_text import assignments
from sdtui.trainer.dataset_config import parse

Place = tuple[int, int]
"""Index of a ``[[datasets]]``, and of a subset in it."""

_TOML_LINE = re.compile(r"""^([ \t]*)["']?(?:image_dir|metadata_file)["']?[ \t]*=.*?(\r?\n|\Z)""", re.MULTILINE)
_SUBSET_HEADER = re.compile(r"^([ \t]*)\[\[[ \t]*datasets[ \t]*\.[ \t]*subsets[ \t]*\]\]", re.MULTILINE)
_TOML_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_SAID_OF_NEXT = re.compile(r"(?:^[ \t]*(?:#.*)?\r?\n)+\Z", re.MULTILINE)
"""Comments and empty lines right before a header: they are about what it begins."""
_OBJECT = re.compile(r"\{(\s*)")


def with_repeats(path: Path, data: bytes, repeats: Mapping[Place, int]) -> bytes:
    """``data``, the bytes of the config ``path``, with ``num_repeats`` set on these subsets; see ``with_value``."""
    return with_value(path, data, "num_repeats", repeats)


def with_value(path: Path, data: bytes, key: str, values: Mapping[Place, int | bool]) -> bytes:
    """``data``, the bytes of the config ``path``, with ``key`` set on these subsets.

    Whatever place an edit is tried at, it counts only if the trainer's own parser then reads the one new value and
    nothing else changed; so comments, order, spacing and line ends stay, also in files that other TOML libraries would
    refuse. Raises SyntaxProblem where the config cannot be parsed, WriteError where no such edit was found.
    """
    now = parse(path, data)
    text = data.decode("utf-8")
    for (dataset, position), value in values.items():
        wanted = copy.deepcopy(now)
        subset = wanted["datasets"][dataset]["subsets"][position]
        written = json.dumps(value)
        edits = _replaced(text, key, written) if key in subset else _inserted(path, text, key, written)
        subset[key] = value
        text, now = _first_that_reads(path, edits, wanted, f"The place of {key} in this config was not found", key)
    return text.encode("utf-8")


def with_subset(path: Path, data: bytes, dataset: int, keys: Mapping[str, Any]) -> bytes:
    """``data``, the bytes of the config ``path``, with one more subset at the end of a ``[[datasets]]``.

    Proved as ``with_value`` is. Raises SyntaxProblem, WriteError, and ValueError for a value that no spelling brings
    through the trainer's parser.
    """
    wanted = copy.deepcopy(parse(path, data))
    wanted["datasets"][dataset].setdefault("subsets", []).append(dict(keys))
    text = data.decode("utf-8")
    edits = _added_json(text, keys) if path.suffix.lower() == ".json" else _added_toml(text, keys)
    what = "The place for another subset in this config was not found"
    return _first_that_reads(path, edits, wanted, what, "the subset")[0].encode("utf-8")


def _first_that_reads(
    path: Path, edits: Iterator[str], wanted: dict[str, Any], otherwise: str, thing: str
) -> tuple[str, dict[str, Any]]:
    for edited in edits:
        if _read(path, edited) == wanted:
            return edited, wanted
    raise WriteError(otherwise, path=path, remedy=f"Write {thing} into it in an editor; sdtui shows it at once.")


def _read(path: Path, text: str) -> dict[str, Any] | None:
    try:
        return parse(path, text.encode("utf-8"))
    except UnreadableError:
        return None


def _replaced(text: str, key: str, value: str) -> Iterator[str]:
    pattern = re.compile(rf"""(\b{re.escape(key)}["']?[ \t]*[=:]\s*)([^\s#,}}\]]+)""")
    for match in pattern.finditer(text):
        yield f"{text[: match.start(2)]}{value}{text[match.end(2) :]}"


def _inserted(path: Path, text: str, key: str, value: str) -> Iterator[str]:
    if path.suffix.lower() == ".json":
        for match in _OBJECT.finditer(text):
            gap = match.group(1) or " "
            yield f'{text[: match.end()]}"{key}": {value},{gap}{text[match.end() :]}'
        return
    newline = _newline(text)
    for match in _TOML_LINE.finditer(text):
        line = f"{match.group(1)}{key} = {value}"
        before = "" if match.group(2) else newline
        yield f"{text[: match.end()]}{before}{line}{match.group(2)}{text[match.end() :]}"
    # Tables written on one line: { image_dir = "..." }
    for match in re.finditer(r"\{[ \t]*", text):
        yield f"{text[: match.end()]}{key} = {value}, {text[match.end() :]}"


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
