"""Images and masks from disk to small tensors, scaled and cut as the trainer would, then made smaller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from sdtui.trainer.buckets import Placement, Size

SIDE = 32
"""Pixels of the model's square pictures: what the dataset's resolution becomes."""


@dataclass(frozen=True, slots=True)
class Shrink:
    """How sides of a dataset become the model's: the area of ``resolution`` becomes SIDE x SIDE."""

    resolution: Size

    def size(self, width: int, height: int) -> Size:
        """The model's size for a size in pixels: even sides of at least 4."""
        factor = SIDE / (self.resolution[0] * self.resolution[1]) ** 0.5
        return _even(width * factor), _even(height * factor)


def _even(side: float) -> int:
    return max(4, 2 * round(side / 2))


def load_picture(path: Path, placed: Placement, size: Size) -> Image.Image:
    """The part of the image that its bucket shows, RGB or RGBA, ``size`` pixels. Raises what Pillow raises."""
    with Image.open(path) as picture:
        picture.draft("RGB", (size[0] * 3, size[1] * 3))
        return _cut(picture.convert("RGBA" if _has_alpha(picture) else "RGB"), placed, size)


def load_mask(path: Path, placed: Placement, size: Size) -> Tensor:
    """How much each pixel counts in the loss, 0 to 1: (1, height, width). The red channel, as the trainer takes it.

    (library/custom_train_functions.py, apply_masked_loss)
    """
    with Image.open(path) as picture:
        return to_tensor(_cut(picture.convert("RGB"), placed, size))[:1] / 255


def alpha_mask(picture: Image.Image) -> Tensor:
    """The alpha channel as a mask, all 1 where there is none: (1, height, width)."""
    if picture.mode != "RGBA":
        return torch.ones(1, picture.height, picture.width)
    return to_tensor(picture)[3:] / 255


def to_tensor(picture: Image.Image) -> Tensor:
    """Bytes 0 to 255: (channels, height, width)."""
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
    return pixels.view(picture.height, picture.width, -1).permute(2, 0, 1).contiguous()


def to_picture(pixels: Tensor) -> Image.Image:
    """The reverse: (3, height, width) from -1 to 1 as an RGB picture."""
    rows = ((pixels.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).contiguous().cpu()
    return Image.frombytes("RGB", (rows.shape[1], rows.shape[0]), bytes(rows.flatten().tolist()))


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _cut(picture: Image.Image, placed: Placement, size: Size) -> Image.Image:
    """The middle of the picture in the bucket's proportions, averaged down to ``size``."""
    assert placed.bucket is not None
    scaled = placed.resized or placed.bucket
    width = picture.width * placed.bucket[0] / max(scaled[0], placed.bucket[0])
    height = picture.height * placed.bucket[1] / max(scaled[1], placed.bucket[1])
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    return picture.resize(size, Image.Resampling.BOX, box=(left, top, left + width, top + height))
