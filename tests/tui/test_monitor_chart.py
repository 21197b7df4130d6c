"""The loss chart: no spike is lost, smoothing does not lag, what is not a number is said, axes can be read."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sdtui.tui.monitor.axis import labels, linear_ticks, log_ticks
from sdtui.tui.monitor.chart import NOTHING, Look, Mark, Series, decimate, draw, line_through, smooth, sparkline
from sdtui.tui.monitor.legend import legend, marks
from tests.tui.views import view


def series(*values: float) -> Series:
    return Series.of(range(1, len(values) + 1), values)


def test_a_spike_of_one_step_survives_decimation() -> None:
    values = np.full(100_000, 0.1)
    values[54_321] = 9.0
    bins = decimate(Series.of(np.arange(100_000), values), 0, 99_999, 80)
    assert np.nanmax(bins.high) == 9.0
    assert int(np.nanargmax(bins.high)) == 54_321 * 80 // 100_000
    assert np.nanmin(bins.low) == 0.1


def test_every_column_of_a_dense_curve_is_filled() -> None:
    bins = decimate(Series.of(np.arange(1000), np.ones(1000)), 0, 999, 160)
    assert len(bins.filled) == 160


def test_few_points_are_joined_by_a_line_and_numbers_that_are_none_break_it() -> None:
    joined = line_through(decimate(Series.of([0, 10, 20], [0.0, 1.0, 0.0]), 0, 20, 21))
    assert joined[5] == pytest.approx(0.5)
    assert np.isfinite(joined).all()
    broken = line_through(decimate(Series.of([0, 10, 20], [0.0, math.nan, 0.0]), 0, 20, 21))
    assert np.isfinite(broken[[0, 20]]).all()
    assert np.isnan(broken[1:20]).all()


def test_smoothing_follows_a_step_without_lag_and_is_a_mean_at_the_end() -> None:
    values = [0.0] * 50 + [1.0] * 50
    smoothed = smooth(series(*values), 11).values
    assert smoothed[50] > 0.5 > smoothed[49]
    noisy = series(*[0.0, 1.0] * 50)
    assert smooth(noisy, 20).values[-1] == pytest.approx(0.5, abs=0.1)


def test_one_bad_step_does_not_spoil_the_smoothed_curve_but_is_named() -> None:
    spoiled = series(0.1, 0.1, math.nan, 0.1, 0.1)
    assert np.isfinite(smooth(spoiled, 3).values).all()
    assert spoiled.first_bad_step() == 3
    assert series(0.1).first_bad_step() is None


def test_points_that_come_out_of_order_are_put_in_order() -> None:
    assert list(Series.of([3, 1, 2], [0.3, 0.1, 0.2]).values) == [0.1, 0.2, 0.3]


def test_the_chart_as_a_person_sees_it() -> None:
    falling = Series.of(range(101), [1 - step / 100 for step in range(101)])
    plot = draw(falling, 100, [Mark(50, "epoch"), Mark(100, "saved")], Look(), 27, 8)
    assert plot.text() == "\n".join(
        [
            "     1┤⠒⠤⣀                 ",
            "      │   ⠑⠢⢄⡀             ",
            "      │      ⠈⠒⠤⣀          ",
            "      │          ⠑⠢⢄⡀      ",
            "      │             ⠈⠑⠤⣀   ",
            "     0┤                 ⠉⠢⢄",
            "      └──────────┴────────◆",
            "       0                100",
        ]
    )


def test_a_rare_spike_does_not_flatten_the_curve() -> None:
    values = [0.1 + 0.001 * (step % 7) for step in range(2000)]
    values[1000] = 3.0
    plot = draw(Series.of(range(2000), values), 2000, [], Look(window=50), 60, 15)
    top = float(next(label for label in plot.labels if label.strip(" │┤"))[:6])
    assert top < 0.2


def test_a_logarithmic_axis_has_room_for_small_values() -> None:
    falling = Series.of(range(1, 101), [10.0 ** (-step / 25) for step in range(1, 101)])
    plot = draw(falling, 100, [], Look(log=True), 40, 15)
    ticks = [float(label[:6]) for label in plot.labels if "┤" in label]
    assert ticks[0] / ticks[-1] > 50
    # A straight line in this scale: each row holds part of it.
    assert all(any(row) for row in plot.smooth)


@pytest.mark.parametrize(
    "values", [[], [0.3], [0.0, 0.0, 0.0], [math.nan] * 5, [math.inf, 0.1], [-1.0, 1.0], [1e-9, 2e-9]]
)
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("width", "height"), [(60, 15), (16, 4), (9, 3)])
def test_no_curve_breaks_the_chart(values: list[float], log: bool, width: int, height: int) -> None:
    plot = draw(series(*values), len(values), [Mark(1, "saved")], Look(log=log, window=3), width, height)
    rows = plot.text().split("\n")
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}


def test_a_comb_of_epochs_is_left_out_but_what_was_saved_stays() -> None:
    epochs = [Mark(step, "epoch") for step in range(1, 200)]
    plot = draw(series(*[0.1] * 200), 200, [*epochs, Mark(100, "saved")], Look(), 40, 8)
    assert "┴" not in plot.floor
    assert plot.floor.count("◆") == 1


def test_the_learning_rate_is_one_row_that_falls() -> None:
    assert sparkline(series(*[1 - step / 100 for step in range(100)]), 100, 8) == "⠉⠑⠒⠒⠤⠤⠤⣀"
    assert sparkline(NOTHING, 100, 5) == "     "


def test_ticks_are_round_and_written_alike() -> None:
    assert labels(linear_ticks(0, 0.22, 3)) == ["0.0", "0.1", "0.2"]
    assert labels(linear_ticks(0.061, 0.083, 4)) == ["0.065", "0.070", "0.075", "0.080"]
    assert [f"{tick:g}" for tick in log_ticks(0.001, 1, 5)] == ["0.001", "0.01", "0.1", "1"]


def test_marks_stand_where_checkpoints_and_epochs_ended() -> None:
    found = marks(view(step=700, total_steps=1000, epoch=8, epochs=10, saved=[(400, None), (None, 6)]))
    assert [mark.step for mark in found if mark.kind == "epoch"] == [100, 200, 300, 400, 500, 600, 700]
    assert [mark.step for mark in found if mark.kind == "saved"] == [400, 600]


def test_a_loss_that_is_not_a_number_is_the_first_thing_above_the_chart() -> None:
    line = legend(view(step=5), series(0.1, 0.1, math.nan, math.nan), 1, log=False)
    assert ("is not a number since step 3", "bad") in line
