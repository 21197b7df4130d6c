"""TOML files of LoRA_Easy_Training_Scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdtui.trainer.settings_import.found import Found

_SIDES = ("down_lr_weight", "up_lr_weight", "block_dims", "block_alphas", "conv_block_dims", "conv_block_alphas")
_FROM_DATASET = {"batch_size": "train_batch_size"}
_OWN_OPTIMIZERS = ("came", "compass", "lpfadamw", "rmsprop")
_DATASET = "It belongs into the dataset config: open the folders as a project, or set it there."


def is_lora_easy(data: Mapping[str, Any]) -> bool:
    """Whether ``data`` has the tables that this program writes."""
    groups = [value for value in data.values() if isinstance(value, dict)]
    return any(isinstance(group.get(part), dict) for group in groups for part in ("args", "dataset_args"))


def read_lora_easy(data: Mapping[str, Any]) -> Found:
    """Its arguments, as its backend hands them to the trainer (utils/validation.py, validate_args)."""
    found = Found("LoRA_Easy_Training_Scripts")
    for name, group in data.items():
        if name == "subsets" or not isinstance(group, dict):
            continue
        for key, value in group.get("args", {}).items():
            _take(found, key, value)
        for key, value in group.get("dataset_args", {}).items():
            found.arguments[_FROM_DATASET.get(key, key)] = value or None
        rest = {f"{name}.{key}": value for key, value in group.items() if key not in ("args", "dataset_args")}
        found.leave_all(rest, "LoRA_Easy_Training_Scripts hands args and dataset_args to the trainer only.")
    _subsets(found, data.get("subsets"))
    _settle(found)
    return found


def _take(found: Found, key: str, value: Any) -> None:
    if key == "fa":
        if value:
            found.arguments["network_module"] = "networks.lora_fa"
    elif key == "network_args" and isinstance(value, dict):
        found.arguments.setdefault("network_module", _module(value) or found.arguments.get("network_module"))
        found.arguments[key] = [_pair(name, one) for name, one in value.items() if (name, one) != ("preset", "")]
    elif key in ("optimizer_args", "lr_scheduler_args") and isinstance(value, dict):
        found.arguments[key] = [f"{name}={_literal(one)}" for name, one in value.items()]
    elif isinstance(value, str) and value.lower() in ("true", "false"):
        found.arguments[key] = value.lower() == "true"
    else:
        found.arguments[key] = value or None


def _module(options: Mapping[str, Any]) -> str | None:
    if "algo" in options:
        return "lycoris.kohya"
    return "networks.dylora" if "unit" in options else None


def _pair(name: str, value: Any) -> str:
    if name in _SIDES and isinstance(value, list):
        return f"{name}={','.join(str(one) for one in value)}"
    return f"{name}={value}"


def _literal(value: Any) -> str:
    return str(value).capitalize() if value in ("true", "false") else str(value)


def _subsets(found: Found, subsets: Any) -> None:
    for number, subset in enumerate(subsets if isinstance(subsets, list) else []):
        if isinstance(subset, dict):
            found.leave_all({f"subsets[{number}].{key}": value for key, value in subset.items()}, _DATASET)


def _settle(found: Found) -> None:
    arguments = found.arguments
    if arguments.pop("sdxl", None):
        found.script = "sdxl_train_network.py"
    elif "guidance_scale" in arguments:
        found.script = "flux_train_network.py"
    if not arguments.get("network_module"):
        flux = found.script == "flux_train_network.py"
        arguments["network_module"] = "networks.lora_flux" if flux else "networks.lora"
    ratio = arguments.pop("warmup_ratio", None)
    if ratio and arguments.get("lr_scheduler_type"):
        why = "Its own scheduler counts the warm-up in steps: set warmup_steps=N among lr_scheduler_args."
        found.leave("warmup_ratio", ratio, why)
    elif ratio:
        arguments["lr_warmup_steps"] = f"{float(ratio):g}"
    if str(arguments.get("optimizer_type", "")).lower() in _OWN_OPTIMIZERS:
        found.leave("optimizer_type", arguments.pop("optimizer_type"), "It comes with LoRA_Easy_Training_Scripts only.")
