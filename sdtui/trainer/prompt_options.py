"""The options of a sample prompt: how a line writes them, what the trainer's dictionary calls them, what they take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from sdtui.trainer.field_list.group import Group
from sdtui.trainer.field_list.samples import SAMPLERS
from sdtui.trainer.fields import Field

OptionValue: TypeAlias = str | int | float
PROMPT = "prompt"
NEGATIVE = "negative_prompt"
SEED = "seed"
LARGEST_SEED = 2**64 - 1
"""Beyond it torch.manual_seed ends the run."""
MOST_STEPS = 1000
"""What ``--s`` of a line is cut to."""
_SIDES = (64, 16_384)

_prompt = Group("Prompt")
_size = Group("Picture")
_draw = Group("Drawing")


@dataclass(frozen=True, slots=True)
class PromptOption:
    """One option. ``field.key`` is its name in the trainer's dictionary and in TOML and JSON files."""

    flag: str
    """``w`` for ``--w 512``."""
    field: Field
    pattern: re.Pattern[str]
    """What a part of a line must begin with; its group is the value."""

    @property
    def key(self) -> str:
        return self.field.key

    def read(self, text: str) -> OptionValue | None:
        """What ``pattern`` found as the trainer's dictionary holds it; None where that logs an error and drops it."""
        if self.field.kind in ("text", "path"):
            return text
        try:
            if self.field.kind == "float":
                return float(text)
            number = int(text)
        except ValueError:
            return None
        return max(1, min(MOST_STEPS, number)) if self.key == "sample_steps" else number

    def written(self, value: OptionValue) -> str:
        """``value`` as a line holds it: the patterns of numbers take no exponent."""
        if isinstance(value, float):
            return format(Decimal(repr(value)), "f").removesuffix(".0")
        return str(value)


def _option(flag: str, pattern: str, field: Field) -> PromptOption:
    return PromptOption(flag, field, re.compile(f"{flag} {pattern}", re.IGNORECASE))


_WHOLE, _POINTED, _ANY = r"(\d+)", r"([\d\.]+)", r"(.+)"

OPTIONS: tuple[PromptOption, ...] = (
    _option("n", _ANY, _prompt(NEGATIVE, "Negative", "text", "What the picture should not show.")),
    _option("w", _WHOLE, _size("width", "Width", "int", "In pixels.", minimum=_SIDES[0], maximum=_SIDES[1])),
    _option("h", _WHOLE, _size("height", "Height", "int", "In pixels.", minimum=_SIDES[0], maximum=_SIDES[1])),
    _option(
        "d",
        _WHOLE,
        _draw(
            SEED,
            "Seed",
            "int",
            "The same seed gives the same noise, so that samples of different steps can be compared. Without one each "
            "is random.",
            minimum=0,
        ),
    ),
    _option(
        "s",
        _WHOLE,
        _draw("sample_steps", "Steps", "int", "Denoising steps of this picture.", minimum=1, maximum=MOST_STEPS),
    ),
    _option(
        "l",
        _POINTED,
        _draw(
            "scale",
            "Scale",
            "float",
            "How strictly the prompt is followed (CFG). At 1 the negative prompt does nothing.",
            minimum=0,
            maximum=1000,
        ),
    ),
    _option(
        "ss",
        _ANY,
        _draw(
            "sample_sampler",
            "Sampler",
            "text",
            "How this picture is drawn; SD and SDXL only. Without one it is the sampler of the training settings.",
            choices=SAMPLERS,
        ),
    ),
    _option(
        "g",
        _POINTED,
        _draw(
            "guidance_scale",
            "Guidance",
            "float",
            "The embedded guidance of FLUX; SD and SDXL look at the scale only.",
            minimum=0,
            maximum=1000,
        ),
    ),
    _option(
        "cn",
        _ANY,
        _draw(
            "controlnet_image",
            "Control image",
            "path",
            "The picture that a ControlNet follows. SD, SDXL and FLUX open it whatever is trained, and stop where it "
            "is not there.",
        ),
    ),
    _option("fs", _ANY, _draw("flow_shift", "Flow shift", "text", "Hunyuan Image and Anima only.")),
    _option("ctr", _ANY, _draw("cfg_trunc_ratio", "CFG truncation", "float", "Lumina only.")),
    _option("rcfg", _ANY, _draw("renorm_cfg", "CFG renorm", "float", "Lumina only.")),
)
"""In the order in which they are shown (library/train_util.py, line_to_prompt_dict)."""

PROMPT_FIELD = _prompt(PROMPT, "Prompt", "text", "What the picture should show.")
FIELDS: Mapping[str, Field] = {PROMPT: PROMPT_FIELD, **{option.key: option.field for option in OPTIONS}}
"""By key; the prompt first."""

_BY_KEY = {option.key: option for option in OPTIONS}


def option_of(key: str) -> PromptOption:
    """The option that the trainer's dictionary calls ``key``. Raises KeyError."""
    return _BY_KEY[key]


def match_option(part: str) -> tuple[PromptOption, re.Match[str]] | None:
    """What the trainer takes ``part`` of a line for; None where it takes it for nothing."""
    for option in OPTIONS:
        if match := option.pattern.match(part):
            return option, match
    return None


_COMMON: Mapping[str, Any] = {"width": 512, "height": 512, "sample_steps": 30, "scale": 7.5, "sample_sampler": "ddim"}
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "flux": {**_COMMON, "sample_steps": 20, "scale": 1.0, "guidance_scale": 3.5},
    "lumina": {
        **_COMMON,
        "width": 1024,
        "height": 1024,
        "sample_steps": 38,
        "scale": 3.5,
        "cfg_trunc_ratio": 0.25,
        "renorm_cfg": 1.0,
    },
    "hunyuan": {**_COMMON, "sample_steps": 20, "scale": 3.5, "flow_shift": 5.0},
    "anima": {**_COMMON, "flow_shift": 3.0},
}


def default_values(script: str) -> Mapping[str, Any]:
    """What ``script`` takes where a prompt does not say.

    (sample_image_inference in library/train_util.py, flux_train_utils.py, sd3_train_utils.py, lumina_train_util.py,
    anima_train_utils.py and hunyuan_image_train_network.py)
    """
    return next((found for family, found in _DEFAULTS.items() if script.startswith(family)), _COMMON)


_ALL = (NEGATIVE, "width", "height", SEED, "sample_steps", "scale")
_USED: Mapping[str, tuple[str, ...]] = {
    "flux": (*_ALL, "guidance_scale", "controlnet_image"),
    "sd3": _ALL,
    "lumina": (*_ALL, "cfg_trunc_ratio", "renorm_cfg"),
    "hunyuan": (*_ALL, "flow_shift"),
    "anima": (*_ALL, "flow_shift"),
}


def used_keys(script: str) -> tuple[str, ...]:
    """The options that ``script`` looks at, in the order of ``OPTIONS`` (as in ``default_values``)."""
    every = (*_ALL, "sample_sampler", "controlnet_image")
    return next((found for family, found in _USED.items() if script.startswith(family)), every)
