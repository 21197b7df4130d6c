"""Pictures as terminal cells: ``▀`` with the upper pixel as its colour and the lower one as its background."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_Pixel = tuple[int, int, int]


@lru_cache(maxsize=16_384)
def _cell(upper: _Pixel, lower: _Pixel) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


@lru_cache(maxsize=1_024)
def _half(upper: _Pixel) -> Style:
    return Style(color=Color.from_rgb(*upper))


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
        if upper + 1 < height:
            cells = [
                Segment("▀" * sum(1 for _ in run), _cell(*pair))
                for pair, run in groupby(zip(rows[upper], rows[upper + 1], strict=True))
            ]
        else:
            cells = [Segment("▀" * sum(1 for _ in run), _half(pixel)) for pixel, run in groupby(rows[upper])]
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
    """``rgb`` with every pixel an entry of the 256-colour table, errors spread to its neighbours."""
    from PIL import Image

    palette = _xterm_palette()
    assert isinstance(palette, Image.Image)
    image = Image.frombytes("RGB", (width, height), rgb)
    return image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB").tobytes()
