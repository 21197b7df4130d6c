"""What a script makes of the values of a sample prompt: sizes, samplers, tokens, pictures that it opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdtui.base.text import count
from sdtui.base.there import is_file
from sdtui.checks.finding import Finding, Severity
from sdtui.tokens.encoder import count as count_tokens
from sdtui.trainer.field_list.samples import SAMPLERS
from sdtui.trainer.prompt_file import PromptRow
from sdtui.trainer.prompt_options import NEGATIVE, PROMPT, default_values
from sdtui.trainer.weights import unweighted_segments

_SMALLEST = 64
_SAMPLED_TOKENS = 225
"""Samples of SD and SDXL take so many whatever ``--max_token_length`` says (library/lpw_stable_diffusion.py)."""
_OTHERS = ("flux", "sd3", "lumina", "anima", "hunyuan")


def size_unit(script: str) -> int:
    """What the sides of a sample are rounded down to a multiple of.

    (sample_image_inference in library/train_util.py, flux_train_utils.py, anima_train_utils.py and
    hunyuan_image_train_network.py)
    """
    return 16 if script.startswith(("flux", "anima", "hunyuan")) else 8


def sampled_side(side: int, unit: int) -> int:
    """The side in pixels that a sample really gets."""
    return max(_SMALLEST, side - side % unit)


def token_limit(script: str) -> int | None:
    """CLIP tokens that are read of a prompt; None for models whose other text encoders read on."""
    return None if script.startswith(_OTHERS) else _SAMPLED_TOKENS


def prompt_tokens(text: str) -> int:
    """The tokens of a prompt, the syntax of its weights not counted."""
    return sum(map(count_tokens, unweighted_segments(text)))


def effect_findings(path: Path, row: PromptRow, script: str) -> Iterator[Finding]:
    """The findings about the values of ``row``."""
    yield from _too_long(path, row, token_limit(script))
    yield from _rounded(path, row, size_unit(script))
    yield from _sampler(path, row, script)
    yield from _picture(path, row, script)
    yield from _negative(path, row, script)


def _too_long(path: Path, row: PromptRow, limit: int | None) -> Iterator[Finding]:
    for what, text in (("The prompt", row.values.get(PROMPT)), ("The negative prompt", row.values.get(NEGATIVE))):
        if limit is None or not isinstance(text, str):
            continue
        tokens = prompt_tokens(text)
        if tokens > limit:
            message = f"{what} has {count(tokens)} tokens, {count(tokens - limit)} over {limit}."
            why = "What is over the limit is cut off, as in captions."
            yield Finding("prompt-over-limit", Severity.WARNING, message, path, row.line, why=why, fix="Shorten it.")


def _rounded(path: Path, row: PromptRow, unit: int) -> Iterator[Finding]:
    for name in ("width", "height"):
        side = row.values.get(name)
        if type(side) is int and sampled_side(side, unit) != side:
            sampled = sampled_side(side, unit)
            message = f"The {name} of {side} becomes {sampled}."
            why = f"The trainer takes multiples of {unit}, and at least {_SMALLEST}."
            fix = f"Write {sampled}, or {sampled + unit}."
            yield Finding("prompt-size-rounded", Severity.WARNING, message, path, row.line, why=why, fix=fix)


def _sampler(path: Path, row: PromptRow, script: str) -> Iterator[Finding]:
    """(get_my_scheduler in library/train_util.py)"""
    sampler: Any = row.values.get("sample_sampler")
    if sampler is None:
        return
    if script.startswith(_OTHERS):
        message = "This script draws its samples with a sampler of its own, whatever is written here."
        yield Finding("prompt-sampler-unused", Severity.INFO, message, path, row.line, fix="Leave it out.")
    elif sampler not in SAMPLERS:
        message = f'There is no sampler "{str(sampler)[:40]}"; ddim is used instead.'
        why = f"The trainer knows {', '.join(SAMPLERS)}, each written exactly so."
        yield Finding("prompt-unknown-sampler", Severity.WARNING, message, path, row.line, why=why)


def _picture(path: Path, row: PromptRow, script: str) -> Iterator[Finding]:
    """A path that is not absolute is looked for in the folder that the trainer is started in, which is not known."""
    image = row.values.get("controlnet_image")
    if not isinstance(image, str) or script.startswith(_OTHERS[1:]):
        return
    picture = Path(image)
    if picture.is_absolute() and not is_file(picture):
        message = "The control image is not there, and the trainer stops at the first sample."
        why = "It is opened whatever is trained (sample_image_inference)."
        fix = "Name a picture that is there, or leave it out."
        yield Finding(
            "missing-prompt-image", Severity.ERROR, message, path, row.line, files=(picture,), why=why, fix=fix
        )


def _negative(path: Path, row: PromptRow, script: str) -> Iterator[Finding]:
    scale = row.values.get("scale", default_values(script)["scale"])
    if row.values.get(NEGATIVE) and isinstance(scale, int | float) and _without_guidance(scale, script):
        message = f"The negative prompt does nothing at a scale of {scale:g}."
        why = "It counts where the scale is over 1 only." if scale <= 1 else None
        yield Finding(
            "prompt-negative-unused", Severity.INFO, message, path, row.line, why=why, fix="Set a scale over 1."
        )


def _without_guidance(scale: float, script: str) -> bool:
    """(do_classifier_free_guidance in library/lpw_stable_diffusion.py; cfg_scale in flux_train_utils.py)"""
    if script.startswith(("flux", "hunyuan")):
        return scale == 1
    return scale <= 1 and not script.startswith(("sd3", "lumina"))
