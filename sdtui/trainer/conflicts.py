"""Settings that the trainer refuses together, refused before a GPU is loaded for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from sdtui.base.errors import UsageError
from sdtui.trainer.fields import Value
from sdtui.trainer.profiles import Settings

_TOGETHER: tuple[tuple[Mapping[str, Value], str], ...] = (
    ({"xformers": True, "sdpa": True}, "xformers and sdpa are two ways of doing the same. Set one of them to false."),
    ({"v_pred_like_loss": True, "v_parameterization": True}, "Set one of them to nothing."),
    (
        {"persistent_data_loader_workers": True, "max_data_loader_n_workers": 0},
        "Set max_data_loader_n_workers to 1 or more, or leave them out.",
    ),
    (
        {"network_train_unet_only": True, "network_train_text_encoder_only": True},
        "Nothing would be left to train. Set one of them to false.",
    ),
    ({"use_8bit_adam": True, "use_lion_optimizer": True}, "Set one of them to false."),
)
"""Values that the trainer refuses together (library/train_util.py, verify_training_args; the scripts)."""

_BLOCKS = 23
"""Blocks of an SDXL U-Net with a rate of their own (sdxl_train.py, UNET_NUM_BLOCKS_FOR_BLOCK_LR)."""


def refuse_conflicts(settings: Settings) -> None:
    """Raises UsageError for settings that the trainer refuses together."""
    for together, remedy in _TOGETHER:
        if all(settings[key] == value for key, value in together.items()):
            raise UsageError(f"{' and '.join(together)} do not go together", remedy=remedy)
    for what, remedy in (
        *_precision(settings),
        *_caches(settings),
        *_needs(settings),
        *_optimizer(settings),
        *_warm_up(settings),
    ):
        raise UsageError(what, remedy=remedy)
    for key in ("optimizer_args", "lr_scheduler_args"):
        _refuse_options(key, settings[key])
    for word in _words(settings["network_args"]):
        if "=" not in word:  # train_network.py, NetworkTrainer.train
            raise UsageError(f"network_args cannot hold {word!r}", remedy="Each is name=value, separated by spaces.")


def _precision(settings: Settings) -> Iterator[tuple[str, str]]:
    """sdxl_train.py and train_network.py, train. Left out, the launcher and the trainer both take ``no``."""
    precision = settings.text("mixed_precision") or "no"
    if settings["full_fp16"] and precision != "fp16":
        yield "full_fp16 needs mixed_precision=fp16", "Set mixed_precision=fp16, or full_fp16=false."
    elif settings["full_bf16"] and not settings["full_fp16"] and precision != "bf16":
        yield "full_bf16 needs mixed_precision=bf16", "Set mixed_precision=bf16, or full_bf16=false."
    for key in ("fp8_base", "fp8_base_unet"):
        if settings[key] and precision == "no" and settings.script != "sdxl_train.py":
            yield f"{key} needs mixed_precision=bf16 or fp16", f"Set one of these, or {key}=false."


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
    if settings["scale_v_pred_loss_like_noise_pred"] and not settings["v_parameterization"]:
        yield "scale_v_pred_loss_like_noise_pred needs v_parameterization", "Set v_parameterization=true."
    if settings["v2"] and settings.script.startswith("sdxl_"):
        # library/sdxl_train_util.py, verify_sdxl_training_args
        yield "v2 is for models of SD 2, which the sdxl scripts do not train", "Set v2=false, or another script."
    rates = settings.text("block_lr")
    if rates and rates.count(",") != _BLOCKS - 1:
        yield f"block_lr needs {_BLOCKS} rates with commas between them", "Give one for each block of the U-Net."


def _optimizer(settings: Settings) -> Iterator[tuple[str, str]]:
    """library/train_util.py, get_optimizer and get_scheduler_fix."""
    name = settings.text("optimizer_type").lower()
    for key, same in (("use_8bit_adam", "AdamW8bit"), ("use_lion_optimizer", "Lion")):
        if settings[key] and name:
            yield f"{key} and optimizer_type do not go together", f"Set optimizer_type={same} and {key}=false."
    if settings["fused_backward_pass"]:
        if name != "adafactor":
            yield "fused_backward_pass needs the optimizer Adafactor", "Set optimizer_type=Adafactor."
        if settings.number("gradient_accumulation_steps", 1) > 1:
            yield "fused_backward_pass does not go with accumulation", "Set gradient_accumulation_steps=1."
    if settings.text("lr_scheduler").startswith("adafactor") and name != "adafactor":
        yield "The scheduler adafactor needs the optimizer Adafactor", "Set optimizer_type=Adafactor."


def _warm_up(settings: Settings) -> Iterator[tuple[str, str]]:
    """library/train_util.py, get_scheduler_fix: the schedulers that check for a needless warm-up."""
    optimizer = settings.text("optimizer_type").lower()
    if float(settings.text("lr_warmup_steps").rstrip("%") or 0) == 0 or optimizer.endswith("schedulefree"):
        return
    # get_optimizer replaces the scheduler by Adafactor's own.
    if optimizer == "adafactor" and _sets_its_own_rate(settings):
        remedy = "Set lr_warmup_steps=0, or optimizer_args=relative_step=False."
        yield "Adafactor with relative_step sets its own rate and takes no warm-up", remedy
    elif settings["lr_scheduler_type"]:
        yield f"The scheduler {settings['lr_scheduler_type']} takes no warm-up", "Set lr_warmup_steps=0."
    elif settings.text("lr_scheduler").startswith("adafactor"):
        yield "The scheduler adafactor takes no warm-up", "Set lr_warmup_steps=0."
    elif settings["lr_scheduler"] == "constant":
        remedy = "Set lr_warmup_steps=0, or lr_scheduler=constant_with_warmup."
        yield "The scheduler constant takes no warm-up", remedy


def _sets_its_own_rate(settings: Settings) -> bool:
    words = dict(word.partition("=")[::2] for word in _words(settings["optimizer_args"]))
    return words.get("relative_step", "True") != "False" or words.get("warmup_init", "False") != "False"


def _words(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _refuse_options(key: str, value: Value | None) -> None:
    for word in _words(value):
        name, equals, literal = word.partition("=")
        if not name or not equals or "=" in literal or "," in name:
            raise UsageError(f"{key} cannot hold {word!r}", remedy="Each is name=value, separated by spaces.")
        if literal.casefold() in ("true", "false", "none") and literal not in ("True", "False", "None"):
            raise UsageError(f"{key} cannot hold {word!r}", remedy=f"Write {name}={literal.capitalize()}.")
        if not _is_literal(literal):
            remedy = "Its value must be one of Python: a number, True, False, None, or text in quotes."
            raise UsageError(f"{key} cannot hold {word!r}", remedy=remedy)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False
    return True
