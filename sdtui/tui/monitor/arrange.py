"""Where sample pictures stand in a panel: the chosen one large, earlier ones small beside it where there is room."""

from __future__ import annotations

from dataclasses import dataclass

SMALL_MOST, SMALL_LEAST = 14, 9
"""Columns of a small picture."""
GAP = 2
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A box of cells for one picture. ``back`` counts from the chosen picture into the past."""

    back: int
    x: int
    y: int
    columns: int
    rows: int


def arrange(width: int, height: int, shape: float, earlier: int) -> list[Slot]:
    """Slots for the chosen picture and at most ``earlier`` others in ``width`` by ``height`` cells.

    ``shape`` is a picture's width divided by its height. A cell is two pixels high; under each small picture one row
    is left for its label.
    """
    columns, rows = _fit(width, height, shape)
    if rows < _LEAST_ROWS or columns < 4:
        return []
    if earlier > 0 and width - columns < GAP + SMALL_LEAST and width >= 4 * SMALL_LEAST:
        # A little of the large picture for a column of earlier ones: progress is what one looks for.
        columns, rows = _fit(width - GAP - SMALL_LEAST, height, shape)
    slots = [Slot(0, 0, 0, columns, rows)]
    small = min(SMALL_MOST, width - columns - GAP, columns * 2 // 3)
    if small < 4:
        return slots
    small_columns, small_rows = _fit(small, small // 2, shape)
    across = (width - columns) // (small_columns + GAP)
    down = max(1, height // (small_rows + 1))
    for place in range(min(earlier, across * down)):
        column, row = divmod(place, down)
        x = columns + GAP + column * (small_columns + GAP)
        slots.append(Slot(place + 1, x, row * (small_rows + 1), small_columns, small_rows))
    return slots


def _fit(width: int, height: int, shape: float) -> tuple[int, int]:
    """Columns and rows of a picture that fits into ``width`` by ``height`` cells."""
    rows = min(height, max(1, round(width / shape / 2)))
    return min(width, max(1, round(rows * 2 * shape))), rows
