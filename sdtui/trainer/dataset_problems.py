"""What the trainer would refuse in a dataset config, as sentences; and what a file is that is none."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from sdtui.trainer.dataset_keys import (
    EVERYTHING,
    Mode,
    Rules,
    Support,
    checked_as,
    dataset_rules,
    fallback,
    general_rules,
    mode_of,
    required_keys,
    subset_rules,
    table,
    tables,
)

_OTHER_TRAINERS = {
    "directory": "diffusion-pipe",
    "image_directory": "musubi-tuner",
    "video_directory": "musubi-tuner",
    "image_jsonl_file": "musubi-tuner",
    "video_jsonl_file": "musubi-tuner",
}

_TRAINING_KEYS = frozenset(
    {
        "pretrained_model_name_or_path",
        "mixed_precision",
        "network_module",
        "network_dim",
        "learning_rate",
        "unet_lr",
        "optimizer_type",
        "train_batch_size",
        "output_name",
        "LoRA_type",
    }
)
"""Any of them shows the settings of a training: a file for ``--config_file``, or a preset of the kohya_ss GUI."""

_ONE_TRAINER_KEYS = frozenset({"training_method", "concept_file_name", "base_model_name"})
"""Each preset of OneTrainer has one of them (its training_presets)."""


def why_foreign(data: Mapping[str, Any]) -> str | None:
    """What a parsed file is instead of a dataset config of sd-scripts, a sentence; None where nothing gives it away."""
    keys = {str(key) for key in data} | {str(key) for value in data.values() for part in _parts(value) for key in part}
    for key, trainer in _OTHER_TRAINERS.items():
        if key in keys:
            return f"This is a dataset config of {trainer}, not of sd-scripts."
    if keys & _ONE_TRAINER_KEYS:
        return "This is a config of OneTrainer, not of sd-scripts."
    if "subsets" in data:
        return "This is a config of LoRA_Easy_Training_Scripts, which makes a dataset config of it for sd-scripts."
    if keys & _TRAINING_KEYS:
        return "These are settings of a training command (--config_file, or a preset), not a dataset config."
    return None


def is_concepts(found: Any) -> bool:
    """Whether parsed JSON is a list of OneTrainer's concepts (its modules/util/config/ConceptConfig.py)."""
    concepts = tables(found)
    return bool(concepts) and all("path" in one and ("image" in one or "text" in one) for one in concepts)


def _parts(value: Any) -> list[dict[str, Any]]:
    return tables(value) if isinstance(value, list) else [table(value)]


Place: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top of a config: ``("datasets", 0, "subsets", 1, "num_repeats")``."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that the trainer would stop at."""

    code: str
    """Short and stable: ``unknown-key``, ``wrong-type``, ..."""
    message: str
    """A sentence, which says where it is."""
    place: Place
    """What it is about; a key that is missing is named by the table that lacks it."""
    fix: str | None = None
    """What to do, a sentence; None where the message says it."""
    at_validation: bool = True
    """The trainer's validation refuses it; False where only its datasets stop later."""
    instead: str | None = None
    """The key that was surely meant by an unknown one."""
    value: Any = None
    """What was surely meant by a value of another type."""


def problems(
    data: Mapping[str, Any], support: Support = EVERYTHING, command_line: Mapping[str, Any] | None = None
) -> Iterator[ConfigProblem]:
    """What the trainer refuses in a parsed config (library/config_util.py, ConfigSanitizer)."""
    for key in data:
        if key not in ("general", "datasets"):
            yield _unknown(f"at the top of the file: {key!r}", key, ("general", "datasets"), (key,))
    general = data.get("general", {})
    if isinstance(general, dict):
        yield from _misfits("[general]", general, general_rules(support), ("general",))
    else:
        yield ConfigProblem("wrong-type", "[general] must be a table.", ("general",))
    datasets = data.get("datasets", [])
    if not isinstance(datasets, list):
        yield ConfigProblem("wrong-type", "datasets must be written as [[datasets]], with two brackets.", ("datasets",))
        return
    if not datasets:
        yield ConfigProblem(
            "no-datasets", "There is no [[datasets]] in it, so there is nothing to train on.", (), at_validation=False
        )
    for index, dataset in enumerate(datasets):
        if isinstance(dataset, dict):
            yield from _dataset_problems(index, dataset, table(general), support, command_line or {})
        else:
            message = f"[[datasets]] {index + 1} must be a table."
            yield ConfigProblem("wrong-type", message, ("datasets", index))


