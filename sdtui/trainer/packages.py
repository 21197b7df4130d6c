"""The packages that a run's arguments need beside what sd-scripts itself does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sdtui.trainer.run_arguments import RunArguments


@dataclass(frozen=True, slots=True)
class Need:
    """A package that must be installed in the trainer's Python."""

    package: str
    """As pip names it."""
    setting: str
    """What asks for it: ``optimizer_type=Lion``."""
    remedy: str
    """What to set to do without it, a sentence."""


_OTHER_OPTIMIZER = "Or choose another optimizer_type, such as AdamW."


def packages_needed(run: RunArguments) -> Iterator[Need]:
    """library/train_util.py: replace_unet_modules, get_optimizer, prepare_accelerator; train_network.py, train."""
    if run.on("xformers") and not run.on("mem_eff_attn"):
        yield Need("xformers", "xformers", "Or set xformers=false and sdpa=true, which is as good on new versions.")
    package = _of_optimizer(run.optimizer)
    if package is not None:
        name = run.text("optimizer_type") or {"lion": "Lion", "adamw8bit": "AdamW8bit"}.get(run.optimizer, "")
        yield Need(package, f"the optimizer {name}", _OTHER_OPTIMIZER)
    if run.text("log_with") in ("wandb", "all"):
        yield Need("wandb", f"log_with={run.text('log_with')}", "Or set log_with=tensorboard.")
    if run.on("deepspeed"):
        yield Need("deepspeed", "deepspeed", "Or set deepspeed=false.")
    if run.network and run.text("network_module").startswith("lycoris"):
        yield Need(
            "lycoris-lora", f"network_module={run.text('network_module')}", "Or set network_module=networks.lora."
        )


def _of_optimizer(name: str) -> str | None:
    if name == "lion":
        return "lion-pytorch"
    if name.endswith("8bit") or name.startswith(("paged", "bitsandbytes.")):
        return "bitsandbytes"
    if name.startswith("dadapt"):
        return "dadaptation"
    if name == "prodigy":
        return "prodigyopt"
    return "schedulefree" if name.endswith("schedulefree") else None


def network_file(run: RunArguments) -> str | None:
    """The file of sd-scripts that the network module is, such as ``networks/lora.py``; None for one of others."""
    module = run.text("network_module")
    if not run.network or not module.startswith("networks."):
        return None
    return f"{module.replace('.', '/')}.py"
