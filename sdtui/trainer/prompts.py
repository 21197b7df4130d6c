"""Sample prompt files, read as the trainer reads them (library/train_util.py, load_prompts and line_to_prompt_dict)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import toml

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import read_bytes

_OPTIONS: tuple[tuple[str, str], ...] = (
    ("width", r"w (\d+)"),
    ("height", r"h (\d+)"),
    ("seed", r"d (\d+)"),
    ("steps", r"s (\d+)"),
    ("scale", r"l ([\d\.]+)"),
    ("guidance", r"g ([\d\.]+)"),
    ("negative", r"n (.+)"),
    ("sampler", r"ss (.+)"),
    ("other", r"(?:cn|ctr|rcfg|fs) (.+)"),
)
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class SamplePrompt:
    """One picture to be made. None: the trainer's default (512 x 512 px, 30 steps, scale 7.5, a random seed)."""

    index: int
    """What stands in the picture's file name."""
    prompt: str
    negative: str | None = None
    width: int | None = None
    height: int | None = None
    seed: int | None = None
    steps: int | None = None
    scale: float | None = None
    guidance: float | None = None
    """``--g``: the guidance of FLUX and SD3; SD and SDXL look at ``--l`` only."""
    sampler: str | None = None
    unknown: tuple[str, ...] = field(default=())
    """Parts that begin like an option and that the trainer drops, with their text."""
    line: int | None = None
    """Line of a .txt file, counted from 1."""


def read_prompts(path: Path) -> tuple[SamplePrompt, ...]:
    """The prompts of a .txt, .toml or .json file. Raises UnreadableError, SyntaxProblem."""
    text = _decoded(read_bytes(path), path)
    if path.name.endswith(".txt"):
        return tuple(_from_lines(text, path))
    if path.name.endswith(".toml"):
        tables = _toml_prompts(text, path)
    elif path.name.endswith(".json"):
        tables = _json_prompts(text, path)
    else:
        raise SyntaxProblem("The trainer reads sample prompts from .txt, .toml and .json files only", path=path)
    return tuple(_with_usable_seed(_from_table(table, index, path), path) for index, table in enumerate(tables))


def _from_lines(text: str, path: Path) -> Iterator[SamplePrompt]:
    index = 0
    for number, line in enumerate(_LINE_END.split(text), start=1):
        # A line that is blank or begins with # is no prompt; a # behind a blank is part of one.
        if line.strip() and not line.startswith("#"):
            prompt = replace(parse_prompt(line.strip(), index), line=number)
            yield _with_usable_seed(prompt, path, number)
            index += 1


def _with_usable_seed(prompt: SamplePrompt, path: Path, line: int | None = None) -> SamplePrompt:
    """``prompt``, unless torch.manual_seed would end the run at its first sample. Raises SyntaxProblem."""
    if prompt.seed is not None and not -(2**63) <= prompt.seed < 2**64:
        raise SyntaxProblem(
            f"The seed of sample prompt {prompt.index + 1} has over 64 bits, and the trainer would stop at it",
            path=path,
            line=line,
            remedy=f"The largest is {2**64 - 1}.",
        )
    return prompt


def parse_prompt(line: str, index: int = 0) -> SamplePrompt:
    """One line of a prompt file. Each part between ``--`` is looked at, the prompt itself too."""
    parts = line.split(" --")
    found: dict[str, Any] = {}
    unknown = []
    for position, part in enumerate(parts):
        name = _take_option(part, found)
        if name is None and position > 0:
            unknown.append(part)
    return SamplePrompt(
        index=index,
        prompt=parts[0],
        negative=found.get("negative"),
        width=found.get("width"),
        height=found.get("height"),
        seed=found.get("seed"),
        steps=found.get("steps"),
        scale=found.get("scale"),
        guidance=found.get("guidance"),
        sampler=found.get("sampler"),
        unknown=tuple(unknown),
    )


def _take_option(part: str, found: dict[str, Any]) -> str | None:
    for name, pattern in _OPTIONS:
        if match := re.match(pattern, part, re.IGNORECASE):
            value = _converted(name, match.group(1))
            if value is not None:
                found[name] = value
            return name
    return None


def _converted(name: str, text: str) -> int | float | str | None:
    if name in ("negative", "sampler", "other"):
        return text
    try:
        if name in ("scale", "guidance"):
            return float(text)
        number = int(text)
    except ValueError:
        return None
    return max(1, min(1000, number)) if name == "steps" else number


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SyntaxProblem("The sample prompts are not UTF-8", path=path, remedy="Save the file as UTF-8.") from error


def _toml_prompts(text: str, path: Path) -> list[Any]:
    try:
        base = toml.loads(text).get("prompt", {})
    except (toml.TomlDecodeError, IndexError, ValueError) as error:
        raise SyntaxProblem(
            f"The sample prompts are not valid TOML ({error})", path=path, line=getattr(error, "lineno", None)
        ) from error
    if not isinstance(base, dict):
        raise SyntaxProblem("The sample prompts have no table [prompt]", path=path)
    shared = {key: value for key, value in base.items() if key != "subset"}
    subsets = base.get("subset")
    if not isinstance(subsets, list) or not subsets:
        raise SyntaxProblem("The sample prompts have no [[prompt.subset]]", path=path)
    for subset in subsets:
        if twice := sorted(set(shared) & set(subset)):
            raise SyntaxProblem(
                f"{twice[0]} stands in [prompt] and in a [[prompt.subset]], which the trainer refuses", path=path
            )
    return [{**shared, **subset} for subset in subsets]


def _json_prompts(text: str, path: Path) -> list[Any]:
    try:
        prompts = json.loads(text)
    except ValueError as error:
        raise SyntaxProblem(
            "The sample prompts are not valid JSON", path=path, line=getattr(error, "lineno", None)
        ) from error
    if not isinstance(prompts, list):
        raise SyntaxProblem("The sample prompts are no list", path=path)
    return prompts


def _from_table(table: Any, index: int, path: Path) -> SamplePrompt:
    if isinstance(table, str):
        return parse_prompt(table, index)
    if not isinstance(table, dict):
        raise SyntaxProblem(f"Sample prompt {index} is neither text nor a table", path=path)
    return SamplePrompt(
        index=index,
        prompt=str(table.get("prompt") or ""),
        negative=_text(table.get("negative_prompt")),
        width=_whole(table, "width", index, path),
        height=_whole(table, "height", index, path),
        seed=_whole(table, "seed", index, path),
        steps=_whole(table, "sample_steps", index, path),
        scale=_number(table, "scale", index, path),
        guidance=_number(table, "guidance_scale", index, path),
        sampler=_text(table.get("sample_sampler")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _whole(table: dict[str, Any], key: str, index: int, path: Path) -> int | None:
    value = table.get(key)
    if (value is None and (key == "seed" or key not in table)) or type(value) is int:
        return value
    raise _wrong(key, "a whole number", index, path)


def _number(table: dict[str, Any], key: str, index: int, path: Path) -> float | None:
    value = table.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if key not in table:
        return None
    raise _wrong(key, "a number", index, path)


def _wrong(key: str, kind: str, index: int, path: Path) -> SyntaxProblem:
    return SyntaxProblem(
        f"{key} of sample prompt {index + 1} is not {kind}, and the trainer would stop at its first sample", path=path
    )
