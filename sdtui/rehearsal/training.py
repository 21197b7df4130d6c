"""The training loop: what happens in which order is train_network.py's, the model is small."""

from __future__ import annotations

import logging
import math
import os
import time
from dataclasses import replace
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader
from tqdm import tqdm

from sdtui.dataset.project import Project
from sdtui.rehearsal import words
from sdtui.rehearsal.arguments import Arguments
from sdtui.rehearsal.average import Average
from sdtui.rehearsal.data import Batch, Batches, dataset_facts, read_project
from sdtui.rehearsal.flow import loss_of
from sdtui.rehearsal.losses import Losses
from sdtui.rehearsal.model import Denoiser
from sdtui.rehearsal.pictures import Shrink
from sdtui.rehearsal.sampling import Sampler, samples_due
from sdtui.rehearsal.saving import Moment, Saver, read_train_state, write_train_state
from sdtui.rehearsal.schedule import scheduler
from sdtui.trainer.steps import epochs_of, max_train_steps

log = logging.getLogger(__name__)


def train(arguments: Arguments) -> None:
    """Train, sample and save as told. Returns without training where the dataset has no image, as the trainer does."""
    if arguments.ignored:
        log.warning(f"a rehearsal ignores these arguments: {', '.join(f'--{key}' for key in arguments.ignored)}")
    if arguments.seed is None:
        # All processes of one launch have the same parent, and so the same seed and the same batches.
        arguments = replace(arguments, seed=os.getppid())
    set_seed(arguments.seed or 0)
    log.info(f"Loading dataset config from {arguments.dataset_config}")
    project = read_project(arguments)
    log.info(words.CACHING)
    batches = Batches(project, arguments)
    if not len(batches):
        log.error(words.NO_DATA)
        return
    accelerator = _accelerator(arguments)
    accelerator.print(words.device(str(accelerator.device)), flush=True)
    _Run(arguments, accelerator, project, batches).train()


def _accelerator(arguments: Arguments) -> Accelerator:
    logs = arguments.logging_dir
    if logs is not None:
        logs = f"{logs}/{arguments.log_prefix or ''}{time.strftime('%Y%m%d%H%M%S')}"
    precision = arguments.mixed_precision
    if precision == "fp16" and not torch.cuda.is_available():
        log.warning("fp16 needs a GPU: the rehearsal goes on with mixed_precision no")
        precision = "no"
    return Accelerator(
        gradient_accumulation_steps=arguments.gradient_accumulation_steps,
        mixed_precision=precision,
        log_with="tensorboard" if logs is not None else None,
        project_dir=logs,
    )


def _optimizer(model: Denoiser, rate: float) -> Optimizer:
    tables = {id(parameter) for table in (model.text.first, model.text.second) for parameter in table.parameters()}
    words_apart = [parameter for parameter in model.parameters() if id(parameter) in tables]
    others = [parameter for parameter in model.parameters() if id(parameter) not in tables]
    # Words that a batch lacks have no gradient; decay would still wear them away.
    groups = [{"params": others, "weight_decay": 0.01}, {"params": words_apart, "weight_decay": 0.0}]
    return AdamW(groups, lr=rate, betas=(0.9, 0.99))


