"""What a picture file is, found out by decoding it as the trainer would. Runs in the worker process."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageChops

from sdtui.images.opening import HARD_FILE, open_picture

ORIENTATION = 0x0112
"""The EXIF tag that says how a picture is to be turned before it is shown."""

_ANIMATIONS = ("PNG", "WEBP", "GIF", "AVIF", "TIFF", "JXL")
"""Not MPO: its other frames are a preview or a depth map, and it is a JPEG to everybody."""
_WIDE = ("I", "F")
"""Modes whose values may be more than 255, or fractions."""
_EASILY_RGB = ("RGB", "RGBA", "L", "LA", "P", "1", "CMYK")
_PNG_DEPTH_AT = 24
_LOOKED_AT = 64
"""Pixels of the shorter side, at least, that values are looked for in."""
_NOISE = 12
"""By how much JPEG lets the channels of a grey picture differ."""


def examine(path: str) -> dict[str, Any]:
    """Facts about the picture at ``path``, as JSON. Raises what Pillow raises where the trainer would stop at it."""
    with open_picture(path) as image:
        opened_as, animated = image.mode, _is_animated(image)
        image.load()
        if image.mode not in _EASILY_RGB:
            image.convert("RGB")  # as library/train_util.py, load_image, does; it may fail where loading did not
        return {
            "format": image.format,
            "mode": opened_as,
            "full": image.size,
            "orientation": orientation_of(image),
            "transparency": _transparency(image),
            "animated": animated,
            "depth": _depth(path, image.format, opened_as),
            "clipped": _is_clipped(image, opened_as),
            **_values(image),
        }


def orientation_of(image: Image.Image) -> int:
    """1 to 8; 1 (as stored) where the tag is missing, or says what nobody knows."""
    try:
        said = image.getexif().get(ORIENTATION, 1)
    except HARD_FILE:
        return 1
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def _is_animated(image: Image.Image) -> bool:
    return image.format in _ANIMATIONS and bool(getattr(image, "is_animated", False))


def _transparency(image: Image.Image) -> str:
    if not image.has_transparency_data:
        return "none"
    alpha = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    lowest, _ = alpha.getchannel("A").getextrema()
    return "opaque" if lowest == 255 else "used"


def _values(image: Image.Image) -> dict[str, Any]:
    """What the picture is as a mask: averaged over small squares, which is quick and overlooks specks."""
    whole = image if image.mode == "RGB" else image.convert("RGB")
    small = whole.reduce(max(1, min(whole.size) // _LOOKED_AT))
    red, green, blue = small.split()
    apart = max(_highest(ImageChops.difference(red, other)) for other in (green, blue))
    return {"coloured": apart > _NOISE, "brightest": _highest(red)}


def _highest(channel: Image.Image) -> int:
    histogram = channel.histogram()
    return max((value for value, count in enumerate(histogram) if count), default=0)


def _is_clipped(image: Image.Image, mode: str) -> bool:
    """Whether converting it to RGB, which makes all over 255 white and cuts fractions off, loses the picture."""
    if not mode.startswith(_WIDE):
        return False
    _, brightest = image.getextrema()
    assert isinstance(brightest, (int, float))
    return brightest > 255 or (mode == "F" and 0 < brightest <= 1)


def _depth(path: str, kind: str | None, mode: str) -> int:
    """Bits of a channel as stored."""
    if mode.startswith(_WIDE):
        return 16 if ";16" in mode else 32
    if kind == "PNG":
        with open(path, "rb") as file:  # noqa: PTH123 -- a string, in a process of its own
            head = file.read(_PNG_DEPTH_AT + 1)
        return head[_PNG_DEPTH_AT]
    return 8
