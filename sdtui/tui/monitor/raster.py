"""A raster of character cells on which curves are laid over each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sdtui.tui.monitor import braille
from sdtui.tui.widgets.lines import Span

_NONE = -1
_THIN = 0x01 | 0x20
"""Two of the eight dots."""


class Raster:
    """``rows`` by ``columns`` cells of braille dots, each cell in one role. What is put later lies above."""

    def __init__(self, rows: int, columns: int) -> None:
        self._rows, self._columns = rows, columns
        self._bits = np.zeros((rows, columns), dtype=np.uint8)
        self._under = np.zeros((rows, columns), dtype=bool)
        self._role = np.full((rows, columns), _NONE)
        self._roles: list[str] = []
        self._signs: dict[tuple[int, int], tuple[str, str]] = {}

    def put(
        self,
        tops: NDArray[np.int64],
        bottoms: NDArray[np.int64],
        drawn: NDArray[np.bool_],
        role: str,
        *,
        under: bool = False,
        thin: bool = False,
    ) -> None:
        """Lay a curve on it: a stroke from ``tops`` to ``bottoms`` in each dot column where ``drawn``.

        Curves that meet in a cell share it, in the role of the later one; one that lies ``under`` gives way. Of a
        ``thin`` one only every fourth dot is set, where that leaves any.
        """
        tops, bottoms = braille.joined(tops, bottoms, drawn)
        bits = braille.spans(tops, bottoms, drawn, self._rows)
        if thin:
            bits = np.where(bits & _THIN, bits & _THIN, bits)
        here = bits > 0
        self._bits = np.where(here & self._under, bits, self._bits | bits)
        self._under = np.where(here, under, self._under)
        self._role[here] = len(self._roles)
        self._roles.append(role)

    def sign(self, dot_row: int, dot_column: int, sign: str, role: str) -> None:
        """Set a character into the cell of this dot."""
        self._signs[dot_row // braille.DOWN, dot_column // braille.ACROSS] = (sign, role)

    def upright(self, column: int, char: str, role: str) -> None:
        """A vertical line through the cells of ``column`` that are free; what stands in its way takes its role."""
        for row in range(self._rows):
            if (row, column) in self._signs:
                self._signs[row, column] = (self._signs[row, column][0], role)
            elif not self._bits[row, column]:
                self._signs[row, column] = (char, role)
            elif role == "strong":
                self._signs[row, column] = (braille.glyph(int(self._bits[row, column])), role)

    def lines(self) -> list[list[Span]]:
        """Top to bottom, neighbours of one role together."""
        return [self._line(row) for row in range(self._rows)]

    def _line(self, row: int) -> list[Span]:
        spans: list[Span] = []
        for column, (bits, role) in enumerate(zip(self._bits[row].tolist(), self._role[row].tolist(), strict=True)):
            char, named = self._signs.get((row, column), (braille.glyph(bits), self._roles[role] if bits else ""))
            if spans and (spans[-1][1] == named or char == " "):
                spans[-1] = (spans[-1][0] + char, spans[-1][1])
            else:
                spans.append((char, named or "faint"))
        return spans
