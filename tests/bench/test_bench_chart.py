"""The loss chart against textual-plot, which was the other way of drawing it."""

from __future__ import annotations

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual_plot import HiResMode, PlotWidget

from sdtui.tui.monitor.chart import Look, Series, decimate, draw, smooth
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
    steps = np.arange(count)
    return Series.of(steps, 0.06 + 0.2 * np.exp(-steps / (count / 8)) + rng.gamma(2, 0.02, count))


@pytest.mark.parametrize("count", [1_000, 100_000])
async def test_drawing_raw_and_smoothed(compare: Compare, count: int) -> None:
    series = losses(count)
    window = count // 25

    def ours() -> None:
        draw(series, count, [], Look(window=window), WIDTH, HEIGHT)

    app = Plotted()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        plot = app.query_one(PlotWidget)

        def theirs() -> None:
            plot.clear()
            columns = 2 * WIDTH
            raw = decimate(series, 0, count, columns)
            mean = decimate(smooth(series, window), 0, count, columns).mean
            x = np.repeat(np.arange(columns), 2)
            plot.plot(x, np.stack((raw.low, raw.high), axis=1).ravel(), hires_mode=HiResMode.BRAILLE)
            plot.plot(np.arange(columns), mean, hires_mode=HiResMode.BRAILLE)
            plot._render_plot()

        compare(f"chart of {count:,} losses, {WIDTH}x{HEIGHT}", ours, "textual-plot on decimated data", theirs)
