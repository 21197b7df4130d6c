"""Whatever stands in a file of points, the chart is drawn in its size and no number stops it."""

from __future__ import annotations

import math
import random

import pytest

from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.tui.monitor.chart import draw, sparkline
from sdtui.tui.monitor.chart_state import ChartState, Shown, marks, shown
from sdtui.tui.monitor.legend import legend, marks_line, readout
from sdtui.tui.monitor.scalars import ScalarBook
from sdtui.tui.monitor.viewport import Viewport
from tests.tui.views import sample, view

VALUES = (0.1, 0.0, -1.0, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 1e-300, 1e30)
TAGS = (
    "loss/current", "loss/average", LOSS, AVERAGE, "loss/epoch_average", "loss/epoch", "loss/validation/step_average",
    "loss/validation/epoch_average", "lr/unet", "lr/d*lr/x", "lr", "a\x1b[31m\u202e", "[bold]",
)  # fmt: skip


def hostile_curve(chance: random.Random) -> Curve:
    size = chance.choice((0, 1, 2, 3, 10, 100, 2000))
    steps = chance.choice(
        (
            list(range(1, size + 1)),
            [0] * size,
            sorted(chance.randrange(-10, 10**6) for _ in range(size)),
            [chance.randrange(-(2**63), 2**63) for _ in range(size)],
        )
    )
    values = [chance.choice((*VALUES, chance.random())) for _ in range(size)]
    times = chance.choice(([], [chance.choice((math.nan, 1e9, 1e300, -5.0)) for _ in range(size)]))
    return Curve(steps, values, times)


def moved(look: Viewport, seen: Shown, chance: random.Random) -> Viewport:
    first, last = seen.first, seen.last
    step = seen.around(look, chance.choice((-3, 3)))
    return chance.choice(
        (
            look.zoomed(0.5, first, last),
            look.zoomed(2, first, last),
            look.panned(-0.5, first, last),
            look.at_begin(first),
            look.at_end(),
            look.pointed(step if step is not None else chance.uniform(first, last), first, last),
        )
    )


@pytest.mark.parametrize("seed", range(60))
def test_nothing_stops_the_chart(seed: int) -> None:
    chance = random.Random(seed)
    curves = {tag: hostile_curve(chance) for tag in chance.sample(TAGS, chance.randrange(1, 9))}
    scalars = ScalarBook().look(curves, chance.choice((None, 0.0, 1.0, 7.5, 1e-9)))
    now = view(
        step=chance.choice((0, 5, 10**6)),
        total_steps=chance.choice((None, 0, 10, 10**9)),
        epoch=chance.choice((None, 0, 3, 10**5)),
        epochs=chance.choice((None, 0, 10)),
        samples=(sample(0, step=5), sample(0, epoch=3)),
        saved=[(5, None), (None, 3), (None, None)],
    )
    state = ChartState(chance.choice(("", "lr", *scalars.by_tag)), chance.randrange(4), chance.random() < 0.5)
    seen = shown(scalars, now, state)
    for _ in range(4):
        state = state.looking(moved(state.viewport, seen, chance))
        seen = shown(scalars, now, state)
    first, last = state.viewport.bounds(seen.first, seen.last)
    assert last > first
    cursor = state.viewport.cursor
    for width, height in ((80, 24), (16, 5), (9, 3)):
        plot = draw(seen.curves, first, last, width, height, marks=marks(now), log=state.log, cursor=cursor)
        rows = plot.text().split("\n")
        assert (len(rows), {len(row) for row in rows}) == (height, {width})
        words = [legend(seen, scalars, now, state, width), marks_line(plot.marks, seen, (first, last), width)]
        words.append(readout(seen, scalars, now, cursor if cursor is not None else first, 1e9, width))
        assert "\x1b" not in str(words) and "\u202e" not in str(words)
        assert len(sparkline(scalars.rate, last, width, first)) == width
