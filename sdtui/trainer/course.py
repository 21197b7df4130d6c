"""How a resumed training goes on: where the trainer begins to count, how much it trains, and where it ends.

Mirrors train_network.py (train: initial_step, epoch_to_start, skip_until_initial_step) and sdxl_train.py (train).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sdtui.trainer.profile_list import REHEARSAL_SCRIPT


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of one resumed run."""

    epochs_counted: int
    """Epochs before it that the trainer counts: it prints ``epoch 2/3`` first where this is 1."""
    steps_counted: int
    """Steps before it that the trainer counts, in its files' names and TensorBoard; its bar begins at 0 anyway."""
    steps: int
    """How many it trains."""


def keeps_epoch(script: str) -> bool:
    """Whether ``script`` goes on with the epoch of a state; the others restore weights and optimizer and begin anew.

    Only scripts of the class NetworkTrainer (train_network.py) write and read ``train_state.json``.
    """
    return script.endswith("train_network.py") or script == REHEARSAL_SCRIPT


def skips_steps(script: str) -> bool:
    """Whether ``script`` knows ``skip_until_initial_step`` and ``initial_step``."""
    return script.endswith("train_network.py")


def refusal(script: str, initial: int, max_steps: int) -> str | None:
    """The trainer's own assertion (train_network.py), as a sentence; None where it would go on."""
    if keeps_epoch(script) and 0 < max_steps <= initial:
        return f"The state stands at step {initial:,}, and the run ends at step {max_steps:,}: nothing is left to train"
    return None


def course_of(
    script: str,
    initial: int,
    *,
    per_epoch: int,
    batches: int,
    max_steps: int,
    accumulation: int = 1,
    skip: bool = False,
) -> Course:
    """How ``script`` goes on from step ``initial``, as it takes it (train_state.json, or ``--initial_step``).

    ``per_epoch``: optimizer steps of an epoch; ``batches``: batches of an epoch in each process; ``max_steps`` as the
    trainer ends up with it; ``skip``: ``--skip_until_initial_step``.
    """
    if not keeps_epoch(script) or per_epoch <= 0:
        return Course(0, 0, max_steps)
    if not skip or not skips_steps(script):
        begin = initial // per_epoch
        return Course(begin, 0, steps_left(begin, 0, batches=batches, max_steps=max_steps, accumulation=accumulation))
    # It multiplies the step by the accumulation but divides by steps of an epoch: right for an accumulation of 1.
    begin = initial * accumulation // per_epoch
    rest = initial * accumulation - begin * batches
    steps = steps_left(begin, rest, batches=batches, max_steps=max_steps, accumulation=accumulation)
    return Course(begin, rest, steps)


def steps_left(epochs_counted: int, steps_counted: int, *, batches: int, max_steps: int, accumulation: int = 1) -> int:
    """How many steps a script trains that counts these epochs and steps before it (see ``Course``)."""
    per_epoch = math.ceil(batches / accumulation)
    epochs = math.ceil(max_steps / per_epoch) - epochs_counted if per_epoch else 0
    if epochs <= 0:
        return 0
    first = math.ceil((batches - max(0, steps_counted)) / accumulation)
    return max(0, min(max_steps - steps_counted, first + (epochs - 1) * per_epoch))
