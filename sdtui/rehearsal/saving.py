"""Checkpoints and states: where they go, what they are called, and what stands in them."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors.torch import save
from torch import Tensor

from sdtui import __version__
from sdtui.base.files import make_folder, write_atomic
from sdtui.rehearsal import words
from sdtui.rehearsal.arguments import Arguments

log = logging.getLogger(__name__)

ARCHITECTURE = "sdtui-rehearsal"
"""``modelspec.architecture``: so that nobody takes a rehearsal for a LoRA or a model to generate with."""

_PRECISIONS = {"fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is saved: after an epoch, after a step, or (neither) at the end."""

    steps: int
    epochs: int
    epoch: int | None = None
    step: int | None = None

    def stem(self, output_name: str | None) -> str:
        """The name without its ending (library/train_util.py, EPOCH_FILE_NAME, STEP_FILE_NAME, LAST_FILE_NAME)."""
        if self.epoch is not None:
            return f"{output_name or 'epoch'}-{self.epoch:06}"
        if self.step is not None:
            return f"{output_name or 'at'}-step{self.step:08}"
        return output_name or "last"


class Saver:
    """Writes what a run leaves behind. Only the main process has one that does anything."""

    def __init__(self, arguments: Arguments, accelerator: Accelerator, facts: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._accelerator = accelerator
        self._folder = Path(arguments.output_dir)
        self._metadata = {**facts, **_metadata(arguments)}

    def save(self, weights: Mapping[str, Tensor], moment: Moment) -> None:
        """Write a checkpoint, whole or not at all, and with ``--save_state`` a state beside it."""
        if not self._accelerator.is_main_process:
            return
        stem = moment.stem(self._arguments.output_name)
        last = moment.epoch is None and moment.step is None
        state = self._arguments.save_state or (last and self._arguments.save_state_on_train_end)
        if last and state:
            self._save_state(stem)
        path = self._folder / f"{stem}.safetensors"
        print(words.saving(str(path)), flush=True)
        make_folder(self._folder)
        write_atomic(path, self._bytes(weights, moment))
        if not last and state:
            self._save_state(stem)

    def _save_state(self, stem: str) -> None:
        folder = self._folder / f"{stem}-state"
        log.info("")
        make_folder(self._folder)
        self._accelerator.save_state(str(folder))

    def _bytes(self, weights: Mapping[str, Tensor], moment: Moment) -> bytes:
        precision = _PRECISIONS.get(self._arguments.save_precision or "", torch.float32)
        tensors = {name: tensor.detach().to("cpu", precision).contiguous() for name, tensor in weights.items()}
        return save(tensors, {**self._metadata, **_moment_metadata(moment), "sshs_model_hash": _digest(tensors)})


def _metadata(arguments: Arguments) -> dict[str, str]:
    name = arguments.output_name or "rehearsal"
    given = {
        "ss_output_name": arguments.output_name,
        "ss_learning_rate": arguments.learning_rate,
        "ss_unet_lr": arguments.unet_lr,
        "ss_lr_scheduler": arguments.lr_scheduler,
        "ss_lr_warmup_steps": arguments.lr_warmup_steps,
        "ss_max_train_steps": arguments.max_train_steps,
        "ss_gradient_accumulation_steps": arguments.gradient_accumulation_steps,
        "ss_batch_size_per_device": arguments.train_batch_size,
        "ss_mixed_precision": arguments.mixed_precision,
        "ss_seed": arguments.seed,
        "ss_max_token_length": arguments.max_token_length,
        "ss_max_grad_norm": arguments.max_grad_norm,
        "ss_optimizer": "torch.optim.adamw.AdamW",
        "ss_training_comment": arguments.training_comment,
        "ss_training_started_at": time.time(),
        "ss_base_model_version": ARCHITECTURE,
    }
    spec = {
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": ARCHITECTURE,
        "modelspec.implementation": f"sdtui {__version__}",
        "modelspec.title": arguments.metadata_title or name,
        "modelspec.prediction_type": "sample",
        "modelspec.author": arguments.metadata_author,
        "modelspec.description": arguments.metadata_description,
        "modelspec.license": arguments.metadata_license,
        "modelspec.tags": arguments.metadata_tags,
    }
    # The trainer writes what is not set as the word None among its own keys, and leaves it out of modelspec.
    return {key: str(value) for key, value in given.items()} | {key: text for key, text in spec.items() if text}


def _moment_metadata(moment: Moment) -> dict[str, str]:
    return {
        "ss_training_finished_at": str(time.time()),
        "ss_steps": str(moment.steps),
        "ss_epoch": str(moment.epochs),
        "modelspec.date": time.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _digest(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of the weights without metadata: the same weights have the same digest."""
    return hashlib.sha256(save(dict(sorted(tensors.items())))).hexdigest()


def write_train_state(folder: str, epoch: int, step: int) -> None:
    """``train_state.json`` of a state (train_network.py, save_model_hook)."""
    text = json.dumps({"current_epoch": epoch, "current_step": step})
    write_atomic(Path(folder) / "train_state.json", text.encode())


def read_train_state(folder: str) -> int | None:
    """The step that a state was saved at, None where it does not say."""
    path = Path(folder) / "train_state.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text("utf-8"))
    log.info(f"load train state from {path}: {found}")
    return int(found["current_step"])
