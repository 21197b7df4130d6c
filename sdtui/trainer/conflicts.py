"""Settings that the trainer refuses together, refused before a GPU is loaded for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sdtui.base.errors import UsageError
from sdtui.trainer.fields import Value
from sdtui.trainer.profiles import Settings

_TOGETHER: tuple[tuple[Mapping[str, Value], str], ...] = (
    ({"xformers": True, "sdpa": True}, "xformers and sdpa are two ways of doing the same. Set one of them to false."),
    ({"full_bf16": True, "mixed_precision": "fp16"}, "full_bf16 needs mixed_precision=bf16."),
    ({"full_bf16": True, "mixed_precision": "no"}, "full_bf16 needs mixed_precision=bf16."),
    ({"full_fp16": True, "mixed_precision": "bf16"}, "full_fp16 needs mixed_precision=fp16."),
    ({"full_fp16": True, "mixed_precision": "no"}, "full_fp16 needs mixed_precision=fp16."),
    ({"fp8_base": True, "mixed_precision": "no"}, "fp8_base needs mixed_precision=bf16 or fp16."),
    ({"v_pred_like_loss": True, "v_parameterization": True}, "Set one of them to nothing."),
    (
        {"persistent_data_loader_workers": True, "max_data_loader_n_workers": 0},
        "Set max_data_loader_n_workers to 1 or more, or leave them out.",
    ),
)
"""Values that the trainer refuses together (library/train_util.py, verify_training_args; the scripts)."""


def refuse_conflicts(settings: Settings) -> None:
    """Raises UsageError for settings that the trainer refuses together."""
    for together, remedy in _TOGETHER:
        if all(settings[key] == value for key, value in together.items()):
            raise UsageError(f"{' and '.join(together)} do not go together", remedy=remedy)
    for what, remedy in (*_caches(settings), *_needs(settings)):
        raise UsageError(what, remedy=remedy)
    for key in ("optimizer_args", "lr_scheduler_args"):
        _refuse_options(key, settings[key])


def _caches(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.script == "sdxl_train.py" and not settings["cache_latents"] and not settings["cache_latents_to_disk"]:
        # A dataset of metadata files without cached latents: AttributeError in library/train_util.py.
        yield "A full fine-tune needs cached latents", "Set cache_latents=true."
    if not (settings["cache_text_encoder_outputs"] or settings["cache_text_encoder_outputs_to_disk"]):
        return
    off = "Set cache_text_encoder_outputs and cache_text_encoder_outputs_to_disk to false."
    if settings["train_text_encoder"]:
        yield "A cached text encoder cannot be trained", off
    if settings["weighted_captions"] and settings.script == "sdxl_train.py":
        yield "weighted_captions does not go with cache_text_encoder_outputs", off
    if settings.script == "sdxl_train_network.py" and not settings["network_train_unet_only"]:
        remedy = "Set network_train_unet_only=true as well, or leave the cache off."
        yield "cache_text_encoder_outputs leaves the text encoder untrained", remedy


def _needs(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings["adaptive_noise_scale"] is not None and not settings["noise_offset"]:
        remedy = "Set noise_offset, or set adaptive_noise_scale to nothing."
        yield "adaptive_noise_scale needs a noise_offset", remedy
    if settings["lr_scheduler"] == "constant" and settings.text("lr_warmup_steps") not in ("", "0", "0.0", "0%"):
        remedy = "Set lr_warmup_steps=0, or lr_scheduler=constant_with_warmup."
        yield "The scheduler constant takes no warm-up", remedy
    if settings["scale_v_pred_loss_like_noise_pred"] and not settings["v_parameterization"]:
        yield "scale_v_pred_loss_like_noise_pred needs v_parameterization", "Set v_parameterization=true."
    if settings["fused_backward_pass"]:
        # library/train_util.py, get_optimizer
        if settings.text("optimizer_type").lower() != "adafactor":
            yield "fused_backward_pass needs the optimizer Adafactor", "Set optimizer_type=Adafactor."
        if settings.number("gradient_accumulation_steps", 1) > 1:
            yield "fused_backward_pass does not go with accumulation", "Set gradient_accumulation_steps=1."


def _refuse_options(key: str, value: Value | None) -> None:
    for word in value if isinstance(value, tuple) else ():
        name, equals, literal = word.partition("=")
        if not name or not equals or "=" in literal or "," in name:
            raise UsageError(f"{key} cannot hold {word!r}", remedy="Each is name=value, separated by spaces.")
        if literal.casefold() in ("true", "false", "none") and literal not in ("True", "False", "None"):
            raise UsageError(f"{key} cannot hold {word!r}", remedy=f"Write {name}={literal.capitalize()}.")
