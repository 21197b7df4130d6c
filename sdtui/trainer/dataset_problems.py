"""What the trainer would refuse in a dataset config, as sentences; and what a file is that is none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sdtui.trainer.dataset_keys import (
    EVERYTHING,
    Mode,
    Rules,
    Support,
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


def why_foreign(data: Mapping[str, Any]) -> str | None:
    """What a parsed file is instead of a dataset config of sd-scripts, a sentence; None where nothing gives it away."""
    keys = {str(key) for key in data} | {str(key) for value in data.values() for part in _parts(value) for key in part}
    for key, trainer in _OTHER_TRAINERS.items():
        if key in keys:
            return f"This is a dataset config of {trainer}, not of sd-scripts."
    if "subsets" in data:
        return "This is a config of LoRA_Easy_Training_Scripts, which makes a dataset config of it for sd-scripts."
    if keys & _TRAINING_KEYS:
        return "These are settings of a training command (--config_file, or a preset), not a dataset config."
    return None


def _parts(value: Any) -> list[dict[str, Any]]:
    return tables(value) if isinstance(value, list) else [table(value)]


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
            yield from _dataset_problems(where, dataset, table(general), support, command_line or {})
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
    if fallback("resolution", dataset, general, command_line) is None:
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
