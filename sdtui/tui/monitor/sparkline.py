"""A small chart in one row of cells or a few: how high something stood over a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sdtui.tui.widgets.lines import Span

_EIGHTHS = " ▁▂▃▄▅▆▇█"
NOTHING = "·"
"""Where nothing is known."""
HOLDS = 75.0
"""Seconds for which a value stands until the next one: twice what lies between two that are kept."""


def shares(
    points: Iterable[tuple[float, float]], first: float, last: float, top: float, width: int
) -> list[float | None]:
    """``points`` (time, value; oldest first) from ``first`` to ``last`` as ``width`` shares of ``top``.

    Of several points in a cell the highest counts: a short peak is what one looks for. None where nothing is known.
    """
    cells: list[float | None] = [None] * max(0, width)
    if width < 1 or last <= first or top <= 0:
        return cells
    each = (last - first) / width
    before: tuple[float, int, float] | None = None
    for moment, value in points:
        if not first <= moment <= last:
            continue
        place, share = min(width - 1, int((moment - first) / each)), min(1.0, max(0.0, value / top))
        if before is not None and moment - before[0] <= HOLDS:
            for between in range(before[1] + 1, place):
                cells[between] = before[2]
        known = cells[place]
        cells[place] = share if known is None else max(known, share)
        before = (moment, place, share)
    return cells


def columns(found: Sequence[float | None], rows: int) -> list[list[Span]]:
    """Shares as columns in ``rows`` rows of cells, the upper one first. A known value is never without a mark."""
    return [_row(found, row, rows) for row in reversed(range(rows))]


def sparkline(points: Iterable[tuple[float, float]], first: float, last: float, top: float, width: int) -> list[Span]:
    """``points`` in one row: see ``shares``."""
    return _row(shares(points, first, last, top, width), 0, 1)


def _row(found: Sequence[float | None], row: int, rows: int) -> list[Span]:
    cells = [_cell(share, row, rows) for share in found]
    return [("".join(glyph for glyph, _ in run), role) for role, run in groupby(cells, key=lambda cell: cell[1])]


def _cell(share: float | None, row: int, rows: int) -> Span:
    """The part of a column that stands in ``row``, counted from below."""
    if share is None:
        return (NOTHING if row == 0 else " ", "faint")
    eighths = max(1, round(share * rows * 8)) - 8 * row
    return (_EIGHTHS[min(8, max(0, eighths))], "accent" if eighths <= 8 else "faint")
