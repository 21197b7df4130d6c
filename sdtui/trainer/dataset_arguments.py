"""What a training command says about the dataset and its steps, from the words of that command."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sdtui.base.errors import UsageError
from sdtui.trainer.arguments import script_arguments
from sdtui.trainer.dataset_keys import SUBSET_KEYS
from sdtui.trainer.fields import Field

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
    unknown: tuple[str, ...] = ()
    """Words that are none of the script's arguments: it stops at them."""
    config_file: str | None = None
    """``--config_file``, whose settings nobody has read here."""


def read_arguments(words: Sequence[str], script: str | None = None) -> DatasetArguments:
    """The words after the name of ``script``, such as ``train_network.py``; what is about other things is passed over.

    Without a script whose arguments are known, whatever is not about the dataset is. Raises UsageError where a value
    is no number, or a resolution neither one nor two, and for what argparse itself refuses.
    """
    known = script_arguments(script) if script is not None else {}
    given, unknown = _parser(known).parse_known_args(list(words))
    values = {key: value for key, value in vars(given).items() if value is not None and key in _OURS}
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
        unknown=tuple(unknown) if known else (),
        config_file=getattr(given, "config_file", None),
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


def _parser(known: Mapping[str, Field]) -> _Parser:
    """``known``: all arguments of the script, so that abbreviations mean what they do there; empty: ours alone."""
    parser = _Parser(add_help=False, allow_abbrev=bool(known))
    for name in known or _OURS:
        field = known.get(name)
        if name in _OURS:
            parser.add_argument(f"--{name}", **_OURS[name])
        elif field is not None and field.kind == "flag":
            parser.add_argument(f"--{name}", action="store_true")
        elif field is not None:
            parser.add_argument(f"--{name}", nargs="*" if field.kind == "words" else None)
    return parser


def _ours() -> dict[str, dict[str, Any]]:
    """What decides about entries, buckets and steps, as argparse takes it."""
    numbers = (
        *("train_batch_size", "dataset_repeats", "min_bucket_reso", "max_bucket_reso", "bucket_reso_steps"),
        *("max_train_epochs", "max_train_steps", "gradient_accumulation_steps", "validation_seed", "keep_tokens"),
        "token_warmup_min",
    )
    parts = ("validation_split", "token_warmup_step", "caption_dropout_rate", "caption_tag_dropout_rate")
    switches = ("enable_bucket", "bucket_no_upscale", "masked_loss", "cache_info")
    flags = [key for key, (_, kind) in SUBSET_KEYS.items() if kind == "true or false"]
    texts = ("caption_extension", "caption_prefix", "caption_suffix", "caption_separator", "secondary_separator")
    return {
        **{name: {"type": int} for name in numbers},
        **{name: {"type": float} for name in parts},
        **{name: {"action": "store_true", "default": None} for name in (*switches, *flags)},
        **{name: {} for name in texts},
        "resolution": {"type": read_resolution},
    }


_OURS = _ours()
