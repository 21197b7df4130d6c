"""The real arguments, read by the script's own parser, and then made safe for a rehearsal."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .orders import Orders, Report

_LEFT_OUT = (
    *("vae", "resume", "network_weights", "base_weights", "dim_from_weights", "controlnet_model_name_or_path"),
    *("weights", "initial_epoch", "initial_step", "skip_until_initial_step"),
    *("deepspeed", "torch_compile", "debug_dataset", "output_config"),
    *("huggingface_repo_id", "save_state_to_huggingface", "resume_from_huggingface", "async_upload"),
    *("log_config", "log_tracker_config", "wandb_api_key"),
)
"""Would load what does not fit a shrunken model, leave this machine, end the rehearsal, or last."""

_SAVING = (
    *("save_every_n_epochs", "save_every_n_steps", "save_n_epoch_ratio", "save_last_n_epochs", "save_last_n_steps"),
    *("save_last_n_epochs_state", "save_last_n_steps_state", "save_state", "save_state_on_train_end"),
)
"""The model is saved once, at the end, as it always is."""

_MOST = {"gradient_accumulation_steps": 2, "max_data_loader_n_workers": 2, "max_validation_steps": 2}
"""Larger numbers prove nothing more."""


def make_safe_when_parsed(change: Callable[[argparse.Namespace], None]) -> None:
    """Let ``change`` have whatever a parser of the trainer reads from the process's own command line.

    The script reads it once, and again with what stands in a ``--config_file`` (library/train_util.py,
    read_config_from_file).
    """
    parse = argparse.ArgumentParser.parse_args

    def parse_safely(parser: argparse.ArgumentParser, args: Any = None, namespace: Any = None) -> Any:
        parsed = parse(parser, args, namespace)
        if args is None and hasattr(parsed, "pretrained_model_name_or_path"):
            change(parsed)
        return parsed

    argparse.ArgumentParser.parse_args = parse_safely  # type: ignore[method-assign, assignment]


def make_safe(
    arguments: argparse.Namespace, orders: Orders, report: Report, model: Path, tokenizers: Path, *, samples: bool
) -> None:
    """Change ``arguments`` in place. What another version of the script does not have is not added.

    ``samples``: whether sample pictures can be made small enough to be made at all.
    """
    change = _Changes(vars(arguments))
    report.left_out = {key: _shown(value) for key, value in change.given(_LEFT_OUT) if key != "wandb_api_key"}
    for key in (*_LEFT_OUT, *_SAVING):
        change.unset(key)
    sampled = samples and change.any_of("sample_every_n_steps", "sample_every_n_epochs", "sample_at_first")
    scratch = orders.scratch
    change.set("pretrained_model_name_or_path", str(model))
    change.set("tokenizer_cache_dir", str(tokenizers))
    change.set("output_dir", str(scratch / "output"))
    change.set("logging_dir", str(scratch / "log"), only_if=bool)
    change.set("log_with", "tensorboard", only_if=lambda value: value in ("wandb", "all"))
    change.set("save_model_as", "safetensors", only_if=lambda value: value is None)
    change.set("max_train_steps", orders.steps)
    change.set("max_train_epochs", None)
    change.set("sample_every_n_steps", orders.steps if sampled else None)
    change.set("sample_every_n_epochs", None)
    change.set("sample_at_first", False)
    for cache in ("latents", "text_encoder_outputs"):
        if change.any_of(f"cache_{cache}_to_disk"):
            change.set(f"cache_{cache}", True)
            change.set(f"cache_{cache}_to_disk", False)
    for key, most in _MOST.items():
        change.limit(key, most)


class _Changes:
    """The values of a command line; only those that there are can be changed."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def given(self, keys: Iterable[str]) -> Iterable[tuple[str, Any]]:
        return [(key, self._values[key]) for key in keys if self._values.get(key)]

    def any_of(self, *keys: str) -> bool:
        return any(self._values.get(key) for key in keys)

    def set(self, key: str, value: Any, only_if: Callable[[Any], bool] = lambda _value: True) -> None:
        if key in self._values and only_if(self._values[key]):
            self._values[key] = value

    def limit(self, key: str, most: int) -> None:
        self.set(key, most, only_if=lambda value: isinstance(value, int) and value > most)

    def unset(self, key: str) -> None:
        self.set(key, False if isinstance(self._values.get(key), bool) else None)


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
