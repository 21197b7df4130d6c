"""What a training command says about the dataset and its steps, from the words of that command."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sdtui.base.errors import UsageError
from sdtui.trainer.dataset_keys import SUBSET_KEYS

DEFAULT_STEPS = 1600
"""``--max_train_steps`` where a command says nothing (library/train_util.py, add_training_arguments)."""

_NAMES = {"train_batch_size": "batch_size", "dataset_repeats": "num_repeats"}
"""Arguments that the config calls otherwise (config_util.py, ARGPARSE_OPTNAME_TO_CONFIG_OPTNAME)."""


@dataclass(frozen=True, slots=True)
class DatasetArguments:
    """The part of a training command that decides about entries, buckets and steps."""

    config: Mapping[str, Any]
    """By the config's names; what the config leaves open falls back to it."""
    epochs: int | None = None
    """``--max_train_epochs``, which wins over steps."""
    steps: int = DEFAULT_STEPS
    accumulation: int = 1
    masked_loss: bool = False


def read_arguments(words: Sequence[str]) -> DatasetArguments:
    """The words after the script's name; what is about other things is passed over.

    Raises UsageError where a value is no number, or a resolution neither one nor two.
    """
    given, _ = _parser().parse_known_args(list(words))
    values = {key: value for key, value in vars(given).items() if value is not None}
    return DatasetArguments(
        config={
            _NAMES.get(key, key): value
            for key, value in values.items()
            if key not in ("max_train_epochs", "max_train_steps", "gradient_accumulation_steps", "masked_loss")
        },
        epochs=values.get("max_train_epochs"),
        steps=values.get("max_train_steps", DEFAULT_STEPS),
        accumulation=values.get("gradient_accumulation_steps", 1),
        masked_loss=bool(values.get("masked_loss")),
    )


def read_resolution(text: str) -> tuple[int, int]:
    """``512`` or ``832,1216`` (library/train_util.py, prepare_dataset_args). Raises ValueError."""
    sides = [int(part) for part in text.split(",")]
    if len(sides) > 2 or min(sides) < 1:
        raise ValueError(text)
    return sides[0], sides[-1]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"The trainer's arguments were not understood: {message}")


def _parser() -> _Parser:
    # Abbreviations as argparse takes them would depend on all of a script's arguments.
    parser = _Parser(add_help=False, allow_abbrev=False)
    numbers = (
        *("train_batch_size", "dataset_repeats", "min_bucket_reso", "max_bucket_reso", "bucket_reso_steps"),
        *("max_train_epochs", "max_train_steps", "gradient_accumulation_steps", "validation_seed", "keep_tokens"),
        "token_warmup_min",
    )
    for name in numbers:
        parser.add_argument(f"--{name}", type=int)
    for name in ("validation_split", "token_warmup_step", "caption_dropout_rate", "caption_tag_dropout_rate"):
        parser.add_argument(f"--{name}", type=float)
    switches = ("enable_bucket", "bucket_no_upscale", "masked_loss", "cache_info")
    flags = [key for key, (_, kind) in SUBSET_KEYS.items() if kind == "true or false"]
    for name in (*switches, *flags):
        parser.add_argument(f"--{name}", action="store_true", default=None)
    for name in ("caption_extension", "caption_prefix", "caption_suffix", "caption_separator", "secondary_separator"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--resolution", type=read_resolution)
    return parser
