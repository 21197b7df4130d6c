"""Charts as plain values: named curves in, lines of coloured text out. No widget, so that it can be tested as text.

Any number of curves share one raster. ``draw`` takes them as ``Drawn``, those that lie behind first::

    plot = draw(compared([("one", series), ("two", other)]), 0, 2_000, 100, 30, seconds=False)
    widget.show(plot.lines)          # a Lines widget; plot.text() is the same without colour

``compared`` gives each curve a colour and a letter of its own (STYLES): the letter stands on the curve here and there,
so that curves are told apart without colour too, and belongs in front of the curve's name in whatever lists them.
The horizontal axis counts whatever the ``steps`` of the series count; with ``seconds`` it is labelled as time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from sdtui.tui.monitor import axis, braille
from sdtui.tui.monitor.bins import Bins, decimate, line_of
from sdtui.tui.monitor.pyramid import Floats
from sdtui.tui.monitor.raster import Raster
from sdtui.tui.monitor.scale import Scale, value_range
from sdtui.tui.monitor.series import NOTHING, Series
from sdtui.tui.widgets.lines import Line

__all__ = [
    "LABEL_WIDTH",
    "NOTHING",
    "STYLES",
    "Drawn",
    "Kind",
    "Mark",
    "Plot",
    "Series",
    "compared",
    "draw",
    "sparkline",
]

LABEL_WIDTH = 8
"""Cells left of the chart: a number of up to seven characters and the axis."""

STYLES = tuple((f"curve{number}", letter) for number, letter in enumerate("ABCDEF", 1))
"""Role and letter of the first, second, ... of several curves that are compared."""

_APART = 28
"""Cells between the letters on a curve."""


class Kind(Enum):
    """How a curve is drawn."""

    LINE = "line"
    CLOUD = "cloud"
    """From the least to the most in each column: every point counts, also between others. Lies behind lines."""
    POINTS = "points"
    """A line with the curve's sign at each point, where there is room for signs."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One curve of a chart, and how it looks."""

    name: str
    """What a legend calls it; ``draw`` does not show it."""
    series: Series
    role: str = "accent"
    """A role of widgets.lines."""
    sign: str = ""
    """A character that stands on the curve here and there; empty for none."""
    window: int = 1
    """Points that are smoothed over; 1 is off."""
    kind: Kind = Kind.LINE


@dataclass(frozen=True, slots=True)
class Mark:
    """A step at which something happened."""

    step: float
    kind: str
    """One of MARKS."""


MARKS = {
    "epoch": ("┴", "dim"),
    "sample": ("•", "plain"),
    "saved": ("◆", "good"),
    "resumed": ("»", "accent"),
    "bad": ("×", "bad"),
}
"""Sign and role of each kind of mark, the least important first: where two stand in one cell, the later one is seen."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of exactly the width and height that were asked for."""

    lines: tuple[Line, ...]
    """Top to bottom; the last two are the axis with its marks and the numbers under it."""
    marks: frozenset[str]
    """The kinds of marks that can be seen."""

    def text(self) -> str:
        """The whole chart without colour."""
        return "\n".join("".join(text for text, _ in line) for line in self.lines)


def compared(curves: Iterable[tuple[str, Series]]) -> list[Drawn]:
    """Lines that can be told apart, for (name, series) pairs; a seventh looks like the first."""
    return [Drawn(name, series, *STYLES[place % len(STYLES)]) for place, (name, series) in enumerate(curves)]


