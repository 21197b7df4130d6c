"""Which family of models a file or folder of weights belongs to, and which the scripts train."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sdtui.trainer.weights_file import Tensor

NAMES = {
    "sd1": "a model of SD 1",
    "sd2": "a model of SD 2",
    "sdxl": "a model of SDXL",
    "flux": "a model of FLUX",
    "sd3": "a model of SD 3",
    "lora": "a LoRA, not a whole model",
    "part": "a part of a model: the image encoder or a text encoder",
}
_FAMILIES = {"sdxl": ("sdxl",), "flux": ("flux",), "sd3": ("sd3",)}
_OTHERS = ("lumina", "hunyuan", "anima")
_PIPELINES = {
    "StableDiffusionPipeline": "sd1",
    "StableDiffusionXLPipeline": "sdxl",
    "FluxPipeline": "flux",
    "StableDiffusion3Pipeline": "sd3",
}
_CROSS_ATTENTION = "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_FIRST = "input_blocks.0.0.weight"
_SD2_CONTEXT = 1024
_PLAIN_CHANNELS = 4


def trained_kinds(script: str) -> tuple[str, ...]:
    """The kinds of models that ``script`` trains; empty where we cannot tell them by their weights."""
    family = script.partition("_")[0]
    if family in _OTHERS:
        return ()
    return _FAMILIES.get(family, ("sd1", "sd2"))


def kind_of(tensors: Mapping[str, Tensor]) -> str | None:
    """A key of ``NAMES``, None where the weights are not known."""
    names = tensors.keys()
    if any(name.startswith(("lora_", "lycoris_")) or ".lora_" in name for name in names):
        return "lora"
    if _any(names, "double_blocks.0."):
        return "flux"
    if _any(names, "joint_blocks.0."):
        return "sd3"
    if _any(names, "conditioner.embedders.1."):
        return "sdxl"
    cross = _ending(tensors, _CROSS_ATTENTION)
    if cross is not None:
        return "sd2" if cross.shape[-1:] == (_SD2_CONTEXT,) else "sd1"
    if _ending(tensors, _FIRST) is not None:
        return None
    return "part" if _any(names, "decoder.up", "text_model.encoder", "quant_conv") else None


def extra_channels(tensors: Mapping[str, Tensor]) -> int | None:
    """Channels that the first layer takes instead of 4 (9 for inpainting), None for a plain model."""
    first = _ending(tensors, _FIRST)
    if first is None or len(first.shape) < 2 or first.shape[1] == _PLAIN_CHANNELS:
        return None
    return first.shape[1]


def folder_kind(folder: Path) -> str | None:
    """The kind of a folder in the format of diffusers, None where its index does not say."""
    kind = _PIPELINES.get(str(_json_object(folder / "model_index.json").get("_class_name")))
    return _sd_of(folder) if kind == "sd1" else kind


def _sd_of(folder: Path) -> str:
    context = _json_object(folder / "unet" / "config.json").get("cross_attention_dim")
    return "sd2" if context == _SD2_CONTEXT else "sd1"


def _json_object(path: Path) -> dict[str, Any]:
    """What stands in the file; nothing where that is no JSON object."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):  # the last: of brackets in brackets
        return {}
    return found if isinstance(found, dict) else {}


def _any(names: Iterable[str], *parts: str) -> bool:
    return any(part in name for name in names for part in parts)


def _ending(tensors: Mapping[str, Tensor], end: str) -> Tensor | None:
    return tensors.get(f"model.diffusion_model.{end}") or tensors.get(end)
