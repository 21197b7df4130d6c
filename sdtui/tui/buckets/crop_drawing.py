"""What is cut from a picture, drawn over it: dark, and parted by a line from what is trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_DARK = 0.25
"""How much is left of the light of what is cut."""
_NOTHING = 1e-9
_PLAIN = Style()

Part = tuple[float, float, float, float]
"""Left, top, right and bottom of what is trained, each 0 to 1 of the picture."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The same in pixels of the picture on the screen: two in a cell, one above the other."""

    left: int
    top: int
    right: int
    bottom: int
    """The first column and row that are trained, and the first behind them."""

    def cut(self, x: int, y: int) -> bool:
        """Whether the pixel is not trained."""
        return not (self.left <= x < self.right and self.top <= y < self.bottom)

    def line(self, x: int, y: int) -> bool:
        """Whether the pixel is the first one that is cut."""
        return self.cut(x, y) and self.left - 1 <= x <= self.right and self.top - 1 <= y <= self.bottom


def frame_of(part: Part, width: int, height: int) -> Frame:
    """``part`` of a picture of ``width`` x ``height`` pixels; what is cut at all is seen, and what is left too."""
    left, right = _span(part[0], part[2], width)
    top, bottom = _span(part[1], part[3], height)
    return Frame(left, top, right, bottom)


def _span(first: float, last: float, length: int) -> tuple[int, int]:
    low = max(1, round(first * length)) if first > _NOTHING else 0
    # Under an odd number of pixels the last cell has one more, which is not of the picture.
    high = min(length - 1, round(last * length)) if last < 1 - _NOTHING else length + 1
    if low < high:
        return low, high
    middle = min(length - 1, int((first + last) / 2 * length))
    return middle, middle + 1


def with_crop(
    strips: Sequence[Strip], frame: Frame, line: Color, paper: Color, *, coloured: bool = True
) -> tuple[Strip, ...]:
    """``strips`` of half cells, what ``frame`` cuts brought near to ``paper`` and its edge in the colour ``line``.

    Where not ``coloured`` the cells are characters, and so is the line.
    """
    draw = _half_cell if coloured else _character
    return tuple(_row(strip, row, frame, draw, line, paper) for row, strip in enumerate(strips))


Draw = Callable[[str, Style, int, int, Frame, Color, Color], Segment]


def _row(strip: Strip, row: int, frame: Frame, draw: Draw, line: Color, paper: Color) -> Strip:
    cells = [draw(char, style, x, row, frame, line, paper) for x, (char, style) in enumerate(_cells(strip))]
    return Strip(cells, strip.cell_length).simplify()


def _cells(strip: Strip) -> Iterator[tuple[str, Style]]:
    for text, style, _ in strip:
        for char in text:
            yield char, style or _PLAIN


def _half_cell(char: str, style: Style, x: int, row: int, frame: Frame, line: Color, paper: Color) -> Segment:
    above = frame.cut(x, 2 * row)
    if not above and not frame.cut(x, 2 * row + 1):
        return Segment(char, style)
    upper, lower = style.bgcolor, style.color if char == "▄" else style.bgcolor
    upper = _pixel(upper, x, 2 * row, frame, line, paper)
    lower = _pixel(lower, x, 2 * row + 1, frame, line, paper)
    if upper == lower:
        return Segment(" ", _paper(upper))
    return Segment("▄", _both(lower, upper))


def _pixel(colour: Color | None, x: int, y: int, frame: Frame, line: Color, paper: Color) -> Color | None:
    if frame.line(x, y):
        return line
    return _darkened(colour, paper) if colour is not None and frame.cut(x, y) else colour


@lru_cache(maxsize=16_384)
def _darkened(colour: Color, paper: Color) -> Color:
    if colour.is_default or paper.is_default:
        return Color.from_rgb(*(round(part * _DARK) for part in colour.get_truecolor()))
    pairs = zip(colour.get_truecolor(), paper.get_truecolor(), strict=True)
    return Color.from_rgb(*(round(part * _DARK + ground * (1 - _DARK)) for part, ground in pairs))


@lru_cache(maxsize=16_384)
def _paper(colour: Color | None) -> Style:
    return Style(bgcolor=colour)


@lru_cache(maxsize=16_384)
def _both(lower: Color | None, upper: Color | None) -> Style:
    return Style(color=lower, bgcolor=upper)


def _character(char: str, style: Style, x: int, row: int, frame: Frame, _line: Color, _paper: Color) -> Segment:
    lines = [frame.line(x, y) for y in (2 * row, 2 * row + 1)]
    if any(lines):
        upright = frame.top <= 2 * row + lines.index(True) < frame.bottom
        return Segment("|" if upright else "-", style)
    return Segment(char, style)
