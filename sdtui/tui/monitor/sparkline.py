"""A small chart in one row of cells: how high something stood over a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable

_HEIGHTS = "▁▂▃▄▅▆▇█"
NOTHING = "·"
"""Where nothing is known."""


def sparkline(points: Iterable[tuple[float, float]], first: float, last: float, top: float, width: int) -> str:
    """``points`` (time, value) from ``first`` to ``last`` in ``width`` cells; a value of ``top`` is a full cell.

    Of several points in a cell the highest counts: a short peak is what one looks for. Between two points that are
    less than two cells apart from others nothing is left empty.
    """
    if width < 1 or last <= first:
        return ""
    cells: list[float | None] = [None] * width
    each = (last - first) / width
    before: tuple[int, float] | None = None
    for moment, value in points:
        if not first <= moment <= last:
            continue
        place = min(width - 1, int((moment - first) / each))
        known = cells[place]
        cells[place] = value if known is None else max(known, value)
        if before is not None and place - before[0] == 2 and cells[place - 1] is None:
            cells[place - 1] = before[1]
        before = (place, value)
    return "".join(_glyph(value, top) for value in cells)


def _glyph(value: float | None, top: float) -> str:
    if value is None:
        return NOTHING
    share = value / top if top > 0 else 0.0
    return _HEIGHTS[min(len(_HEIGHTS) - 1, max(0, int(share * len(_HEIGHTS))))]
