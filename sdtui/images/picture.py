"""A decoded picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels ready to show, unrotated and without transparency, which is how the trainer sees the file.

    The trainer drops the alpha channel (library/train_util.py, load_image), so what lay hidden under it is shown: that
    is what would be learnt.
    """

    width: int
    height: int
    rgb: bytes
    """Three bytes a pixel, row by row from the top left: ``width * height * 3`` of them."""
    full_width: int
    """Size in pixels as stored in the file."""
    full_height: int
    format: str
    """As the content says, whatever the file is called: PNG, JPEG, WEBP, ..."""
    mode: str
    """Pillow's mode of the file: RGB, RGBA, P, L, CMYK, I;16, ..."""
