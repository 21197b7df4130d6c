"""The loss chart against textual-plot, which was the other way of drawing it."""

from __future__ import annotations

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual_plot import HiResMode, PlotWidget

from sdtui.tui.monitor.bins import decimate, smoothed_at
from sdtui.tui.monitor.chart import Drawn, Kind, Series, draw
from sdtui.tui.monitor.series import GrowingSeries
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench

WIDTH, HEIGHT = 100, 30


class Plotted(App[None]):
    def compose(self) -> ComposeResult:
        plot = PlotWidget()
        plot.styles.width, plot.styles.height = WIDTH, HEIGHT
        yield plot


def losses(count: int) -> Series:
    rng = np.random.default_rng(1)
    steps = np.arange(count, dtype=np.float64)
    return Series.of(steps, 0.06 + 0.2 * np.exp(-steps / (count / 8)) + rng.gamma(2, 0.02, count))


def lines(series: Series, window: int) -> list[Drawn]:
    return [Drawn("each step", series, "faint", kind=Kind.CLOUD), Drawn("smoothed", series, window=window)]


@pytest.mark.parametrize("count", [1_000, 100_000])
async def test_drawing_raw_and_smoothed(compare: Compare, count: int) -> None:
    series = losses(count)
    window = count // 25

    def ours() -> None:
        draw(lines(series, window), 0, count, WIDTH, HEIGHT)

    app = Plotted()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        plot = app.query_one(PlotWidget)

        def theirs() -> None:
            plot.clear()
            columns = 2 * WIDTH
            raw = decimate(series, 0, count, columns)
            every = Series.of(series.steps, smoothed_at(series, np.arange(count), window))
            mean = decimate(every, 0, count, columns).mean
            x = np.repeat(np.arange(columns), 2)
            plot.plot(x, np.stack((raw.low, raw.high), axis=1).ravel(), hires_mode=HiResMode.BRAILLE)
            plot.plot(np.arange(columns), mean, hires_mode=HiResMode.BRAILLE)
            plot._render_plot()

        compare(f"chart of {count:,} losses, {WIDTH}x{HEIGHT}", ours, "textual-plot on decimated data", theirs)


def test_the_next_second_of_a_run_of_a_million_steps(compare: Compare) -> None:
    """Ten points more, then the chart again: against a full pass over all points."""
    count = 1_000_000
    every = losses(count)
    growing, told = GrowingSeries(), count // 2
    growing.become(every.steps[:told], every.values[:told])

    def grown() -> None:
        nonlocal told
        told += 10
        drawn = growing.become(every.steps[:told], every.values[:told])
        draw(lines(drawn, told // 25), 0, told, WIDTH, HEIGHT)

    def anew() -> None:
        draw(lines(Series.of(every.steps[:told], every.values[:told]), told // 25), 0, told, WIDTH, HEIGHT)

    compare("chart after ten more of a million steps", grown, "reading all of them again", anew)


def test_drawing_does_not_grow_with_the_run(compare: Compare) -> None:
    short, long = losses(10_000), losses(1_000_000)

    def many() -> None:
        draw(lines(long, 40_000), 0, 1_000_000, WIDTH, HEIGHT)

    def few() -> None:
        draw(lines(short, 400), 0, 10_000, WIDTH, HEIGHT)

    compare("chart of 1,000,000 losses", many, "a hundred times fewer", few)
