"""The network that kohya_ss' GUI means by its ``LoRA_type``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdtui.trainer.settings_import.found import Found, says_nothing

_CONV = ("conv_dim", "conv_alpha")
_DROPOUT = ("rank_dropout", "module_dropout", "rank_dropout_scale")
_LYCORIS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "LyCORIS/BOFT": ("boft", (*_CONV, *_DROPOUT, "use_tucker")),
    "LyCORIS/Diag-OFT": ("diag-oft", (*_CONV, *_DROPOUT, "use_tucker", "constrain", "rescaled")),
    "LyCORIS/DyLoRA": ("dylora", (*_CONV, "use_tucker", "unit", "rank_dropout", "module_dropout")),
    "LyCORIS/GLoRA": ("glora", (*_CONV, *_DROPOUT, "use_tucker")),
    "LyCORIS/iA3": ("ia3", (*_CONV, "train_on_input")),
    "LyCORIS/LoCon": ("locon", (*_CONV, *_DROPOUT, "use_tucker", "bypass_mode", "dora_wd", "use_scalar")),
    "LyCORIS/LoHa": ("loha", (*_CONV, *_DROPOUT, "use_tucker", "bypass_mode", "dora_wd", "use_scalar")),
    "LyCORIS/LoKr": (
        "lokr",
        (*_CONV, *_DROPOUT, "bypass_mode", "dora_wd", "factor", "use_cp", "use_scalar", "decompose_both"),
    ),
    "LyCORIS/Native Fine-Tuning": ("full", _DROPOUT),
}
_ALIASES = {"LoCon": "LyCORIS/LoCon"}
_LYCORIS_NAMES = {"constrain": "constraint", "unit": "block_size"}

_BLOCKS = (
    "down_lr_weight",
    "mid_lr_weight",
    "up_lr_weight",
    "block_lr_zero_threshold",
    "block_dims",
    "block_alphas",
    "conv_block_dims",
    "conv_block_alphas",
)
_KOHYA: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Standard": ("networks.lora", (*_BLOCKS, "rank_dropout", "module_dropout")),
    "Kohya LoCon": ("networks.lora", (*_CONV, *_BLOCKS, "rank_dropout", "module_dropout")),
    "LoRA-FA": ("networks.lora_fa", (*_BLOCKS, "rank_dropout", "module_dropout")),
    "Kohya DyLoRA": ("networks.dylora", (*_CONV, *_BLOCKS, "rank_dropout", "module_dropout", "unit")),
    "Kohya LoHa": ("networks.loha", (*_CONV, "use_tucker", "rank_dropout", "module_dropout")),
    "Kohya LoKr": ("networks.lokr", (*_CONV, "use_tucker", "factor", "rank_dropout", "module_dropout")),
    "Flux1": (
        "networks.lora_flux",
        (
            "img_attn_dim",
            "img_mlp_dim",
            "img_mod_dim",
            "single_dim",
            "txt_attn_dim",
            "txt_mlp_dim",
            "txt_mod_dim",
            "single_mod_dim",
            "in_dims",
            "train_double_block_indices",
            "train_single_block_indices",
            "split_qkv",
            "train_t5xxl",
            "rank_dropout",
            "module_dropout",
        ),
    ),
    "Flux1 OFT": ("networks.oft_flux", ("enable_all_linear",)),
    "HunyuanImage-2.1": ("networks.lora_hunyuan_image", ("rank_dropout", "module_dropout")),
    "Anima": ("networks.lora_anima", ("rank_dropout", "module_dropout")),
    "Lumina": ("networks.lora_lumina", ("rank_dropout", "module_dropout")),
}
_PLUS = ("loraplus_lr_ratio", "loraplus_unet_lr_ratio", "loraplus_text_encoder_lr_ratio")

NETWORK_KEYS = tuple(
    dict.fromkeys(
        key
        for _, keys in (*_LYCORIS.values(), *_KOHYA.values())
        for key in (*keys, *_PLUS, "train_norm", "train_blocks", "split_mode", "lora_network_weights")
    )
)
"""Keys of the GUI that become parts of ``network_args``, or nothing where the kind of network has none of them."""


def network_of(data: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """``network_module`` and ``network_args`` (kohya_gui/lora_gui.py, train_model)."""
    name = str(data["LoRA_type"])
    arguments = {"network_weights": data.get("lora_network_weights") or data.get("network_weights") or None}
    if _ALIASES.get(name, name) in _LYCORIS:
        algorithm, keys = _LYCORIS[_ALIASES.get(name, name)]
        pairs = [(_LYCORIS_NAMES.get(key, key), data[key]) for key in keys if key in data and data[key] != ""]
        preset = [("preset", data["LyCORIS_preset"])] if data.get("LyCORIS_preset") else []
        norm = [("train_norm", data["train_norm"])] if "train_norm" in data and algorithm != "ia3" else []
        words = _words([*preset, *pairs, *norm, ("algo", algorithm)])
        return {**arguments, "network_module": "lycoris.kohya", "network_args": [*words, *_plus(data)]}
    if name not in _KOHYA:
        found.leave("LoRA_type", name, "This kind of network is not known; networks.lora was taken.")
    module, keys = _KOHYA.get(name, _KOHYA["Standard"])
    if module == "networks.lora" and data.get("sd3_checkbox"):
        module = "networks.lora_sd3"
    pairs = [(key, data[key]) for key in keys if key in data and not says_nothing(data[key]) and data[key] != 0]
    if module == "networks.lora_flux" and data.get("split_mode"):
        pairs.append(("train_blocks", "single"))
    words = [*_words(pairs), *_plus(data)]
    return {**arguments, "network_module": module, "network_args": words or None}


def _plus(data: Mapping[str, Any]) -> list[str]:
    return _words([(key, data[key]) for key in _PLUS if data.get(key)])


def _words(pairs: list[tuple[str, Any]]) -> list[str]:
    return [f"{key}={value}" for key, value in pairs]
