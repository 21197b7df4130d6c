"""A dataset config (TOML or JSON) as the trainer reads it: syntax, keys, fallbacks, and what it would refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import toml

from sdtui.base.errors import SyntaxProblem, UnreadableError
from sdtui.base.files import read_bytes
from sdtui.trainer.captions import with_dot
from sdtui.trainer.dataset_keys import (
    DEFAULTS,
    EVERYTHING,
    Mode,
    Rules,
    Support,
    dataset_rules,
    general_rules,
    required_keys,
    subset_rules,
)

_OTHER_TRAINERS = {
    "directory": "diffusion-pipe",
    "image_directory": "musubi-tuner",
    "video_directory": "musubi-tuner",
    "image_jsonl_file": "musubi-tuner",
    "video_jsonl_file": "musubi-tuner",
}


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
    """A dataset config that could be read; ``problems`` says what the trainer would refuse in it."""

    path: Path
    data: Mapping[str, Any]
    datasets: tuple[DatasetSection, ...]
    problems: tuple[str, ...]


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
    general = _table(data.get("general"))
    rest = (general, command_line or {})
    datasets = tuple(_dataset(section, rest) for section in _tables(data.get("datasets")))
    return DatasetConfig(path, data, datasets, tuple(problems(data, support, command_line)))


def mode_of(subsets: Sequence[Mapping[str, Any]]) -> Mode:
    """What a dataset of these subsets is to the trainer (library/config_util.py, BlueprintGenerator.generate)."""
    if subsets and all("conditioning_data_dir" in subset for subset in subsets):
        return "controlnet"
    return "finetuning" if any("metadata_file" in subset for subset in subsets) else "dreambooth"


def why_foreign(data: Mapping[str, Any]) -> str | None:
    """What a parsed file is instead of a dataset config of sd-scripts, a sentence; None where nothing gives it away."""
    keys = set(data) | {key for table in data.values() for part in _parts(table) for key in part}
    for key, trainer in _OTHER_TRAINERS.items():
        if key in keys:
            return f"This is a dataset config of {trainer}, not of sd-scripts."
    if "pretrained_model_name_or_path" in keys:
        return "These are settings of a training command (--config_file, or a preset), not a dataset config."
    return None


def _parts(value: Any) -> list[dict[str, Any]]:
    return _tables(value) if isinstance(value, list) else [_table(value)]


def problems(
    data: Mapping[str, Any], support: Support = EVERYTHING, command_line: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """Sentences: what the trainer's validation refuses in a parsed config (library/config_util.py, ConfigSanitizer)."""
    for key in data:
        if key not in ("general", "datasets"):
            yield _unknown(f"at the top of the file: {key!r}", key, ("general", "datasets"))
    general = data.get("general", {})
    if isinstance(general, dict):
        yield from _misfits("[general]", general, general_rules(support))
    else:
        yield "[general] must be a table."
    datasets = data.get("datasets", [])
    if not isinstance(datasets, list):
        yield "datasets must be written as [[datasets]], with two brackets."
        return
    if not datasets:
        yield "There is no [[datasets]] in it, so there is nothing to train on."
    for index, dataset in enumerate(datasets):
        where = f"[[datasets]] {index + 1}"
        if isinstance(dataset, dict):
            yield from _dataset_problems(where, dataset, _table(general), support, command_line or {})
        else:
            yield f"{where} must be a table."


def _dataset_problems(
    where: str,
    dataset: Mapping[str, Any],
    general: Mapping[str, Any],
    support: Support,
    command_line: Mapping[str, Any],
) -> Iterator[str]:
    subsets = dataset.get("subsets", [])
    if not isinstance(subsets, list) or not all(isinstance(subset, dict) for subset in subsets):
        yield f"{where}: subsets must be written as [[datasets.subsets]], with two brackets."
        return
    mode = mode_of(subsets)
    with_metadata = sum("metadata_file" in subset for subset in subsets)
    if mode == "finetuning" and with_metadata < len(subsets):
        yield f"{where} mixes subsets with metadata_file and without; put them into two [[datasets]]."
        return
    masks = sum("conditioning_data_dir" in subset for subset in subsets)
    if 0 < masks < len(subsets):
        yield f"{where} mixes subsets with conditioning_data_dir and without; put them into two [[datasets]]."
        return
    if subsets:
        yield from _mode_problems(where, mode, support)
    else:
        yield f"{where} has no [[datasets.subsets]], so there is nothing to train on."
    own = {key: value for key, value in dataset.items() if key != "subsets"}
    yield from _misfits(where, own, dataset_rules(mode, support))
    if _fallback("resolution", dataset, general, command_line) is None:
        yield f"{where} has no resolution, and neither has [general]."
    for index, subset in enumerate(subsets):
        place = f"{where}, subset {index + 1}"
        yield from _misfits(place, subset, subset_rules(mode, support))
        yield from (f"{place} has no {key}." for key in required_keys(mode) if key not in subset)


def _mode_problems(where: str, mode: Mode, support: Support) -> Iterator[str]:
    if mode == "controlnet" and not support.masks:
        yield f"{where} has masks (conditioning_data_dir), which this script takes with --masked_loss only."
    if mode == "finetuning" and not support.finetuning:
        yield f"{where} has metadata_file, which this script does not take."
    if mode == "dreambooth" and not support.dreambooth:
        yield f"{where} has no metadata_file, which this script needs in each subset."


def _misfits(where: str, table: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    for key, value in table.items():
        if key not in rules:
            yield _unknown(f"in {where}: {key!r}", key, tuple(rules))
        elif not rules[key][0](value):
            yield f"{where}: {key} must be {rules[key][1]}, not {json.dumps(value, ensure_ascii=False, default=str)}."


def _unknown(place: str, key: str, known: Sequence[str]) -> str:
    if key in _OTHER_TRAINERS:
        return f"Unknown key {place}; this looks like a config of {_OTHER_TRAINERS[key]}, not of sd-scripts."
    close = get_close_matches(key, known, n=1, cutoff=0.75)
    return f"Unknown key {place}." + (f" Did you mean {close[0]}?" if close else "")


def _dataset(section: Mapping[str, Any], rest: tuple[Mapping[str, Any], ...]) -> DatasetSection:
    subsets = _tables(section.get("subsets"))
    options = {key: _fallback(key, section, *rest) for key in DEFAULTS}
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
    options = {key: _fallback(key, subset, dataset, *rest) for key in DEFAULTS if key != "resolution"}
    # Keys that only a subset may have do not fall back; what is written wrong above is among the problems.
    for key in ("image_dir", "metadata_file", "conditioning_data_dir"):
        value = subset.get(key)
        options[key] = value if isinstance(value, str) else None
    options["caption_extension"] = with_dot(options["caption_extension"])
    return options


def _fallback(key: str, *levels: Mapping[str, Any]) -> Any:
    """The first value that is of the right type and not None, else the default (BlueprintGenerator.search_value)."""
    rule = _RULES.get(key)
    for level in levels:
        value = level.get(key)
        if value is not None and (rule is None or rule[0](value)):
            return value
    return DEFAULTS.get(key)


_RULES: Rules = {**general_rules(), **subset_rules("dreambooth")}


def _pair(resolution: Any) -> tuple[int, int] | None:
    if resolution is None:
        return None
    if isinstance(resolution, int):
        return int(resolution), int(resolution)
    return int(resolution[0]), int(resolution[1])


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


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