def _dataset_problems(
    number: int,
    dataset: Mapping[str, Any],
    general: Mapping[str, Any],
    support: Support,
    command_line: Mapping[str, Any],
) -> Iterator[ConfigProblem]:
    where, place = f"[[datasets]] {number + 1}", ("datasets", number)
    subsets = dataset.get("subsets", [])
    if not isinstance(subsets, list) or not all(isinstance(subset, dict) for subset in subsets):
        message = f"{where}: subsets must be written as [[datasets.subsets]], with two brackets."
        yield ConfigProblem("wrong-type", message, (*place, "subsets"))
        return
    mixed = _mixed(where, place, subsets)
    if mixed is not None:
        yield mixed
        return
    mode = checked_as(subsets, support)
    if not subsets:
        message = f"{where} has no [[datasets.subsets]], so there is nothing to train on."
        yield ConfigProblem("no-subsets", message, place, at_validation=False)
    elif mode_of(subsets) != mode:
        yield ConfigProblem("not-for-this-script", f"{where} {_why_not(mode_of(subsets), mode)}", place)
        return
    own = {key: value for key, value in dataset.items() if key != "subsets"}
    yield from _misfits(where, own, dataset_rules(mode, support), place)
    if fallback("resolution", dataset, general, command_line) is None:
        message = f"{where} has no resolution, and neither has [general]."
        fix = "Write resolution = 1024 for SDXL, or 512 for SD 1.5; or give --resolution on the command line."
        yield ConfigProblem("no-resolution", message, place, fix, at_validation=False)
    for index, subset in enumerate(subsets):
        there = (*place, "subsets", index)
        name = f"{where}, subset {index + 1}"
        yield from _misfits(name, subset, subset_rules(mode, support), there)
        for key in required_keys(mode):
            if key not in subset:
                yield ConfigProblem("lacks-required-key", f"{name} has no {key}.", there, f"Add {key} to it.")


def _mixed(where: str, place: Place, subsets: Sequence[Mapping[str, Any]]) -> ConfigProblem | None:
    for key in ("metadata_file", "conditioning_data_dir"):
        having = sum(key in subset for subset in subsets)
        if 0 < having < len(subsets):
            message = f"{where} mixes subsets with {key} and without; put them into two [[datasets]]."
            return ConfigProblem("mixed-subsets", message, place)
    return None


def _why_not(mode: Mode, wanted: Mode) -> str:
    if mode == "controlnet":
        return "has masks (conditioning_data_dir), which this script takes with --masked_loss only, if at all."
    if wanted == "controlnet":
        return "has no conditioning_data_dir, which this script needs in each subset."
    if mode == "finetuning":
        return "has metadata_file, which this script does not take."
    return "has no metadata_file, which this script needs in each subset."


def _misfits(where: str, table: Mapping[str, Any], rules: Rules, place: Place) -> Iterator[ConfigProblem]:
    for key, value in table.items():
        if key not in rules:
            yield _unknown(f"in {where}: {key!r}", key, tuple(rules), (*place, key))
        elif not rules[key][0](value):
            shown = json.dumps(value, ensure_ascii=False, default=str)
            right = _right_type(key, value, rules)
            yield ConfigProblem(
                "wrong-type",
                f"{where}: {key} must be {rules[key][1]}, not {shown}.",
                (*place, key),
                f"Write {key} = {json.dumps(right)}." if right is not None else None,
                value=right,
            )


def _right_type(key: str, value: Any, rules: Rules) -> Any:
    """The value as it was surely meant, where there is one."""
    meant: list[Any] = []
    if isinstance(value, str):
        meant = [{"true": True, "false": False}.get(value.strip().lower()), *_numbers(value)]
    elif isinstance(value, int) and not isinstance(value, bool):
        meant = [float(value), str(value)]
    elif isinstance(value, float) and value.is_integer():
        meant = [int(value)]
    return next((each for each in meant if each is not None and rules[key][0](each)), None)


def _numbers(text: str) -> Iterator[int | float]:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            yield kind(text)


def _unknown(where: str, key: str, known: Sequence[str], place: Place) -> ConfigProblem:
    if key in _OTHER_TRAINERS:
        message = f"Unknown key {where}; this looks like a config of {_OTHER_TRAINERS[key]}, not of sd-scripts."
        return ConfigProblem("other-trainer", message, place)
    close = get_close_matches(key, known, n=1, cutoff=0.75)
    if not close:
        return ConfigProblem("unknown-key", f"Unknown key {where}.", place, "Take it out.")
    message = f"Unknown key {where}. Did you mean {close[0]}?"
    return ConfigProblem("unknown-key", message, place, f"Write {close[0]} instead of {key}.", instead=close[0])
