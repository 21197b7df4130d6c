"""The command line of the rehearsal: sd-scripts' own arguments, so that the same command trains either."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sdtui.trainer.arguments import script_arguments

_SCRIPTS = ("train_network.py", "sdxl_train_network.py", "sdxl_train.py")
_BUCKETS = ("bucket_reso_steps", "min_bucket_reso", "max_bucket_reso")
_DATASET = ("resolution", "enable_bucket", "bucket_no_upscale", *_BUCKETS)
SCHEDULERS = ("constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "polynomial")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the rehearsal does something with, under sd-scripts' names."""

    dataset_config: str
    output_dir: str
    output_name: str | None
    logging_dir: str | None
    log_prefix: str | None
    log_with: str | None
    max_train_steps: int
    max_train_epochs: int | None
    train_batch_size: int
    gradient_accumulation_steps: int
    learning_rate: float
    unet_lr: float | None
    lr_scheduler: str
    lr_warmup_steps: float | None
    lr_scheduler_num_cycles: int
    lr_scheduler_power: float
    max_grad_norm: float
    mixed_precision: str
    seed: int | None
    max_token_length: int | None
    masked_loss: bool
    save_every_n_epochs: int | None
    save_every_n_steps: int | None
    save_precision: str | None
    save_state: bool
    save_state_on_train_end: bool
    resume: str | None
    sample_prompts: str | None
    sample_every_n_epochs: int | None
    sample_every_n_steps: int | None
    sample_at_first: bool
    training_comment: str | None
    metadata_title: str | None
    metadata_author: str | None
    metadata_description: str | None
    metadata_license: str | None
    metadata_tags: str | None
    dataset: Mapping[str, Any]
    """What the command says about the dataset, by the config's names: the config wins over it."""
    ignored: tuple[str, ...]
    """Arguments of sd-scripts that were given and that mean nothing here."""


def parse(words: Sequence[str] | None = None) -> Arguments:
    """The arguments of ``words``, by default of this process; exits with status 2 and a sentence on stderr."""
    parser = _parser()
    given = vars(parser.parse_args(words))
    own = {field.name: given[field.name] for field in fields(Arguments) if field.name in given}
    dataset = {key: given[key] for key in _DATASET if given[key] is not None}
    dataset["batch_size"] = given["train_batch_size"]
    ignored = [key for key, value in given.items() if value is not None and key not in own and key not in _DATASET]
    if own["lr_scheduler"] == "constant" and own["lr_warmup_steps"]:
        parser.error("lr_scheduler constant takes no warm-up; use constant_with_warmup")
    asked = own["sample_every_n_steps"] or own["sample_every_n_epochs"] or own["sample_at_first"]
    if asked and not own["sample_prompts"]:
        parser.error("samples are asked for, but sample_prompts names no file of prompts")
    if own["log_with"] and not own["logging_dir"]:
        parser.error("log_with needs logging_dir")
    return Arguments(**own, dataset=dataset, ignored=tuple(ignored))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sdtui.rehearsal",
        description="Train a tiny text-to-image model on a dataset config of sd-scripts, to see that everything works. "
        "Takes sd-scripts' arguments; those that mean nothing for a tiny model are named and ignored.",
    )
    _add_files(parser)
    _add_training(parser)
    _add_saving(parser)
    known = {action.dest for action in parser._actions}
    for script in _SCRIPTS:
        for key, field in script_arguments(script).items():
            if key not in known:
                known.add(key)
                _add_ignored(parser, key, field.kind)
    return parser


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset_config", required=True, help="dataset TOML or JSON of sd-scripts")
    parser.add_argument("--output_dir", required=True)
    for key in ("output_name", "logging_dir", "log_prefix", "resume", "sample_prompts", "training_comment"):
        parser.add_argument(f"--{key}")
    for key in ("title", "author", "description", "license", "tags"):
        parser.add_argument(f"--metadata_{key}")
    parser.add_argument("--log_with", choices=("tensorboard", "wandb", "all"))


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--max_train_steps", type=_positive, default=1600)
    parser.add_argument("--max_train_epochs", type=_positive)
    parser.add_argument("--train_batch_size", type=_positive, default=1)
    parser.add_argument("--gradient_accumulation_steps", type=_positive, default=1)
    parser.add_argument("--learning_rate", type=float, default=2e-3, help="a tiny model wants a high one (2e-3)")
    parser.add_argument("--unet_lr", type=float)
    parser.add_argument("--lr_scheduler", choices=SCHEDULERS, default="cosine")
    parser.add_argument("--lr_warmup_steps", type=_steps_or_part, default=None)
    parser.add_argument("--lr_scheduler_num_cycles", type=_positive, default=1)
    parser.add_argument("--lr_scheduler_power", type=float, default=1.0)
    parser.add_argument("--max_grad_norm", type=float, default=1.0)
    # accelerate launch says what it was told by an environment variable.
    launched = os.environ.get("ACCELERATE_MIXED_PRECISION", "no")
    parser.add_argument("--mixed_precision", choices=("no", "fp16", "bf16"), default=launched)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--max_token_length", type=int, choices=(150, 225))
    parser.add_argument("--masked_loss", action="store_true")
    parser.add_argument("--resolution", type=_resolution)
    for key in _BUCKETS:
        parser.add_argument(f"--{key}", type=_positive)
    for key in ("enable_bucket", "bucket_no_upscale"):
        parser.add_argument(f"--{key}", action="store_true", default=None)


def _add_saving(parser: argparse.ArgumentParser) -> None:
    for key in ("save_every_n_epochs", "save_every_n_steps", "sample_every_n_epochs", "sample_every_n_steps"):
        parser.add_argument(f"--{key}", type=_positive)
    for key in ("save_state", "save_state_on_train_end", "sample_at_first"):
        parser.add_argument(f"--{key}", action="store_true")
    parser.add_argument("--save_precision", choices=("float", "fp16", "bf16"))


def _add_ignored(parser: argparse.ArgumentParser, key: str, kind: str) -> None:
    if kind == "flag":
        parser.add_argument(f"--{key}", action="store_true", default=None, help=argparse.SUPPRESS)
    elif kind == "words":
        parser.add_argument(f"--{key}", nargs="*", help=argparse.SUPPRESS)
    else:
        parser.add_argument(f"--{key}", help=argparse.SUPPRESS)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _steps_or_part(text: str) -> float:
    """A number of steps, or a part of all steps: ``0.05`` and ``5%`` (library/train_util.py, int_or_float)."""
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def _resolution(text: str) -> tuple[int, int]:
    sides = tuple(int(side) for side in text.split(","))
    if len(sides) not in (1, 2) or min(sides) < 1:
        raise argparse.ArgumentTypeError(f"{text} is neither a side nor width,height")
    return sides[0], sides[-1]
