"""The optimizer: its name, its options, and what it cannot be combined with."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.refusals.options import options_of, refused_words
from sdtui.trainer.run_arguments import RunArguments

_KNOWN = (
    *("AdamW", "AdamW8bit", "PagedAdamW", "PagedAdamW8bit", "PagedAdamW32bit", "Lion", "Lion8bit", "PagedLion8bit"),
    *("SGDNesterov", "SGDNesterov8bit", "DAdaptation", "DAdaptAdamPreprint", "DAdaptAdaGrad", "DAdaptAdam"),
    *("DAdaptAdan", "DAdaptAdanIP", "DAdaptLion", "DAdaptSGD", "Prodigy", "Adafactor"),
    *("RAdamScheduleFree", "AdamWScheduleFree", "SGDScheduleFree"),
)
"""Names that get_optimizer knows, in any case."""
_OF_TORCH = (
    *("ASGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon", "NAdam", "RAdam", "RMSprop"),
    *("Rprop", "SGD", "SparseAdam"),
)
"""Classes of torch.optim, which get_optimizer falls back to, in this spelling only."""
_LOWER = frozenset(name.lower() for name in _KNOWN)
_TORCH_OPTIONS = ("maximize", "foreach", "differentiable", "fused", "weight_decay")
_OPTIONS = {
    "adamw": frozenset((*_TORCH_OPTIONS, "betas", "eps", "amsgrad", "capturable")),
    "sgdnesterov": frozenset((*_TORCH_OPTIONS, "momentum", "dampening")),
    "adafactor": frozenset(
        {
            *("eps", "clip_threshold", "decay_rate", "beta1", "weight_decay"),
            *("scale_parameter", "relative_step", "warmup_init"),
        }
    ),
}
"""What those of torch and transformers take; an unknown option is a TypeError there."""


def optimizer(run: RunArguments) -> Iterator[Conflict]:
    """library/train_util.py, get_optimizer."""
    yield from _two_ways(run)
    yield from _name(run)
    yield from refused_words(run, "optimizer_args")
    yield from _options(run)
    if run.on("fused_backward_pass"):
        yield from _fused(run)
    if sets_its_own_rate(run) and (run.on("blockwise_fused_optimizers") or run.number("fused_optimizer_groups", 0) > 1):
        what = "Adafactor cannot set its own rate for several groups of weights"
        yield Conflict("grouped-own-rate", what, "Set optimizer_args=relative_step=False.")
    if run.on("blockwise_fused_optimizers") and run.optimizer.endswith("schedulefree"):
        what = "blockwise_fused_optimizers does not go with a schedule-free optimizer"
        yield Conflict("blockwise-schedulefree", what, "Choose another optimizer_type.")


def sets_its_own_rate(run: RunArguments) -> bool:
    """Whether Adafactor takes its rate from its own schedule."""
    options = options_of(run, "optimizer_args")
    relative = options.get("relative_step", True)
    return run.optimizer == "adafactor" and bool(relative or options.get("warmup_init", False))


def _two_ways(run: RunArguments) -> Iterator[Conflict]:
    named = run.text("optimizer_type")
    if run.on("use_8bit_adam") and run.on("use_lion_optimizer"):
        what = "use_8bit_adam and use_lion_optimizer do not go together"
        yield Conflict("two-optimizers", what, "Set one of them to false.")
    elif named:
        for key, same in (("use_8bit_adam", "AdamW8bit"), ("use_lion_optimizer", "Lion")):
            if run.on(key):
                what = f"{key} and optimizer_type do not go together"
                yield Conflict("two-optimizers", what, f"Set optimizer_type={same} and {key}=false.")


def _name(run: RunArguments) -> Iterator[Conflict]:
    name = run.text("optimizer_type")
    module, _, last = name.rpartition(".")
    if not name or name.lower() in _LOWER or (module and module != "torch.optim"):
        return
    if last in _OF_TORCH:
        return
    near = get_close_matches(last.lower(), [*_LOWER, *map(str.lower, _OF_TORCH)], n=1)
    spelled = {known.lower(): known for known in (*_OF_TORCH, *_KNOWN)}
    remedy = f"Did you mean {spelled[near[0]]}?" if near else "AdamW, AdamW8bit, Adafactor and Prodigy are common."
    yield Conflict("optimizer-unknown", f"There is no optimizer called {name!r}", remedy)


def _options(run: RunArguments) -> Iterator[Conflict]:
    options = options_of(run, "optimizer_args")
    takes = _OPTIONS.get(run.optimizer)
    for name in options:
        if name == "lr":
            what = "optimizer_args cannot hold the learning rate"
            yield Conflict("optimizer-option", what, "Set learning_rate instead of lr.")
        elif takes is not None and name not in takes:
            remedy = f"It takes {', '.join(sorted(takes))}."
            yield Conflict("optimizer-option", f"{run.optimizer} has no option {name!r}", remedy)
    decay = options.get("weight_decay", 0)
    if takes is not None and not (isinstance(decay, int | float) and decay >= 0):
        yield Conflict("optimizer-option", f"weight_decay cannot be {decay!r}", "Give a number of 0 or more.")


def _fused(run: RunArguments) -> Iterator[Conflict]:
    if run.optimizer != "adafactor":
        what = "fused_backward_pass needs the optimizer Adafactor"
        yield Conflict("fused-backward", what, "Set optimizer_type=Adafactor.")
    if run.number("gradient_accumulation_steps", 1) > 1:
        what = "fused_backward_pass does not go with accumulation"
        yield Conflict("fused-backward", what, "Set gradient_accumulation_steps=1.")
