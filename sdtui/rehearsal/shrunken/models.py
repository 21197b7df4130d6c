"""Shrunken models with random weights, in the format of diffusers.

Everything that the trainer relies on has its real size: the widths in which SDXL's text encoders speak, the layer that
is read of the first, token ids, the eightfold reduction of the VAE. The rest is as small as it can be.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch

from .clip_files import write_tokenizer, write_tokenizers
from .widths import SDXL_WIDTH, WIDTHS

_EDITION = 1
"""Part of the folders' names: another number makes all of them anew."""
_VOCABULARY = 49408
UNFINISHED = "unfinished-"
"""Beginning of the names of folders that are being filled; sdtui removes old ones."""


def model_of(kind: str, models: Path, merges: Path) -> Path:
    """The folder of the shrunken model of ``kind`` below ``models``, made when it does not stand there."""
    return _made(models / f"{kind}-{_EDITION}", lambda folder: _write_model(kind, folder, merges))


def tokenizers_in(models: Path, merges: Path) -> Path:
    """The folder of the tokenizers below ``models``, made when it does not stand there."""
    return _made(models / f"tokenizers-{_EDITION}", lambda folder: write_tokenizers(folder, merges))


def _made(folder: Path, make: Any) -> Path:
    """``folder``, filled by ``make`` and only then called so: a rehearsal that is killed leaves no half of one."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder.parent) as unfinished:
            make(Path(unfinished) / "made")
            try:
                os.rename(Path(unfinished) / "made", folder)  # noqa: PTH104 -- of two at once the first wins
            except OSError:
                if not folder.is_dir():
                    raise
    return folder


def _write_model(kind: str, folder: Path, merges: Path) -> None:
    torch.manual_seed(0)
    parts = _sdxl() if kind == "sdxl" else _stable_diffusion(second=kind == "sd2")
    parts["scheduler"] = _diffusers().DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False
    )
    for name, part in parts.items():
        part.save_pretrained(str(folder / name))
    tokenizers = ["tokenizer", "tokenizer_2"] if kind == "sdxl" else ["tokenizer"]
    for name in tokenizers:
        write_tokenizer(folder / name, merges)
    (folder / "model_index.json").write_text(json.dumps(_index(kind, parts, tokenizers)), "utf-8")
    if kind == "sdxl":
        _name_as_half_too(folder)


def _index(kind: str, parts: dict[str, Any], tokenizers: list[str]) -> dict[str, object]:
    name = "StableDiffusionXLPipeline" if kind == "sdxl" else "StableDiffusionPipeline"
    libraries = {part: [type(made).__module__.partition(".")[0], type(made).__name__] for part, made in parts.items()}
    left = ("image_encoder", "feature_extractor") if kind == "sdxl" else ("safety_checker", "feature_extractor")
    return {
        "_class_name": name,
        "_diffusers_version": _diffusers().__version__,
        **libraries,
        **{part: ["transformers", "CLIPTokenizer"] for part in tokenizers},
        **{part: [None, None] for part in left},
    }


def _name_as_half_too(folder: Path) -> None:
    """With half precision the trainer asks for the variant ``fp16`` first (library/sdxl_train_util.py)."""
    for weights in folder.glob("*/*.safetensors"):
        half = weights.with_suffix(".fp16.safetensors")
        try:
            os.link(weights, half)
        except OSError:
            shutil.copyfile(weights, half)


def _stable_diffusion(*, second: bool) -> dict[str, Any]:
    width = 64
    unet = _diffusers().UNet2DConditionModel(
        block_out_channels=WIDTHS,
        cross_attention_dim=width,
        attention_head_dim=1,
        use_linear_projection=second,
        **_SHAPE,
    )
    clip = _clip("CLIPTextModel", width, layers=3, heads=2, activation="gelu" if second else "quick_gelu")
    return {"unet": unet, "vae": _vae(0.18215), "text_encoder": clip}


def _sdxl() -> dict[str, Any]:
    unet = _diffusers().UNet2DConditionModel(
        sample_size=128,
        block_out_channels=tuple(SDXL_WIDTH * factor for factor in (1, 2, 4)),
        layers_per_block=2,
        cross_attention_dim=2048,
        attention_head_dim=(1, 1, 2),
        transformer_layers_per_block=(1, 2, 10),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    )
    # The eleventh layer's states are read of the first, the last but one's of the second (library/strategy_sdxl.py).
    first = _clip("CLIPTextModel", 768, layers=11, heads=12, activation="quick_gelu")
    second = _clip("CLIPTextModelWithProjection", 1280, layers=2, heads=20, activation="gelu")
    # Most of the weights are the token embeddings; half precision halves what is kept and read.
    return {"unet": unet.half(), "vae": _vae(0.13025), "text_encoder": first.half(), "text_encoder_2": second.half()}


_SHAPE: dict[str, Any] = {
    "sample_size": 64,
    "layers_per_block": 2,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
}


def _clip(name: str, width: int, *, layers: int, heads: int, activation: str) -> Any:
    transformers = importlib.import_module("transformers")
    config = transformers.CLIPTextConfig(
        vocab_size=_VOCABULARY,
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=77,
        hidden_act=activation,
        projection_dim=width,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    return getattr(transformers, name)(config)


def _vae(scale: float) -> Any:
    """Eight channels and no attention: it reads a picture of 1024 pixels square in a moment."""
    autoencoder = _diffusers().AutoencoderKL
    attention = {"mid_block_add_attention": False}
    known = inspect.signature(autoencoder.__init__).parameters
    return autoencoder(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        norm_num_groups=8,
        latent_channels=4,
        layers_per_block=1,
        sample_size=512,
        scaling_factor=scale,
        **{key: value for key, value in attention.items() if key in known},
    )


def _diffusers() -> Any:
    return importlib.import_module("diffusers")
