"""FLUX, SD3 and the other large models: blocks that are swapped out, and their text encoders."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments

_SWAPS = (
    *("flux_train.py", "flux_train_network.py", "flux_train_control_net.py", "sd3_train_network.py"),
    *("anima_train.py", "anima_train_network.py"),
)
_UNSLOTH = ("anima_train.py", "anima_train_network.py")


def large_models(run: RunArguments) -> Iterator[Conflict]:
    """train and assert_extra_args of the flux, sd3 and anima scripts."""
    swaps = bool(run.number("blocks_to_swap", 0))
    if run.script in _SWAPS and swaps and run.on("cpu_offload_checkpointing"):
        yield _one_of("blocks_to_swap", "cpu_offload_checkpointing")
    if run.script in _UNSLOTH and run.on("unsloth_offload_checkpointing"):
        if run.on("cpu_offload_checkpointing"):
            yield _one_of("unsloth_offload_checkpointing", "cpu_offload_checkpointing")
        if swaps:
            yield _one_of("blocks_to_swap", "unsloth_offload_checkpointing")
    if run.script == "flux_train_network.py" and run["model_type"] == "chroma" and not run.on("apply_t5_attn_mask"):
        remedy = "Set apply_t5_attn_mask=true."
        yield Conflict("chroma-attention-mask", "Chroma is trained with apply_t5_attn_mask only", remedy)
    if run.script == "flux_train_control_net.py" and run.text("model_type") not in ("", "flux"):
        yield Conflict("control-net-model", "A ControlNet is trained for FLUX only", "Set model_type=flux.")
    if run.script == "sd3_train.py":
        yield from _text_encoders_of_sd3(run)


def _text_encoders_of_sd3(run: RunArguments) -> Iterator[Conflict]:
    cached = run.on("cache_text_encoder_outputs", "cache_text_encoder_outputs_to_disk")
    only_t5 = run.on("use_t5xxl_cache_only")
    if run.on("train_text_encoder") and cached and not only_t5:
        remedy = "Set use_t5xxl_cache_only=true, or leave the cache off."
        yield Conflict("cached-text-trained", "A cached text encoder cannot be trained", remedy)
    if run.on("train_t5xxl") and not run.on("train_text_encoder"):
        yield Conflict("t5-alone", "train_t5xxl needs train_text_encoder", "Set train_text_encoder=true.")
    if run.on("train_t5xxl") and (cached or only_t5):
        remedy = "Leave the text encoder outputs uncached, or set train_t5xxl=false."
        yield Conflict("cached-text-trained", "A cached T5 cannot be trained", remedy)


def _one_of(one: str, other: str) -> Conflict:
    return Conflict("offload-and-swap", f"{one} and {other} do not go together", "Set one of them to nothing.")
