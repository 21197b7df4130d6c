"""Networks: which part of the model they train, and the options of their modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

_BLOCKS = {"train_network.py": 25, "sdxl_train_network.py": 23}
"""Blocks of the U-Net that networks/lora.py counts for block_dims."""
_WHOLE = ("conv_dim", "unit")
_NUMBERS = (
    *("conv_alpha", "rank_dropout", "module_dropout"),
    *("loraplus_lr_ratio", "loraplus_unet_lr_ratio", "loraplus_text_encoder_lr_ratio"),
)
_READ_BY_US = ("networks.lora", "networks.dylora")


def network(run: RunArguments) -> Iterator[Conflict]:
    """train_network.py, NetworkTrainer.train; networks/lora.py and dylora.py, create_network."""
    if not run.network:
        return
    if not run.text("network_module"):
        yield Conflict("network-module", "No network module is chosen", "Set network_module=networks.lora.")
    if run.on("dim_from_weights") and not run["network_weights"]:
        remedy = "Set network_weights to the file that the dim is taken from."
        yield Conflict("dim-from-weights", "dim_from_weights needs network_weights", remedy)
    yield from _trained(run)
    for word in run.words("network_args"):
        if "=" not in word:
            remedy = "Each is name=value, separated by spaces."
            yield Conflict("network-args-form", f"network_args cannot hold {word!r}", remedy)
    if run.text("network_module") in _READ_BY_US:
        yield from _options(run)


def _trained(run: RunArguments) -> Iterator[Conflict]:
    unet_only, text_only = run.on("network_train_unet_only"), run.on("network_train_text_encoder_only")
    if unet_only and text_only:
        what = "network_train_unet_only and network_train_text_encoder_only do not go together"
        yield Conflict("nothing-trained", what, "Nothing would be left to train. Set one of them to false.")
    elif run.text("network_module") == "networks.lora" and not any(_rates(run, unet_only, text_only)):
        remedy = "Set learning_rate, unet_lr or text_encoder_lr to more than 0."
        yield Conflict("nothing-trained", "All learning rates are 0, so nothing would be trained", remedy)
    if run["network_dim"] == 0:
        yield Conflict("network-dim", "A network of dim 0 has nothing to train", "Set network_dim to 1 or more.")


def _rates(run: RunArguments, unet_only: bool, text_only: bool) -> Iterator[float]:
    common = run.number("learning_rate", 2e-6)
    if not text_only:
        yield run.number("unet_lr", common)
    if not unet_only:
        given = run.words("text_encoder_lr")
        yield from (float(rate) for rate in given) if given else (common,)


def _options(run: RunArguments) -> Iterator[Conflict]:
    options = dict(word.partition("=")[::2] for word in run.words("network_args"))
    for names, kind, called in ((_WHOLE, int, "a whole number"), (_NUMBERS, float, "a number")):
        for name in names:
            if name in options and not _reads_as(kind, options[name]):
                what = f"{name} in network_args cannot be {options[name]!r}"
                yield Conflict("network-option", what, f"Give {called}.")
    blocks = _BLOCKS.get(run.script)
    given = options.get("block_dims", "").count(",") + 1
    if blocks is not None and "block_dims" in options and given != blocks:
        what = f"block_dims needs {blocks} numbers with commas between them, not {given}"
        yield Conflict("network-option", what, "Give one for each block of the U-Net.")
    if run.text("network_module") == "networks.dylora":
        yield from _unit(run, options.get("unit", "1"))


def _unit(run: RunArguments, unit: str) -> Iterator[Conflict]:
    dim = run["network_dim"]
    if isinstance(dim, int) and unit.isdecimal() and (int(unit) < 1 or dim % int(unit)):
        what = f"network_dim is {dim}, and networks.dylora wants a multiple of its unit {unit}"
        yield Conflict("network-option", what, "Change network_dim, or unit in network_args.")


def _reads_as(kind: Callable[[str], object], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
