"""The keys of a dataset config, their types, and where each may stand (library/config_util.py, ConfigSanitizer)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Mode = Literal["dreambooth", "finetuning", "controlnet"]
"""What a ``[[datasets]]`` is to the trainer; masks make it "controlnet"."""


@dataclass(frozen=True, slots=True)
class Support:
    """Which datasets a script takes (the arguments of ConfigSanitizer in each script)."""

    dreambooth: bool = True
    finetuning: bool = True
    masks: bool = True
    """True for control scripts, and for the others when ``--masked_loss`` is given."""
    dropout: bool = True


EVERYTHING = Support()


def _is(kind: type) -> Callable[[Any], bool]:
    # As voluptuous: isinstance, so that true and false pass for whole numbers.
    return lambda value: isinstance(value, kind)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _is_pair(kind: type) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(item, kind) for item in value)
    )


def _is_resolution(value: Any) -> bool:
    return isinstance(value, int) or _is_pair(int)(value)


_BOOL = (_is(bool), "true or false")
_INT = (_is(int), "a whole number")
_FLOAT = (_is(float), "a number with a decimal point")
_NUMBER = (_is_number, "a number")
_TEXT = (_is(str), "text in quotes")
_TABLE = (_is(dict), "a table")

Rule = tuple[Callable[[Any], bool], str]
Rules = Mapping[str, Rule]

INTERPOLATIONS = ("lanczos", "nearest", "bilinear", "linear", "bicubic", "cubic", "area", "box")
"""What ``resize_interpolation`` may be (library/utils.py, validate_interpolation_fn)."""

SUBSET_KEYS: Rules = {
    "color_aug": _BOOL,
    "face_crop_aug_range": (_is_pair(float), "two numbers with decimal points, such as [2.0, 4.0]"),
    "flip_aug": _BOOL,
    "num_repeats": _INT,
    "random_crop": _BOOL,
    "shuffle_caption": _BOOL,
    "keep_tokens": _INT,
    "keep_tokens_separator": _TEXT,
    "secondary_separator": _TEXT,
    "caption_separator": _TEXT,
    "enable_wildcard": _BOOL,
    "token_warmup_min": _INT,
    "token_warmup_step": _NUMBER,
    "caption_prefix": _TEXT,
    "caption_suffix": _TEXT,
    "custom_attributes": _TABLE,
    "resize_interpolation": _TEXT,
}
DROPOUT_KEYS: Rules = {
    "caption_dropout_every_n_epochs": _INT,
    "caption_dropout_rate": _NUMBER,
    "caption_tag_dropout_rate": _NUMBER,
}
DREAMBOOTH_KEYS: Rules = {"caption_extension": _TEXT, "class_tokens": _TEXT, "cache_info": _BOOL}
CONTROLNET_KEYS: Rules = {"caption_extension": _TEXT, "cache_info": _BOOL}
DATASET_KEYS: Rules = {
    "batch_size": _INT,
    "bucket_no_upscale": _BOOL,
    "bucket_reso_steps": _INT,
    "enable_bucket": _BOOL,
    "max_bucket_reso": _INT,
    "min_bucket_reso": _INT,
    "validation_seed": _INT,
    "validation_split": _FLOAT,
    "resolution": (_is_resolution, "a whole number, or two such as [832, 1216]"),
    "network_multiplier": _FLOAT,
    "resize_interpolation": _TEXT,
}
_OWN_KEYS: Mapping[Mode, Rules] = {
    "dreambooth": {"image_dir": _TEXT, "is_reg": _BOOL, "alpha_mask": _BOOL},
    "finetuning": {"metadata_file": _TEXT, "image_dir": _TEXT, "alpha_mask": _BOOL},
    "controlnet": {"image_dir": _TEXT, "conditioning_data_dir": _TEXT},
}
_REQUIRED: Mapping[Mode, tuple[str, ...]] = {
    "dreambooth": ("image_dir",),
    "finetuning": ("metadata_file",),
    "controlnet": ("image_dir", "conditioning_data_dir"),
}

DEFAULTS: Mapping[str, Any] = {
    "num_repeats": 1,
    "shuffle_caption": False,
    "caption_separator": ",",
    "keep_tokens": 0,
    "keep_tokens_separator": "",
    "secondary_separator": None,
    "enable_wildcard": False,
    "color_aug": False,
    "flip_aug": False,
    "face_crop_aug_range": None,
    "random_crop": False,
    "caption_prefix": None,
    "caption_suffix": None,
    "caption_dropout_rate": 0.0,
    "caption_dropout_every_n_epochs": 0,
    "caption_tag_dropout_rate": 0.0,
    "token_warmup_min": 1,
    "token_warmup_step": 0,
    "custom_attributes": None,
    "resize_interpolation": None,
    "is_reg": False,
    "class_tokens": None,
    "caption_extension": ".caption",
    "cache_info": False,
    "alpha_mask": False,
    "resolution": None,
    "network_multiplier": 1.0,
    "validation_seed": None,
    "validation_split": 0.0,
    "batch_size": 1,
    "enable_bucket": False,
    "min_bucket_reso": 256,
    "max_bucket_reso": 1024,
    "bucket_reso_steps": 64,
    "bucket_no_upscale": False,
}
"""What holds where neither the config nor the command line says anything (the ``...Params`` classes and the parser)."""


def subset_rules(mode: Mode, support: Support = EVERYTHING) -> Rules:
    """The keys of a ``[[datasets.subsets]]``."""
    return {**SUBSET_KEYS, **_OWN_KEYS[mode], **_mode_keys(mode), **(DROPOUT_KEYS if support.dropout else {})}


def required_keys(mode: Mode) -> tuple[str, ...]:
    """The keys that a ``[[datasets.subsets]]`` must have."""
    return _REQUIRED[mode]


def dataset_rules(mode: Mode, support: Support = EVERYTHING) -> Rules:
    """The keys of a ``[[datasets]]``, ``subsets`` aside."""
    return {**DATASET_KEYS, **SUBSET_KEYS, **_mode_keys(mode), **(DROPOUT_KEYS if support.dropout else {})}


def general_rules(support: Support = EVERYTHING) -> Rules:
    """The keys of ``[general]``."""
    return {
        **DATASET_KEYS,
        **SUBSET_KEYS,
        **(DREAMBOOTH_KEYS if support.dreambooth else {}),
        **(CONTROLNET_KEYS if support.masks else {}),
        **(DROPOUT_KEYS if support.dropout else {}),
    }


def _mode_keys(mode: Mode) -> Rules:
    return {"dreambooth": DREAMBOOTH_KEYS, "controlnet": CONTROLNET_KEYS, "finetuning": {}}[mode]


def mode_of(subsets: Sequence[Mapping[str, Any]]) -> Mode:
    """What a dataset of these subsets is to the trainer (library/config_util.py, BlueprintGenerator.generate)."""
    if subsets and all("conditioning_data_dir" in subset for subset in subsets):
        return "controlnet"
    return "finetuning" if any("metadata_file" in subset for subset in subsets) else "dreambooth"


def checked_as(subsets: Sequence[Mapping[str, Any]], support: Support) -> Mode:
    """What the validation of a script takes a dataset for, whatever it is (ConfigSanitizer.__init__)."""
    if support.dreambooth and support.finetuning:
        if support.masks and all("conditioning_data_dir" in subset for subset in subsets):
            return "controlnet"
        return "finetuning" if all("metadata_file" in subset for subset in subsets) else "dreambooth"
    if support.finetuning:
        return "finetuning"
    # With masks a script that takes caption files only refuses every dataset without them.
    return "controlnet" if support.masks else "dreambooth"


def fallback(key: str, *levels: Mapping[str, Any]) -> Any:
    """The first value that is of the right type and not None, else the default (BlueprintGenerator.search_value)."""
    rule = _RULES.get(key)
    for level in levels:
        value = level.get(key)
        if value is not None and (rule is None or rule[0](value)):
            return value
    return DEFAULTS.get(key)


_RULES: Rules = {**general_rules(), **subset_rules("dreambooth")}


def table(value: Any) -> dict[str, Any]:
    """``value`` where it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The tables in ``value`` where it is an array of such."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
