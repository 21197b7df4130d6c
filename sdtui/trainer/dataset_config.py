"""A dataset config (TOML or JSON) as the trainer reads it: syntax, keys, fallbacks, and what it would refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import toml

from sdtui.base.errors import SyntaxProblem, UnreadableError
from sdtui.base.files import read_bytes
from sdtui.trainer.captions import with_dot
from sdtui.trainer.dataset_keys import DEFAULTS, EVERYTHING, Mode, Support, fallback, mode_of, table, tables
from sdtui.trainer.dataset_problems import ConfigProblem, is_concepts, problems


@dataclass(frozen=True, slots=True)
class SubsetSection:
    """One ``[[datasets.subsets]]``."""

    written: Mapping[str, Any]
    """Its own keys, as they stand in the file."""
    options: Mapping[str, Any]
    """All keys with fallbacks applied."""


@dataclass(frozen=True, slots=True)
class DatasetSection:
    """One ``[[datasets]]``."""

    mode: Mode
    written: Mapping[str, Any]
    options: Mapping[str, Any]
    """All keys with fallbacks applied; ``resolution`` as a pair or None."""
    subsets: tuple[SubsetSection, ...]


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """A dataset config that could be read; ``found`` is what the trainer would refuse in it."""

    path: Path
    data: Mapping[str, Any]
    datasets: tuple[DatasetSection, ...]
    found: tuple[ConfigProblem, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What the trainer would refuse, as sentences."""
        return tuple(problem.message for problem in self.found)


def load(path: Path, command_line: Mapping[str, Any] | None = None, support: Support = EVERYTHING) -> DatasetConfig:
    """Read a dataset config (library/config_util.py, load_user_config and BlueprintGenerator).

    ``command_line`` holds what the training command says by the config's names (``batch_size``, not
    ``train_batch_size``); the config wins over it. Raises UnreadableError, and SyntaxProblem where the file is no valid
    TOML or JSON.
    """
    return interpret(path, parse(path, read_bytes(path)), command_line, support)


def parse(path: Path, data: bytes) -> dict[str, Any]:
    """The bytes of a config as nested dicts, by the trainer's own parser. Raises SyntaxProblem and UnreadableError."""
    suffix = path.suffix.lower()
    if suffix not in (".toml", ".json"):
        raise UnreadableError("The trainer reads dataset configs ending in .toml and .json only", path=path)
    text = _decode(path, data)
    found = _parse_toml(path, text) if suffix == ".toml" else _parse_json(path, text)
    if is_concepts(found):
        what = "This is a list of concepts of OneTrainer, not a dataset config of sd-scripts"
        raise SyntaxProblem(what, path=path, line=1, column=1)
    if not isinstance(found, dict):
        raise SyntaxProblem("This is no dataset config: a table was expected", path=path, line=1, column=1)
    return found


def interpret(
    path: Path,
    data: Mapping[str, Any],
    command_line: Mapping[str, Any] | None = None,
    support: Support = EVERYTHING,
) -> DatasetConfig:
    """``load`` for a config that was parsed already."""
    general = table(data.get("general"))
    rest = (general, command_line or {})
    datasets = tuple(_dataset(section, rest) for section in tables(data.get("datasets")))
    return DatasetConfig(path, data, datasets, tuple(problems(data, support, command_line)))


def _dataset(section: Mapping[str, Any], rest: tuple[Mapping[str, Any], ...]) -> DatasetSection:
    subsets = tables(section.get("subsets"))
    options = {key: fallback(key, section, *rest) for key in DEFAULTS}
    options["resolution"] = _pair(options["resolution"])
    return DatasetSection(
        mode=mode_of(subsets),
        written={key: value for key, value in section.items() if key != "subsets"},
        options=options,
        subsets=tuple(SubsetSection(subset, _subset_options(subset, section, rest)) for subset in subsets),
    )


def _subset_options(
    subset: Mapping[str, Any], dataset: Mapping[str, Any], rest: tuple[Mapping[str, Any], ...]
) -> dict[str, Any]:
    options = {key: fallback(key, subset, dataset, *rest) for key in DEFAULTS if key != "resolution"}
    # Keys that only a subset may have do not fall back; what is written wrong above is among the problems.
    for key in ("image_dir", "metadata_file", "conditioning_data_dir"):
        value = subset.get(key)
        options[key] = value if isinstance(value, str) else None
    options["caption_extension"] = with_dot(options["caption_extension"])
    return options


def _pair(resolution: Any) -> tuple[int, int] | None:
    if resolution is None:
        return None
    if isinstance(resolution, int):
        return int(resolution), int(resolution)
    return int(resolution[0]), int(resolution[1])


def _decode(path: Path, data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise SyntaxProblem(
            "The file begins with a byte order mark, which the trainer's parser refuses",
            path=path,
            remedy='Save it as "UTF-8" instead of "UTF-8 with BOM".',
            line=1,
            column=1,
        )
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise SyntaxProblem(
            "The file is not UTF-8, which the trainer's parser needs",
            path=path,
            remedy='Save it as "UTF-8".',
            line=before.count(b"\n") + 1,
            column=len(before) - before.rfind(b"\n"),
        ) from error


def _parse_toml(path: Path, text: str) -> Any:
    try:
        return toml.loads(text)
    except toml.TomlDecodeError as error:
        raise SyntaxProblem(
            f"This is no valid TOML: {error.msg.rstrip('.')}",
            path=path,
            remedy="Mend that line; the trainer's parser stops at it too.",
            line=error.lineno,
            column=error.colno,
        ) from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # toml 0.10 lets its own mistakes through on hard input, without a place.
        raise SyntaxProblem(
            f"The trainer's TOML parser breaks on this file ({type(error).__name__}: {error})",
            path=path,
            remedy="Write it in plainer TOML.",
        ) from error


def _parse_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SyntaxProblem(
            f"This is no valid JSON: {error.msg}", path=path, line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise SyntaxProblem("This JSON is nested too deeply", path=path) from error
