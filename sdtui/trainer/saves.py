"""How many files of weights and how many states a run leaves on the disk at most."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sdtui.trainer.run_arguments import RunArguments


@dataclass(frozen=True, slots=True)
class Saves:
    """What stands on the disk at once; a new file is written before an old one is removed."""

    weights: int
    states: int


def saves_of(run: RunArguments, steps_per_epoch: int, total_steps: int) -> Saves:
    """Count the saves of a run (train_network.py, train; library/train_util.py, get_remove_epoch_no).

    The last epoch is saved once, as the end of the run; a step that is the last is saved twice.
    """
    epochs = math.ceil(total_steps / steps_per_epoch) if steps_per_epoch else 0
    every_epochs = _every(run, "save_every_n_epochs")
    ratio = _every(run, "save_n_epoch_ratio")
    if ratio:
        every_epochs = epochs // ratio or 1
    by_epochs = max(0, epochs - 1) // every_epochs if every_epochs else 0
    every_steps = _every(run, "save_every_n_steps")
    by_steps = total_steps // every_steps if every_steps else 0
    weights = _kept(by_epochs, run, "save_last_n_epochs") + _kept_steps(by_steps, run, "save_last_n_steps", every_steps)
    states = _kept(by_epochs, run, "save_last_n_epochs_state", "save_last_n_epochs")
    states += _kept_steps(by_steps, run, "save_last_n_steps_state", every_steps, "save_last_n_steps")
    if run.on("save_state"):
        return Saves(weights + 1, states + 1)
    return Saves(weights + 1, int(run.on("save_state_on_train_end")))


def _every(run: RunArguments, key: str) -> int:
    return max(0, int(run.number(key, 0)))


def _kept(saves: int, run: RunArguments, *keys: str) -> int:
    limit = next((int(run.number(key, 0)) for key in keys if run[key] is not None), None)
    return saves if limit is None else min(saves, max(0, limit) + 1)


def _kept_steps(saves: int, run: RunArguments, key: str, every: int, otherwise: str = "") -> int:
    limit = next((run.number(one, 0) for one in (key, otherwise) if one and run[one] is not None), None)
    return saves if limit is None or not every else min(saves, math.ceil(limit / every) + 1)
