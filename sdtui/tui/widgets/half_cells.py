"""Pictures as terminal cells: ``▀`` with the upper pixel as its colour and the lower one as its background."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_Pixel = tuple[int, int, int]
_STEP = 12
_RAMP = " .:-=+*#%@"


@lru_cache(maxsize=16_384)
def _cell(upper: _Pixel, lower: _Pixel | None) -> tuple[str, Style]:
    if lower is None:
        return "▀", Style(color=Color.from_rgb(*upper))
    if upper == lower:
        return " ", Style(bgcolor=Color.from_rgb(*lower))  # half the bytes
    return "▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def half_cells(width: int, height: int, rgb: bytes, colours: int | None = None) -> tuple[Strip, ...]:
    """``rgb`` (``width`` x ``height`` pixels, 3 bytes each) as ``ceil(height / 2)`` strips of ``width`` cells.

    With ``colours`` 256 the pixels are first brought to the entries of the 256-colour table; with 0 each cell
    is a character as bright as its pixels.
    """
    if colours == 0:
        return _characters(width, height, rgb)
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


def _characters(width: int, height: int, rgb: bytes) -> tuple[Strip, ...]:
    """For terminals without colours, and people who want none."""
    from PIL import Image

    rows = (height + 1) // 2
    grey = Image.frombytes("RGB", (width, height), rgb).convert("L").resize((width, rows), Image.Resampling.BOX)
    chars = "".join(_RAMP[level * len(_RAMP) // 256] for level in grey.tobytes())
    return tuple(Strip([Segment(chars[row * width : (row + 1) * width])], width) for row in range(rows))


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
    """``rgb`` with every pixel an entry of the 256-colour table, by a regular pattern of two by two.

    Spreading errors would cover plain areas with noise at this size of pixels; without either, faces become flat bands.
    """
    from PIL import Image, ImageChops

    palette = _xterm_palette()
    assert isinstance(palette, Image.Image)
    one = Image.frombytes("L", (width, height), _pattern(width, height))
    image = Image.frombytes("RGB", (width, height), rgb)
    moved = ImageChops.add(image, Image.merge("RGB", (one, one, one)), 1, -128)
    return moved.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB").tobytes()


@lru_cache(maxsize=8)
def _pattern(width: int, height: int) -> bytes:
    """What is added to each pixel, 128 standing for nothing: a third of a step of the cube, up and down in turn."""
    even = bytes((128 - _STEP, 128 + _STEP // 3)) * (width // 2 + 1)
    odd = bytes((128 + _STEP, 128 - _STEP // 3)) * (width // 2 + 1)
    return b"".join((odd if row % 2 else even)[:width] for row in range(height))