def draw(
    curves: Sequence[Drawn],
    first: float,
    last: float,
    width: int,
    height: int,
    *,
    marks: Sequence[Mark] = (),
    log: bool = False,
    seconds: bool = False,
    cursor: float | None = None,
    coloured: bool = True,
) -> Plot:
    """The curves between the steps ``first`` and ``last`` in ``width`` by ``height`` cells, axes included.

    ``log``: the values on a logarithmic axis. ``cursor``: a step at which a vertical line stands. ``coloured`` False:
    what lies behind is thinned, since nothing else would tell it from what lies above.
    """
    columns, rows = max(1, width - LABEL_WIDTH), max(1, height - 2)
    last = max(last, first + 1e-9)
    shapes = [_Shape.of(curve, first, last, columns * braille.ACROSS) for curve in curves]
    low, high = value_range([each.line for each in shapes], [each.bins for each in shapes if each.is_cloud], log=log)
    scale = Scale(low, high, rows * braille.DOWN, log=log)
    raster = Raster(rows, columns)
    for index, shape in enumerate(shapes):
        shape.put_on(raster, scale, index, thin=not coloured)
    bad = np.unique(np.concatenate([shape.bins.bad for shape in shapes])) if shapes else np.empty(0)
    where = _Cells(first, last, columns)
    found = _marks_by_cell(marks, [int(dot) // braille.ACROSS for dot in bad], where)
    for cell in (cell for cell, kind in found.items() if kind == "resumed"):
        raster.upright(cell, "┊", "faint")
    pointed = where.of(cursor) if cursor is not None else None
    if pointed is not None:
        raster.upright(pointed, "│", "strong")
    labels = _labels(scale, rows)
    body = [[(label, "dim"), *line] for label, line in zip(labels, raster.lines(), strict=True)]
    floor = _floor(found, columns, pointed)
    numbers = [(_numbers_below(where, seconds=seconds), "dim")]
    lines = braille.showable([*body, floor, numbers])
    return Plot(tuple(lines[-max(height, 1) :]), frozenset(found.values()))


@dataclass(frozen=True, slots=True)
class _Shape:
    """A curve in dot columns."""

    curve: Drawn
    bins: Bins
    line: Floats
    places: tuple[int, ...]
    """Dot columns of its signs."""

    @property
    def is_cloud(self) -> bool:
        return self.curve.kind is Kind.CLOUD

    @staticmethod
    def of(curve: Drawn, first: float, last: float, dots: int) -> _Shape:
        bins = decimate(curve.series, first, last, dots)
        if curve.kind is Kind.CLOUD:
            return _Shape(curve, bins, np.empty(0), ())
        line = line_of(curve.series, first, last, dots, curve.window)
        places = _apart(bins.filled.tolist()) if curve.kind is Kind.POINTS else ()
        return _Shape(curve, bins, line, places)

    def put_on(self, raster: Raster, scale: Scale, index: int, *, thin: bool) -> None:
        role, sign = self.curve.role, self.curve.sign
        if self.is_cloud:
            raster.put(
                scale.rows(self.bins.high),
                scale.rows(self.bins.low),
                np.isfinite(self.bins.low),
                role,
                under=True,
                thin=thin,
            )
            return
        drawn, tops = np.isfinite(self.line), scale.rows(self.line)
        raster.put(tops, tops, drawn, role)
        places = self.places if self.curve.kind is Kind.POINTS else _spread(np.flatnonzero(drawn).tolist(), index)
        for dot in places if sign else ():
            if drawn[dot]:
                raster.sign(int(tops[dot]), dot, sign, role)


def _apart(points: Sequence[int]) -> tuple[int, ...]:
    """All of the dot columns where they are few, else some: signs that touch each other would be a band."""
    crowded = len(points) > 1 and min(np.diff(points)) < 3 * braille.ACROSS
    if not crowded:
        return tuple(points)
    chosen = [points[0]]
    for dot in points:
        if dot - chosen[-1] >= _APART // 2 * braille.ACROSS:
            chosen.append(dot)
    return tuple(chosen)


def _spread(drawn: Sequence[int], index: int) -> list[int]:
    """Every so many dots, elsewhere for each curve, and at least one."""
    apart = _APART * braille.ACROSS
    begin = (index * 7 + 5) * braille.ACROSS % apart
    chosen = [dot for dot in drawn if dot % apart == begin]
    return chosen or list(drawn[len(drawn) // 2 : len(drawn) // 2 + 1])


class _Cells:
    """Steps to cells of the horizontal axis."""

    def __init__(self, first: float, last: float, columns: int) -> None:
        self.first, self.last, self.columns = first, last, columns

    def of(self, step: float) -> int | None:
        """The cell of ``step``, None where it is out of sight."""
        if not self.first <= step <= self.last:
            return None
        return min(self.columns - 1, int((step - self.first) / (self.last - self.first) * self.columns))


def _marks_by_cell(marks: Sequence[Mark], bad: Sequence[int], cells: _Cells) -> dict[int, str]:
    order = list(MARKS)
    found: dict[int, str] = {}
    for mark in sorted(marks, key=lambda mark: order.index(mark.kind)):
        cell = cells.of(mark.step)
        if cell is not None:
            found[cell] = mark.kind
    for kind in ("epoch", "sample"):
        if sum(each == kind for each in found.values()) > cells.columns // 3:
            # So many that their marks would be a comb: only what is rarer stays.
            found = {cell: each for cell, each in found.items() if each != kind}
    return {**found, **dict.fromkeys(bad, "bad")}


def _floor(found: dict[int, str], columns: int, cursor: int | None) -> Line:
    cells = [MARKS[found[cell]] if cell in found else ("─", "dim") for cell in range(columns)]
    if cursor is not None and cursor not in found:
        cells[cursor] = ("┼", "strong")
    line = [(" " * (LABEL_WIDTH - 1) + "└", "dim")]
    for char, role in cells:
        if line[-1][1] == role:
            line[-1] = (line[-1][0] + char, role)
        else:
            line.append((char, role))
    return line


def _labels(scale: Scale, rows: int) -> list[str]:
    texts = [" " * (LABEL_WIDTH - 1) + "│"] * rows
    ticks = scale.ticks(max(2, rows // 3))
    for tick, label in zip(ticks, axis.labels(ticks, LABEL_WIDTH - 1), strict=True):
        row = int(scale.rows(np.array([tick]))[0]) // braille.DOWN
        texts[row] = f"{label:>{LABEL_WIDTH - 1}}┤" if label else texts[row]
    return texts


def _numbers_below(cells: _Cells, *, seconds: bool) -> str:
    row = [" "] * (LABEL_WIDTH + cells.columns)
    most = max(2, cells.columns // 12)
    ticks = (axis.time_ticks if seconds else axis.step_ticks)(cells.first, cells.last, most)
    for tick, label in zip(ticks, (axis.time_labels if seconds else axis.step_labels)(ticks), strict=True):
        cell = LABEL_WIDTH + (cells.of(tick) or 0)
        start = max(LABEL_WIDTH, min(cell - len(label) // 2, len(row) - len(label)))
        if len(label) <= cells.columns and all(char == " " for char in row[max(0, start - 1) : start + len(label) + 1]):
            row[start : start + len(label)] = label
    return "".join(row)


def sparkline(series: Series, last_step: float, width: int, first_step: float = 0.0) -> str:
    """One row of braille dots for a curve whose shape matters more than its numbers (the learning rate)."""
    if not len(series) or width < 1:
        return " " * max(0, width)
    line = line_of(series, first_step, max(first_step + 1.0, last_step), width * braille.ACROSS)
    good = line[np.isfinite(line)]
    if not len(good):
        return " " * width
    high = float(good.max())
    scale = Scale(0.0, high if high > 0 else 1.0, braille.DOWN)
    tops = scale.rows(line)
    raster = Raster(1, width)
    raster.put(tops, tops, np.isfinite(line), "dim")
    return "".join(text for text, _ in raster.lines()[0])
