"""Pictures as terminal cells, two pixels each (rich-pixels): the lower one as the colour of a half block, the upper one
as its background."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_STEP = 12
_RAMP = " .:-=+*#%@"


def half_cells(width: int, height: int, rgb: bytes, colours: int | None = None) -> tuple[Strip, ...]:
    """``rgb`` (``width`` x ``height`` pixels, 3 bytes each) as ``ceil(height / 2)`` strips of ``width`` cells.

    With ``colours`` 256 the pixels are first brought to the entries of the 256-colour table; with 0 each cell
    is a character as bright as its pixels.
    """
    from PIL import Image
    from rich_pixels import HalfcellRenderer

    if colours == 0:
        return _characters(width, height, rgb)
    if colours == 256:
        rgb = dithered(width, height, rgb)
    # The renderer would stretch an odd number of rows to an even one; so the last one alone takes the whole cell.
    image = Image.new("RGBA", (width, height + height % 2))
    image.paste(Image.frombytes("RGB", (width, height), rgb))
    segments = HalfcellRenderer().render(image, None)
    return tuple(Strip(map(_plain, line), width).simplify() for line in Segment.split_lines(segments))


def _plain(cell: Segment) -> Segment:
    """A cell of one colour as a space on it: such cells join to runs, which cost a third of the bytes."""
    style = cell.style
    if style is not None and style.bgcolor is not None and style.color == style.bgcolor:
        return Segment(" ", _paper(style))
    return cell


@lru_cache(maxsize=16_384)
def _paper(style: Style) -> Style:
    return Style(bgcolor=style.bgcolor)


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
