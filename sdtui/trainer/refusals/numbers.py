"""Counts and shares that end a run, whatever else is set."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

_AT_LEAST_ONE = ("gradient_accumulation_steps", "train_batch_size", "num_vectors_per_token")
_DIVIDED_BY = ("save_every_n_epochs", "save_every_n_steps", "validate_every_n_steps", "validate_every_n_epochs")
"""Counters are divided by these at each step or epoch."""
_RATES = ("learning_rate", "unet_lr", "learning_rate_te", "learning_rate_te1", "learning_rate_te2", "learning_rate_te3")
_SEEDS = 2**32
_WORKERS = 8
"""max_data_loader_n_workers when nothing is said."""
_BLOCKS = 23
"""Blocks of an SDXL U-Net with a rate of their own (sdxl_train.py, UNET_NUM_BLOCKS_FOR_BLOCK_LR)."""


def numbers(run: RunArguments) -> Iterator[Conflict]:
    """train of each script, and what it calls with these."""
    for key in (*_AT_LEAST_ONE, *_DIVIDED_BY):
        if run.number(key, 1) < 1:
            yield Conflict("too-small", f"{key} cannot be {run.text(key)}", f"Set {key} to 1 or more.")
    if run.on("cache_latents", "cache_latents_to_disk") and run.number("vae_batch_size", 1) < 1:
        what = f"vae_batch_size cannot be {run.text('vae_batch_size')}"
        yield Conflict("too-small", what, "Set vae_batch_size to 1 or more.")
    for key in _RATES:
        if run.number(key, 0) < 0:
            yield Conflict("negative-rate", f"{key} cannot be less than 0", f"Set {key} to 0 or more.")
    if run.script == "sdxl_train.py" and not any(_sdxl_rates(run)):
        remedy = "Set learning_rate to more than 0."
        yield Conflict("nothing-trained", "All learning rates are 0, so nothing would be trained", remedy)
    if run["seed"] is not None and not 0 <= run.number("seed", 0) < _SEEDS:
        yield Conflict("seed", f"The seed cannot be {run.text('seed')}", f"Give one from 0 to {_SEEDS - 1}.")
    yield from _workers(run)
    yield from _initial(run)
    yield from _block_rates(run)
    yield from _crop_range(run)
    if run.text("log_with") in ("tensorboard", "all") and not run["logging_dir"]:
        yield Conflict("logging-dir", f"log_with={run.text('log_with')} needs a logging_dir", "Set logging_dir.")


def _sdxl_rates(run: RunArguments) -> Iterator[float]:
    """sdxl_train.py, train: 0 leaves a part untrained."""
    common = run.number("learning_rate", 2e-6)
    yield common
    if run.on("train_text_encoder"):
        yield from (run.number(key, common) for key in ("learning_rate_te1", "learning_rate_te2"))


def _workers(run: RunArguments) -> Iterator[Conflict]:
    workers = run.number("max_data_loader_n_workers", _WORKERS)
    if workers < 0:
        remedy = "Set max_data_loader_n_workers to 0 or more."
        yield Conflict("loader-workers", "max_data_loader_n_workers cannot be less than 0", remedy)
    elif run.on("persistent_data_loader_workers") and workers == 0 and not run.on("deepspeed"):
        what = "persistent_data_loader_workers and max_data_loader_n_workers=0 do not go together"
        yield Conflict("loader-workers", what, "Set max_data_loader_n_workers to 1 or more, or leave them out.")


def _initial(run: RunArguments) -> Iterator[Conflict]:
    """train_network.py alone begins later."""
    steps = run.training_steps
    if not run.network or steps is None:
        return
    if run["initial_step"] is not None:
        begin: float | None = run.number("initial_step", 0)
    elif run["initial_epoch"] is not None and run.dataset.batches is not None:
        accumulation = max(1, int(run.number("gradient_accumulation_steps", 1)))
        begin = (run.number("initial_epoch", 1) - 1) * -(-run.dataset.batches // (run.processes * accumulation))
    else:
        begin = None
    if begin is not None and begin > 0 and begin >= steps:
        what = f"The run would begin at step {begin:.0f} and end at {steps}"
        yield Conflict("initial-step", what, "Set more steps or epochs, or a smaller initial_step or initial_epoch.")


def _block_rates(run: RunArguments) -> Iterator[Conflict]:
    rates = run.text("block_lr")
    if not rates:
        return
    if rates.count(",") != _BLOCKS - 1:
        what = f"block_lr needs {_BLOCKS} rates with commas between them"
        yield Conflict("block-lr", what, "Give one for each block of the U-Net.")
    elif not all(_is_number(rate) for rate in rates.split(",")):
        yield Conflict("block-lr", "block_lr holds something that is no number", "Give numbers such as 1e-5.")


def _crop_range(run: RunArguments) -> Iterator[Conflict]:
    text = run.text("face_crop_aug_range")
    parts = text.split(",") if text else []
    if parts and not (len(parts) == 2 and all(map(_is_number, parts)) and float(parts[0]) <= float(parts[1])):
        what = f"face_crop_aug_range cannot be {text!r}"
        yield Conflict("face-crop-range", what, "Give two numbers, the smaller one first: 1.0,2.0.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
