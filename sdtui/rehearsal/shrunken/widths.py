"""Makes the trainer's own U-Nets and control nets as narrow as the shrunken models are."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

WIDTHS = (64, 128, 128, 128)
"""Channels of the U-Net's four levels, instead of 320, 640, 1280 and 1280 (library/original_unet.py)."""
SDXL_WIDTH = 32
"""Channels of the first of the three levels of SDXL's U-Net, instead of 320 (library/sdxl_original_unet.py)."""


def shrink_unets() -> None:
    """Every U-Net that the trainer makes from now on is narrow."""
    unet: Any = importlib.import_module("library.original_unet")
    unet.BLOCK_OUT_CHANNELS = WIDTHS
    unet.TIMESTEP_INPUT_DIM, unet.TIME_EMBED_DIM = WIDTHS[0], WIDTHS[0] * 4
    sdxl: Any = importlib.import_module("library.sdxl_original_unet")
    sdxl.MODEL_CHANNELS, sdxl.TIME_EMBED_DIM = SDXL_WIDTH, SDXL_WIDTH * 4


def shrink_control_net() -> None:
    """train_control_net.py writes the real widths down; a control net becomes as wide as the U-Net that it is for."""
    models: Any = importlib.import_module("diffusers")
    original = models.ControlNetModel.from_unet.__func__

    def from_unet(cls: Any, unet: Any, *args: Any, **kwargs: Any) -> Any:
        unet.config.block_out_channels = list(WIDTHS)
        unet.config.cross_attention_dim = _context_width(unet)
        unet.config.attention_head_dim = unet.config.num_attention_heads = 1
        return original(cls, unet, *args, **kwargs)

    models.ControlNetModel.from_unet = classmethod(from_unet)


def shrink_sdxl_control_net() -> None:
    """library/sdxl_original_control_net.py writes the real widths into its convolutions."""
    control_net: Any = importlib.import_module("library.sdxl_original_control_net")
    layers = control_net.nn
    narrow = {320 * factor: SDXL_WIDTH * factor for factor in (1, 2, 4)}

    def convolution(inputs: int, outputs: int, *args: Any, **kwargs: Any) -> Any:
        return layers.Conv2d(narrow.get(inputs, inputs), narrow.get(outputs, outputs), *args, **kwargs)

    control_net.nn = SimpleNamespace(**{**vars(layers), "Conv2d": convolution})


def _context_width(unet: Any) -> int:
    return int(unet.down_blocks[0].attentions[0].transformer_blocks[0].attn2.to_k.in_features)
