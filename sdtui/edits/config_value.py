"""Setting ``num_repeats`` of a subset in a dataset config, with every other byte kept."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.trainer.dataset_config import parse

Place = tuple[int, int]
"""Index of a ``[[datasets]]``, and of a subset in it."""

_VALUE = re.compile(r"""(num_repeats["']?[ \t]*[=:]\s*)([^\s#,}\]]+)""")
_TOML_LINE = re.compile(r"""^([ \t]*)["']?(?:image_dir|metadata_file)["']?[ \t]*=.*?(\r?\n|\Z)""", re.MULTILINE)
_OBJECT = re.compile(r"\{(\s*)")


def with_repeats(path: Path, data: bytes, repeats: Mapping[Place, int]) -> bytes:
    """``data``, the bytes of the config ``path``, with ``num_repeats`` set on these subsets.

    Whatever place an edit is tried at, it counts only if the trainer's own parser then reads the one new value and
    nothing else changed; so comments, order, spacing and line ends stay, also in files that other TOML libraries would
    refuse. Raises SyntaxProblem where the config cannot be parsed, WriteError where no such edit was found.
    """
    now = parse(path, data)
    text = data.decode("utf-8")
    for (dataset, position), number in repeats.items():
        wanted = copy.deepcopy(now)
        subset = wanted["datasets"][dataset]["subsets"][position]
        edits = _replaced(text, number) if "num_repeats" in subset else _inserted(path, text, number)
        subset["num_repeats"] = number
        for edited in edits:
            if _read(path, edited) == wanted:
                text, now = edited, wanted
                break
        else:
            remedy = "Change num_repeats in an editor; sdtui shows it at once."
            raise WriteError("The place of num_repeats in this config was not found", path=path, remedy=remedy)
    return text.encode("utf-8")


def _read(path: Path, text: str) -> dict[str, Any] | None:
    try:
        return parse(path, text.encode("utf-8"))
    except UnreadableError:
        return None


def _replaced(text: str, number: int) -> Iterator[str]:
    for match in _VALUE.finditer(text):
        yield f"{text[: match.start(2)]}{number}{text[match.end(2) :]}"


def _inserted(path: Path, text: str, number: int) -> Iterator[str]:
    if path.suffix.lower() == ".json":
        for match in _OBJECT.finditer(text):
            gap = match.group(1) or " "
            yield f'{text[: match.end()]}"num_repeats": {number},{gap}{text[match.end() :]}'
        return
    newline = "\r\n" if "\r\n" in text else "\n"
    for match in _TOML_LINE.finditer(text):
        line = f"{match.group(1)}num_repeats = {number}"
        before = "" if match.group(2) else newline
        yield f"{text[: match.end()]}{before}{line}{match.group(2)}{text[match.end() :]}"
    # Tables written on one line: { image_dir = "..." }
    for match in re.finditer(r"\{[ \t]*", text):
        yield f"{text[: match.end()]}num_repeats = {number}, {text[match.end() :]}"
