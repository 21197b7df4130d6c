"""A raster of braille dots: two across and four down in each character cell."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sdtui.tui.marks import ASCII, marks
from sdtui.tui.widgets.lines import Line

ACROSS, DOWN = 2, 4

# Unicode 2800: the bit of each dot, [row][column] within a cell.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)


Dots = NDArray[np.int64]


def spans(tops: Dots, bottoms: Dots, drawn: NDArray[np.bool_], rows: int) -> NDArray[np.uint8]:
    """One vertical stroke of dots a dot column, from ``tops`` to ``bottoms`` (0 is the upper edge), where ``drawn``.

    Returns an array of ``rows`` rows, one entry a cell: the low byte of its braille character, 0 where nothing is.
    """
    row = np.arange(rows * DOWN)[:, None]
    dots = drawn[None, :] & (row >= tops[None, :]) & (row <= bottoms[None, :])
    cells = dots.reshape(rows, DOWN, len(tops) // ACROSS, ACROSS)
    bits: NDArray[np.uint8] = (cells * _BITS[None, :, None, :]).sum(axis=(1, 3)).astype(np.uint8)
    return bits


def joined(tops: Dots, bottoms: Dots, drawn: NDArray[np.bool_]) -> tuple[Dots, Dots]:
    """The strokes made longer so that each touches the one before it: dots become one line. Gaps stay gaps."""
    tops, bottoms = tops.copy(), bottoms.copy()
    both = drawn[1:] & drawn[:-1]
    below = both & (tops[1:] > bottoms[:-1] + 1)
    above = both & (bottoms[1:] < tops[:-1] - 1)
    reach_up = np.where(below, bottoms[:-1] + 1, tops[1:])
    reach_down = np.where(above, tops[:-1] - 1, bottoms[1:])
    tops[1:], bottoms[1:] = reach_up, reach_down
    return tops, bottoms


def glyph(bits: int) -> str:
    """The character of a cell; a space where no dot is set."""
    return chr(0x2800 + bits) if bits else " "


_UPPER, _LOWER = 0x01 | 0x08 | 0x02 | 0x10, 0x04 | 0x20 | 0x40 | 0x80


def _stand_in(bits: int) -> str:
    upper, lower = bits & _UPPER, bits & _LOWER
    return " " if not bits else ":" if upper and lower else "'" if upper else "."


_PLAIN = str.maketrans(
    {
        **{chr(0x2800 + bits): _stand_in(bits) for bits in range(256)},
        **dict(zip("•◆»×●◇┊▏⣿", "o#>x@%:|:", strict=True)),
    }
)


def showable(lines: Iterable[Line]) -> list[Line]:
    """The lines as this terminal can show them: one that has only ASCII has no dots, and no signs of ours."""
    if marks() is not ASCII:
        return list(lines)
    return [[(text.translate(_PLAIN), role) for text, role in line] for line in lines]
