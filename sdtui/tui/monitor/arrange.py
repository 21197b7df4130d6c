"""Where sample pictures stand in a panel: the chosen one large, earlier ones small beside it where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SMALL_MOST, SMALL_LEAST = 14, 9
"""Columns of a small picture."""
GAP = 2
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A box of cells for one picture, by its place in the timeline. Under each but the large one stands a label."""

    prompt: int
    moment: int
    x: int
    y: int
    columns: int
    rows: int
    large: bool = False


def arrange(width: int, height: int, shape: float, prompt: int, moments: Sequence[int]) -> list[Slot]:
    """The picture of ``moments[0]`` large, and as many of the others beside it as there is room for.

    All in ``width`` by ``height`` cells. ``shape`` is a picture's width divided by its height; a cell is two pixels
    high; under each small picture one row is left for its label.
    """
    if not moments:
        return []
    columns, rows = _fit(width, height, shape)
    if rows < _LEAST_ROWS or columns < 4:
        return []
    if len(moments) > 1 and width - columns < GAP + SMALL_LEAST and width >= 4 * SMALL_LEAST:
        # A little of the large picture for a column of earlier ones: progress is what one looks for.
        columns, rows = _fit(width - GAP - SMALL_LEAST, height, shape)
    slots = [Slot(prompt, moments[0], 0, 0, columns, rows, large=True)]
    small = min(SMALL_MOST, width - columns - GAP, columns * 2 // 3)
    if small < 4:
        return slots
    small_columns, small_rows = _fit(small, small // 2, shape)
    across = (width - columns) // (small_columns + GAP)
    down = max(1, height // (small_rows + 1))
    for place, moment in enumerate(moments[1 : 1 + across * down]):
        column, row = divmod(place, down)
        x = columns + GAP + column * (small_columns + GAP)
        slots.append(Slot(prompt, moment, x, row * (small_rows + 1), small_columns, small_rows))
    return slots


def arrange_grid(
    width: int, height: int, shape: float, chosen: tuple[int, int], prompts: int, moments: int
) -> list[Slot]:
    """The chosen picture (prompt, moment) large, and beside it a grid: a row a prompt, a column a moment, newest right.

    Where not all fit, the part around the chosen one is shown.
    """
    columns, rows = _fit(width * 2 // 5, height, shape)
    if rows < _LEAST_ROWS or columns < 4:
        return []
    prompt, moment = chosen
    slots = [Slot(prompt, moment, 0, 0, columns, rows, large=True)]
    small_rows = min(SMALL_MOST // 2, height // max(1, prompts) - 1)
    small_columns, small_rows = _fit(SMALL_MOST, max(_LEAST_ROWS, small_rows), shape)
    across = (width - columns - GAP) // (small_columns + GAP)
    down = height // (small_rows + 1)
    for row, each in enumerate(_around(prompt, prompts, down)):
        for column, when in enumerate(_around(moment, moments, across)):
            x = columns + 2 * GAP + column * (small_columns + GAP)
            slots.append(Slot(each, when, x, row * (small_rows + 1), small_columns, small_rows))
    return slots


def _around(chosen: int, count: int, room: int) -> range:
    """At most ``room`` of ``count`` indices, ``chosen`` among them, the latest where there is a choice."""
    if room <= 0:
        return range(0)
    last = max(min(count, chosen + 1 + (room - 1) // 2), min(count, room))
    return range(max(0, last - room), last)


def _fit(width: int, height: int, shape: float) -> tuple[int, int]:
    """Columns and rows of a picture that fits into ``width`` by ``height`` cells."""
    rows = min(height, max(1, round(width / shape / 2)))
    return min(width, max(1, round(rows * 2 * shape))), rows
