"""How a picture is to be written anew."""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".bmp": "BMP"}
"""What is written into a file of this ending (lower case)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to a picture, beside making it 8 bits a channel and RGB or grey. Alpha stays unless said otherwise.

    Only the first frame is kept.
    """

    format: str
    """PNG, JPEG, WEBP or BMP."""
    orientation: int | None = None
    """The EXIF orientation to turn it by, after which it says none; None leaves it and what it says as they are."""
    background: tuple[int, int, int] | None = None
    """The colour that comes under what is transparent; None keeps the alpha channel."""
    most_pixels: int | None = None
    """Shrink it to so many pixels if it has more, even if it has more than Pillow opens."""
    size: tuple[int, int] | None = None
    """Width and height in pixels to scale it to, after all else; None leaves its size."""
