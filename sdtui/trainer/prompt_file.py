"""A prompt file as rows, with where each stands in it (library/train_util.py, load_prompts)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import toml

from sdtui.base.errors import SyntaxProblem
from sdtui.trainer.config_spans import Place, Span, json_spans, line_of, toml_spans
from sdtui.trainer.prompt_lines import line_values

BOM = "\ufeff"
SUFFIXES = (".txt", ".toml", ".json")
SUBSETS = ("prompt", "subset")
"""Where a TOML file has its prompts: ``[[prompt.subset]]``."""
_LINE = re.compile(r"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One picture to be made, as it is written."""

    values: Mapping[str, Any]
    """What the trainer's dictionary holds: ``prompt``, ``negative_prompt``, ``width``, ..."""
    line: int
    """Where it begins in the file, counted from 1."""
    start: int
    """Offset in the file's text of the first character of the line, table or value."""
    stop: int
    text: str | None = None
    """The line, where it is written as one; None for a table."""


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt file that the trainer's reader takes, or one without any prompt yet."""

    path: Path
    text: str
    rows: tuple[PromptRow, ...]
    shared: Mapping[str, Any] = field(default_factory=dict)
    """What stands in ``[prompt]`` of a TOML file, for all rows together."""
    problem: str | None = None
    """Why the trainer would stop at it though it can be written on: nothing stands in it yet."""

    @property
    def data(self) -> bytes:
        """The bytes that it was read from."""
        return self.text.encode("utf-8")

    @property
    def kind(self) -> str:
        """``txt``, ``toml`` or ``json``."""
        return self.path.name.rpartition(".")[2]

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"


def parse_prompt_file(path: Path, data: bytes) -> PromptFile:
    """``data``, the bytes of the prompt file ``path``.

    Raises SyntaxProblem where the trainer's reader would stop; a file without any prompt is one with no rows. What the
    values of a row would do to the run is not judged here (see ``checks.prompts``).
    """
    text = _decoded(data, path)
    if not path.name.endswith(SUFFIXES):
        raise SyntaxProblem("The trainer reads sample prompts from .txt, .toml and .json files only", path=path)
    if path.name.endswith(".txt"):
        return PromptFile(path, text, tuple(_line_rows(text)))
    if text.startswith(BOM):
        raise SyntaxProblem(
            "The sample prompts begin with a byte order mark, which the trainer's parser refuses",
            path=path,
            remedy='Save the file as "UTF-8" instead of "UTF-8 with BOM".',
            line=1,
        )
    if path.name.endswith(".json"):
        problem = None if text.strip() else "There is no list of sample prompts in this file"
        return PromptFile(path, text, tuple(_json_rows(text, path)) if problem is None else (), {}, problem)
    base = _toml_base(text, path)
    problem = None if "subset" in base else "The sample prompts have no [[prompt.subset]]"
    shared = {key: value for key, value in base.items() if key != "subset"}
    return PromptFile(path, text, tuple(_toml_rows(base, shared, text, path)), shared, problem)


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SyntaxProblem(
            "The sample prompts are not UTF-8",
            path=path,
            remedy="Save the file as UTF-8.",
            line=data.count(b"\n", 0, error.start) + 1,
        ) from error


def _line_rows(text: str) -> Iterator[PromptRow]:
    """A line that is blank or begins with # is no prompt; a # behind a blank is part of one."""
    number, counted = 1, 0
    for match in _LINE.finditer(text):
        number += _line_ends(text, counted, match.start())
        counted = match.start()
        line = match.group()
        stripped = line.strip()
        if stripped and not line.startswith("#"):
            start = match.start() + len(line) - len(line.lstrip())
            yield PromptRow(line_values(stripped), number, start, start + len(stripped), stripped)


def _line_ends(text: str, start: int, stop: int) -> int:
    r"""How many of ``\r\n``, ``\n`` and ``\r`` stand there; each ends a line where Python reads text."""
    both = text.count("\r\n", start, stop)
    return text.count("\n", start, stop) + text.count("\r", start, stop) - both


def _toml_base(text: str, path: Path) -> dict[str, Any]:
    """The table ``[prompt]``."""
    base = _toml(text, path).get("prompt", {})
    if not isinstance(base, dict):
        raise SyntaxProblem("The sample prompts have no table [prompt]", path=path)
    subsets = base.get("subset", [])
    if not isinstance(subsets, list) or not all(isinstance(subset, dict) for subset in subsets):
        raise SyntaxProblem("The sample prompts have no [[prompt.subset]]", path=path)
    return base


def _toml_rows(base: dict[str, Any], shared: dict[str, Any], text: str, path: Path) -> Iterator[PromptRow]:
    spans = toml_spans(text)
    for index, subset in enumerate(base.get("subset", [])):
        start, stop = _table_span(spans, (*SUBSETS, index))
        line = line_of(text, start)
        if twice := sorted(set(base) & set(subset)):
            raise SyntaxProblem(
                f"{twice[0]} stands in [prompt] and in a [[prompt.subset]], which the trainer refuses",
                path=path,
                line=line,
            )
        yield PromptRow({**shared, **subset}, line, start, stop)


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        # As Python gives it to the trainer, which opens the file as text.
        return toml.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # toml 0.10 lets its own mistakes through on hard input, without a place.
        raise SyntaxProblem(
            f"The sample prompts are not valid TOML ({error})", path=path, line=getattr(error, "lineno", None)
        ) from error


def _table_span(spans: Mapping[Place, Span], place: Place) -> tuple[int, int]:
    """From the header of a table, or the brace that it begins with, to the end of its last value."""
    own = spans.get(place)
    if own is None:
        return 0, 0
    inside = [span for other, span in spans.items() if other[: len(place)] == place]
    return own.start, own.stop if own.inline else max(span.stop for span in inside)


def _json_rows(text: str, path: Path) -> Iterator[PromptRow]:
    try:
        prompts = json.loads(text)
        spans = json_spans(text)
    except (ValueError, RecursionError) as error:
        raise SyntaxProblem(
            "The sample prompts are not valid JSON", path=path, line=getattr(error, "lineno", None)
        ) from error
    if not isinstance(prompts, list):
        raise SyntaxProblem("The sample prompts are no list", path=path, line=1)
    for index, prompt in enumerate(prompts):
        span = spans[(index,)]
        line = line_of(text, span.start)
        if isinstance(prompt, str):
            yield PromptRow(line_values(prompt), line, span.start, span.stop, prompt)
        elif isinstance(prompt, dict):
            values = {key: value for key, value in prompt.items() if key != "subset"}
            yield PromptRow(values, line, span.start, span.stop)
        else:
            raise SyntaxProblem(f"Sample prompt {index} is neither text nor a table", path=path, line=line)
