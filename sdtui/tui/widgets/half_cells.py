"""Pictures as terminal cells: ``▀`` with the upper pixel as its colour and the lower one as its background."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_Pixel = tuple[int, int, int]
_CALM = 0.4


@lru_cache(maxsize=16_384)
def _cell(upper: _Pixel, lower: _Pixel | None) -> tuple[str, Style]:
    if lower is None:
        return "▀", Style(color=Color.from_rgb(*upper))
    if upper == lower:
        return " ", Style(bgcolor=Color.from_rgb(*lower))  # half the bytes
    return "▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def half_cells(width: int, height: int, rgb: bytes, colours: int | None = None) -> tuple[Strip, ...]:
    """``rgb`` (``width`` x ``height`` pixels, 3 bytes each) as ``ceil(height / 2)`` strips of ``width`` cells.

    With ``colours`` 256 the pixels are first dithered to the entries that every 256-colour terminal has.
    """
    if colours == 256:
        rgb = dithered(width, height, rgb)
    flat = iter(rgb)
    pixels = list(zip(flat, flat, flat, strict=True))
    rows = [pixels[start : start + width] for start in range(0, width * height, width)]
    strips: list[Strip] = []
    for upper in range(0, height, 2):
        lower = rows[upper + 1] if upper + 1 < height else [None] * width
        cells: list[Segment] = []
        for pair, run in groupby(zip(rows[upper], lower, strict=True)):
            char, style = _cell(*pair)
            cells.append(Segment(char * sum(1 for _ in run), style))
        strips.append(Strip(cells, width))
    return tuple(strips)


@lru_cache(maxsize=1)
def _xterm_palette() -> object:
    from PIL import Image

    levels = (0, 95, 135, 175, 215, 255)
    entries = [value for red in levels for green in levels for blue in levels for value in (red, green, blue)]
    entries += [8 + 10 * step for step in range(24) for _channel in range(3)]
    image = Image.new("P", (1, 1))
    image.putpalette(entries + entries[:3] * (256 - len(entries) // 3))
    return image


def dithered(width: int, height: int, rgb: bytes) -> bytes:
    """``rgb`` with every pixel an entry of the 256-colour table, part of the error spread to its neighbours.

    All of it would cover plain areas with noise at this size of pixels, none of it turns faces into three flat bands.
    """
    from PIL import Image

    palette = _xterm_palette()
    assert isinstance(palette, Image.Image)
    image = Image.frombytes("RGB", (width, height), rgb)
    nearest = image.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
    calmed = Image.blend(image, nearest, _CALM)
    return calmed.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB").tobytes()
