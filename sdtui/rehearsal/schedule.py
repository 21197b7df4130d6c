"""How the learning rate goes over a run, by sd-scripts' names (transformers' optimization.py has the same curves)."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from sdtui.rehearsal.arguments import Arguments

_WARM_UP = 20
"""Steps of warm-up where nothing is said: a high rate from the first step on would undo the start."""


def scheduler(optimizer: Optimizer, arguments: Arguments, steps: int) -> LambdaLR:
    """The schedule of a run of ``steps`` optimizer steps."""
    warm_up = _warm_up_steps(arguments, steps)
    curve = _curve(arguments)

    def factor(step: int) -> float:
        if step < warm_up:
            return (step + 1) / (warm_up + 1)
        return curve(min(1.0, (step - warm_up) / max(1, steps - warm_up)))

    return LambdaLR(optimizer, factor)


def _warm_up_steps(arguments: Arguments, steps: int) -> int:
    given = arguments.lr_warmup_steps
    if arguments.lr_scheduler == "constant":
        return 0
    if given is None:
        return min(_WARM_UP, steps // 10)
    return round(given * steps) if given < 1 else int(given)


def _curve(arguments: Arguments) -> Callable[[float], float]:
    """The factor for the part of the run that is done, 0 to 1, warm-up aside."""
    cycles, power = arguments.lr_scheduler_num_cycles, arguments.lr_scheduler_power
    match arguments.lr_scheduler:
        case "linear":
            return lambda done: 1 - done
        case "cosine":
            return lambda done: 0.5 * (1 + math.cos(math.pi * done))
        case "cosine_with_restarts":
            return lambda done: 0.0 if done >= 1 else 0.5 * (1 + math.cos(math.pi * (done * cycles % 1)))
        case "polynomial":
            return lambda done: float((1 - done) ** power)
        case _:
            return lambda done: 1.0
