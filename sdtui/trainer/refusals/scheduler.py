"""How the learning rate changes over time."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.refusals.optimizer import sets_its_own_rate
from sdtui.trainer.refusals.options import options_of, refused_words
from sdtui.trainer.run_arguments import RunArguments

_TAKES = {
    "constant": ("last_epoch",),
    "constant_with_warmup": ("last_epoch",),
    "linear": ("last_epoch",),
    "cosine": ("num_cycles", "last_epoch"),
    "cosine_with_restarts": ("last_epoch",),
    "polynomial": ("lr_end", "last_epoch"),
    "inverse_sqrt": ("last_epoch",),
    "cosine_with_min_lr": ("min_lr", "last_epoch"),
    "warmup_stable_decay": ("warmup_type", "decay_type", "last_epoch"),
    "piecewise_constant": ("step_rules", "last_epoch"),
}
"""The schedulers that can be had, with what lr_scheduler_args may give them."""
_KNOWN_BUT_REFUSED = ("reduce_lr_on_plateau", "cosine_warmup_with_min_lr")
"""transformers has them, and get_scheduler_fix hands them what they do not take."""
_OF_TORCH_NEED = {
    "CosineAnnealingLR": "T_max",
    "CosineAnnealingWarmRestarts": "T_0",
    "StepLR": "step_size",
    "MultiStepLR": "milestones",
    "ExponentialLR": "gamma",
    "LambdaLR": "lr_lambda",
    "CyclicLR": "base_lr",
    "OneCycleLR": "max_lr",
}
"""Schedulers of torch that cannot be had without this option."""
_OF_TORCH = (
    *_OF_TORCH_NEED,
    *("ConstantLR", "LinearLR", "PolynomialLR", "MultiplicativeLR", "ReduceLROnPlateau", "SequentialLR"),
    *("ChainedScheduler", "LRScheduler"),
)


def scheduler(run: RunArguments) -> Iterator[Conflict]:
    """library/train_util.py, get_scheduler_fix; with a schedule-free optimizer nothing of it is looked at."""
    if run.text("optimizer_type").lower().endswith("schedulefree"):
        return
    yield from refused_words(run, "lr_scheduler_args")
    if run["lr_scheduler_type"]:
        yield from _of_torch(run)
        yield from _warm_up(run, f"The scheduler {run['lr_scheduler_type']}", "")
    elif sets_its_own_rate(run):
        remedy = "Set lr_warmup_steps=0, or optimizer_args=relative_step=False."
        yield from _warm_up(run, "Adafactor with relative_step sets its own rate and", remedy)
    else:
        yield from _named(run, run.text("lr_scheduler") or "constant")


def _of_torch(run: RunArguments) -> Iterator[Conflict]:
    name = run.text("lr_scheduler_type").removeprefix("torch.optim.lr_scheduler.")
    if "." not in name and name not in _OF_TORCH:
        near = get_close_matches(name, _OF_TORCH, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Set lr_scheduler_type to nothing, and lr_scheduler instead."
        yield Conflict("scheduler-unknown", f"torch has no scheduler called {name!r}", remedy)
    needed = _OF_TORCH_NEED.get(name)
    if needed is not None and needed not in options_of(run, "lr_scheduler_args"):
        yield Conflict("scheduler-options", f"{name} needs {needed}", f"Set lr_scheduler_args={needed}=...")


def _named(run: RunArguments, name: str) -> Iterator[Conflict]:
    if name.startswith("adafactor"):
        yield from _of_adafactor(run, name)
    elif name not in _TAKES:
        near = get_close_matches(name.lower(), _TAKES, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_TAKES)}."
        known = name in _KNOWN_BUT_REFUSED
        what = f"sd-scripts cannot run the scheduler {name}" if known else f"There is no scheduler called {name!r}"
        yield Conflict("scheduler-unknown", what, remedy)
    else:
        yield from _options(run, name)
        if name == "constant":
            remedy = "Set lr_warmup_steps=0, or lr_scheduler=constant_with_warmup."
            yield from _warm_up(run, "The scheduler constant", remedy)


def _of_adafactor(run: RunArguments, name: str) -> Iterator[Conflict]:
    if run.optimizer != "adafactor":
        what = "The scheduler adafactor needs the optimizer Adafactor"
        yield Conflict("scheduler-adafactor", what, "Set optimizer_type=Adafactor.")
    elif not _is_number(name.partition(":")[2]):
        what = "The scheduler adafactor needs the rate that it begins with"
        yield Conflict("scheduler-adafactor", what, "Write it behind a colon: adafactor:1e-4.")
    yield from _warm_up(run, "The scheduler adafactor", "")


def _options(run: RunArguments, name: str) -> Iterator[Conflict]:
    given = options_of(run, "lr_scheduler_args")
    for option in given:
        if option not in _TAKES[name]:
            remedy = f"It takes {' and '.join(_TAKES[name])}; other settings have arguments of their own."
            yield Conflict("scheduler-options", f"The scheduler {name} has no option {option!r}", remedy)
    if name == "piecewise_constant" and "step_rules" not in given:
        remedy = "Set lr_scheduler_args=step_rules='1:10,0.1:20,0.01' (the rate's factor, and until which step)."
        yield Conflict("scheduler-options", "The scheduler piecewise_constant needs step_rules", remedy)
    if name == "cosine_with_min_lr":
        both = (run["lr_scheduler_min_lr_ratio"] is not None) + ("min_lr" in given)
        if both != 1:
            what = "The scheduler cosine_with_min_lr needs exactly one lowest rate"
            yield Conflict("scheduler-options", what, "Set lr_scheduler_min_lr_ratio=0.1, and no min_lr beside it.")


def _warm_up(run: RunArguments, who: str, remedy: str) -> Iterator[Conflict]:
    if warm_up_steps(run) != 0:
        yield Conflict("needless-warm-up", f"{who} takes no warm-up", remedy or "Set lr_warmup_steps=0.")


def warm_up_steps(run: RunArguments) -> int:
    """lr_warmup_steps as a number of steps; a share of an unknown number of steps counts as one step."""
    text = run.text("lr_warmup_steps")
    if not text:
        return 0
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if value >= 1 and not text.endswith("%"):
        return int(value)
    steps = run.training_steps
    return int(value * steps * run.processes) if steps is not None else int(bool(value))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