class _Run:
    """One run: everything that it holds, and the loop."""

    def __init__(self, arguments: Arguments, accelerator: Accelerator, project: Project, batches: Batches) -> None:
        self.arguments = arguments
        self.accelerator = accelerator
        self.batches = batches
        loader: DataLoader[Batch] = DataLoader(batches, batch_size=1, shuffle=True, collate_fn=lambda found: found[0])
        processes, accumulation = accelerator.num_processes, arguments.gradient_accumulation_steps
        self.steps = arguments.max_train_steps
        if arguments.max_train_epochs is not None:
            self.steps = max_train_steps(
                arguments.max_train_epochs, len(loader), processes=processes, accumulation=accumulation
            )
            accelerator.print(words.override(arguments.max_train_epochs, self.steps), flush=True)
        self.per_epoch = math.ceil(math.ceil(len(loader) / processes) / accumulation)
        self.epochs = epochs_of(self.steps, len(loader), processes=processes, accumulation=accumulation)
        model = Denoiser()
        optimizer = _optimizer(model, arguments.unet_lr or arguments.learning_rate)
        rates = scheduler(optimizer, arguments, self.steps * processes)
        self.model, self.optimizer, self.loader, self.rates = accelerator.prepare(model, optimizer, loader, rates)
        self.average = Average(accelerator.unwrap_model(self.model))
        self.sampler = Sampler(arguments, Shrink(project.datasets[0].resolution or (512, 512)))
        self.saver = Saver(arguments, accelerator, self._facts(project))
        self.losses = Losses()
        self.step = 0
        self.epoch = 0
        self._saved_step: int | None = None
        accelerator.register_for_checkpointing(self.average)
        accelerator.register_save_state_pre_hook(self._saving_state)
        accelerator.register_load_state_pre_hook(self._loading_state)
        self._header = words.header(
            project, batches=len(self.loader), epochs=self.epochs, accumulation=accumulation, steps=self.steps
        )

    def train(self) -> None:
        """From the first epoch, or the one after the state that is resumed, to the end."""
        first = self._resume()
        self.accelerator.print(self._header, flush=True)
        self.accelerator.init_trackers("network_train")
        self._sample(epoch=0)
        self.bar = tqdm(total=self.steps, smoothing=0, disable=not self.accelerator.is_local_main_process, desc="steps")
        for epoch in range(first, self.epochs):
            self.epoch = epoch + 1
            self._train_epoch()
            self._end_epoch()
        self.accelerator.end_training()
        self.saver.save(self._weights(), Moment(self.step, self.epochs))
        log.info(words.SAVED)

    def _resume(self) -> int:
        """The epoch to begin with, from 0. Steps and the bar begin at 0 all the same: so does the trainer."""
        if self.arguments.resume is None:
            return 0
        log.info(f"resume training from local state: {self.arguments.resume}")
        self.accelerator.load_state(self.arguments.resume)
        done = self._saved_step or 0
        assert self.steps > done, (
            "max_train_steps should be greater than initial step / "
            f"max_train_stepsは初期ステップより大きい必要があります: {self.steps} vs {done}"
        )
        return int(done // self.per_epoch)

    def _train_epoch(self) -> None:
        self.accelerator.print(words.epoch(self.epoch, self.epochs), flush=True)
        self.batches.start_epoch(self.epoch)
        self.model.train()
        for number, batch in enumerate(self.loader):
            loss = self._learn(batch)
            if self.accelerator.sync_gradients:
                self.bar.update(1)
                self.step += 1
                self.average.follow(self.accelerator.unwrap_model(self.model))
                self._sample(epoch=None)
                self._save_step()
            self._tell(number, loss)
            if self.step >= self.steps:
                break

    def _learn(self, batch: dict[str, Tensor]) -> float:
        with self.accelerator.accumulate(self.model):
            with self.accelerator.autocast():
                loss = loss_of(self.model, batch)
            self.accelerator.backward(loss)
            if self.accelerator.sync_gradients and self.arguments.max_grad_norm:
                self.accelerator.clip_grad_norm_(self.model.parameters(), self.arguments.max_grad_norm)
            self.optimizer.step()
            self.rates.step()
            self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach().item())

    def _tell(self, number: int, loss: float) -> None:
        self.losses.add(self.epoch, number, loss)
        average = self.losses.average
        self.bar.set_postfix(avr_loss=average)
        rate = self.rates.get_last_lr()[0]
        self.accelerator.log({"loss/current": loss, "loss/average": average, "lr/unet": rate}, step=self.step)

    def _end_epoch(self) -> None:
        self.accelerator.log({"loss/epoch_average": self.losses.average}, step=self.epoch)
        self.accelerator.wait_for_everyone()
        every = self.arguments.save_every_n_epochs
        if every is not None and self.epoch % every == 0 and self.epoch < self.epochs:
            self.saver.save(self._weights(), Moment(self.step, self.epoch, epoch=self.epoch))
        self._sample(epoch=self.epoch)

    def _save_step(self) -> None:
        every = self.arguments.save_every_n_steps
        if every is not None and self.step % every == 0:
            self.accelerator.wait_for_everyone()
            self.saver.save(self._weights(), Moment(self.step, self.epoch - 1, step=self.step))

    def _sample(self, epoch: int | None) -> None:
        if self.accelerator.is_main_process and samples_due(self.arguments, self.step, epoch):
            self.sampler.sample(self.average.model, self.step, epoch)
            if self.step:
                self.bar.unpause()

    def _weights(self) -> dict[str, Tensor]:
        return self.average.model.state_dict()

    def _facts(self, project: Project) -> dict[str, str]:
        return {
            **dataset_facts(project),
            "ss_num_epochs": str(self.epochs),
            "ss_num_batches_per_epoch": str(len(self.loader)),
            "ss_resolution": str(project.datasets[0].resolution),
        }

    def _saving_state(self, models: list[Any], weights: list[Any], folder: str) -> None:
        write_train_state(folder, self.epoch, self.step)

    def _loading_state(self, models: list[Any], folder: str) -> None:
        self._saved_step = read_train_state(folder)
