"""The loss chart: no spike is lost, smoothing does not lag, what is not a number is said, axes can be read."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sdtui.runs.following.curves import LOSS, Curve
from sdtui.runs.following.losses import losses_of
from sdtui.runs.record import Part
from sdtui.tui.marks import ASCII
from sdtui.tui.monitor import braille
from sdtui.tui.monitor.axis import labels, linear_ticks, log_ticks, step_ticks, time_labels, time_ticks
from sdtui.tui.monitor.bins import decimate, line_of, smoothed_at
from sdtui.tui.monitor.chart import NOTHING, Drawn, Kind, Mark, Plot, Series, compared, draw, sparkline
from sdtui.tui.monitor.chart_state import ChartState, Shown, marks, shown
from sdtui.tui.monitor.legend import legend, marks_line, readout
from sdtui.tui.monitor.scalars import Scalars
from sdtui.tui.monitor.viewport import Viewport
from sdtui.tui.widgets.lines import Line, cells
from tests.tui.views import sample, view


def series(*values: float) -> Series:
    return Series.of(range(1, len(values) + 1), values)


def plain(curve: Series, last: float, width: int, height: int, window: int = 1, **look: Any) -> Plot:
    """The curve over what it was made from, as Monitor shows a loss."""
    cloud = [Drawn("each step", curve, "faint", kind=Kind.CLOUD)] if window > 1 else []
    return draw([*cloud, Drawn("loss", curve, window=window)], 0, last, width, height, **look)


def ticks_of(plot: Plot) -> list[float]:
    return [float(row[:7]) for row in plot.text().split("\n")[:-2] if "┤" in row]


def smoothed(curve: Series, window: int) -> list[float]:
    return list(smoothed_at(curve, np.arange(len(curve)), window))


def test_a_spike_of_one_step_survives_decimation() -> None:
    values = np.full(100_000, 0.1)
    values[54_321] = 9.0
    bins = decimate(Series.of(np.arange(100_000.0), values), 0, 99_999, 80)
    assert np.nanmax(bins.high) == 9.0
    assert int(np.nanargmax(bins.high)) == 54_321 * 80 // 100_000
    assert np.nanmin(bins.low) == 0.1


def test_every_column_of_a_dense_curve_is_filled() -> None:
    bins = decimate(Series.of(np.arange(1000.0), np.ones(1000)), 0, 999, 160)
    assert len(bins.filled) == 160


def test_few_points_are_joined_by_a_line_and_numbers_that_are_none_break_it() -> None:
    joined = line_of(Series.of([0, 10, 20], [0.0, 1.0, 0.0]), 0, 20, 21)
    assert joined[5] == pytest.approx(0.5, abs=0.06)
    assert np.isfinite(joined).all()
    broken = line_of(Series.of([0, 10, 20], [0.0, math.nan, 0.0]), 0, 20, 21)
    assert np.isfinite(broken[[0, 20]]).all()
    assert np.isnan(broken[1:20]).all()


def test_between_two_points_that_are_out_of_sight_the_line_goes_on() -> None:
    line = line_of(Series.of([0, 100], [0.0, 1.0]), 40, 60, 20)
    assert line[0] == pytest.approx(0.4, abs=0.03)
    assert line[-1] == pytest.approx(0.6, abs=0.03)
    assert np.isnan(line_of(Series.of([0, 10], [0.0, 1.0]), 40, 60, 20)).all()


def test_smoothing_follows_a_step_without_lag_and_is_a_mean_at_the_end() -> None:
    values = smoothed(series(*[0.0] * 50, *[1.0] * 50), 11)
    assert values[50] > 0.5 > values[49]
    assert smoothed(series(*[0.0, 1.0] * 50), 20)[-1] == pytest.approx(0.5, abs=0.1)


def test_smoothing_over_many_points_is_the_mean_of_means_that_it_says_it_is() -> None:
    rng = np.random.default_rng(3)
    values = 0.05 + 0.2 * np.exp(-np.arange(20_000) / 2_500) + rng.gamma(2, 0.02, 20_000)

    def mean(numbers: np.ndarray[Any, Any], window: int) -> np.ndarray[Any, Any]:
        index = np.arange(len(numbers))
        reach = np.minimum(window // 2, index)
        sums = np.concatenate(([0.0], np.cumsum(numbers)))
        high = np.minimum(index + reach + 1, len(numbers))
        return np.asarray((sums[high] - sums[index - reach]) / (high - index + reach))

    for window in (5, 40, 800, 2_400):
        exact = mean(mean(values, window), window)
        assert np.abs(np.array(smoothed(series(*values), window)) - exact).max() < 0.002


def test_one_bad_step_does_not_spoil_the_smoothed_curve_but_is_named_and_marked() -> None:
    spoiled = series(0.1, 0.1, math.nan, 0.1, 0.1)
    assert np.isfinite(smoothed(spoiled, 3)).all()
    assert spoiled.first_bad_step() == 3
    assert series(0.1).first_bad_step() is None
    plot = plain(spoiled, 5, 58, 8)
    assert plot.text().split("\n")[-2].count("×") == 1
    assert plot.marks == {"bad"}


def test_a_loss_that_explodes_and_comes_back_is_smoothed_as_if_nothing_had_been() -> None:
    values = [0.1] * 3000
    values[500] = 1e30
    assert smoothed(series(*values), 10)[2000] == pytest.approx(0.1)


def test_points_that_come_out_of_order_are_put_in_order() -> None:
    assert list(Series.of([3, 1, 2], [0.3, 0.1, 0.2]).values) == [0.1, 0.2, 0.3]


def test_the_chart_as_a_person_sees_it() -> None:
    falling = Series.of(range(101), [1 - step / 100 for step in range(101)])
    marks = [Mark(50, "epoch"), Mark(75, "sample"), Mark(100, "saved")]
    assert plain(falling, 100, 28, 8, marks=marks).text() == "\n".join(
        [
            "      1┤⠒⠤⣀                 ",
            "       │   ⠑⠢⢄⡀             ",
            "       │      ⠈⠒⠤⣀          ",
            "       │          ⠑⠢⢄⡀      ",
            "       │             ⠈⠑⠤⣀   ",
            "      0┤                 ⠉⠢⢄",
            "       └──────────┴────•───◆",
            "        0                100",
        ]
    )


def test_curves_that_are_compared_bear_letters_and_colours_of_their_own() -> None:
    curves = [(name, Series.of([0, 100], [level, level])) for level, name in enumerate(("one", "two", "three"))]
    drawn = compared(curves)
    assert [(curve.name, curve.sign) for curve in drawn] == [("one", "A"), ("two", "B"), ("three", "C")]
    plot = draw(drawn, 0, 100, 90, 12)
    rows = plot.text().split("\n")
    assert [next(letter for letter in "ABC" if letter in row) for row in rows if set(row) & set("ABC")] == list("CBA")
    roles = {role for line in plot.lines for _, role in line}
    assert {"curve1", "curve2", "curve3"} <= roles


def test_where_two_lines_cross_neither_is_erased() -> None:
    up, down = Series.of([0, 100], [0.0, 1.0]), Series.of([0, 100], [1.0, 0.0])
    both = draw([Drawn("up", up), Drawn("down", down, "good")], 0, 100, 40, 10).text()
    alone = draw([Drawn("up", up)], 0, 100, 40, 10).text()
    for own, shared in zip(alone, both, strict=True):
        if "⠀" < own <= "⣿":
            assert ord(own) & ord(shared) & 0xFF == ord(own) & 0xFF


def test_few_points_are_signs_and_many_are_a_line_with_a_sign_here_and_there() -> None:
    few = draw([Drawn("epochs", series(*[0.3, 0.2, 0.1]), sign="●", kind=Kind.POINTS)], 0, 3, 60, 10)
    assert few.text().count("●") == 3
    many = draw([Drawn("epochs", series(*[0.1] * 500), sign="●", kind=Kind.POINTS)], 0, 500, 60, 10)
    assert 1 <= many.text().count("●") <= 5


def test_the_cursor_stands_upright_at_its_step_and_a_resume_is_seen_through_the_chart() -> None:
    plot = plain(series(*[0.1] * 100), 100, 58, 10, marks=[Mark(20, "resumed")], cursor=60)
    rows = plot.text().split("\n")
    assert rows[0][8 + 30] == "│"
    assert rows[0][8 + 10] == "┊"
    assert rows[-2][8 + 30] == "┼"
    assert rows[-2][8 + 10] == "»"


def test_without_colour_the_points_behind_are_thinner_than_the_line() -> None:
    noisy = series(*[0.1 + (step % 9) / 50 for step in range(3000)])
    dots = [
        sum(bin(ord(char) & 0xFF).count("1") for char in plain(noisy, 3000, 60, 15, 99, coloured=coloured).text())
        for coloured in (False, True)
    ]
    assert 0 < dots[0] < dots[1] / 2


def test_a_rare_spike_does_not_flatten_the_curve() -> None:
    values = [0.1 + 0.001 * (step % 7) for step in range(2000)]
    values[1000] = 3.0
    assert ticks_of(plain(Series.of(range(2000), values), 2000, 60, 15, window=50))[0] < 0.2


def test_a_logarithmic_axis_has_room_for_small_values() -> None:
    falling = Series.of(range(1, 101), [10.0 ** (-step / 25) for step in range(1, 101)])
    plot = plain(falling, 100, 40, 15, log=True)
    ticks = ticks_of(plot)
    assert ticks[0] / ticks[-1] > 50
    # A straight line in this scale: each row holds part of it.
    assert all(any("⠀" < char <= "⣿" for char in row) for row in plot.text().split("\n")[:-2])


@pytest.mark.parametrize(
    "values", [[], [0.3], [0.0, 0.0, 0.0], [math.nan] * 5, [math.inf, 0.1], [-1.0, 1.0], [1e-9, 2e-9], [1e300, -1e300]]
)
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("width", "height"), [(60, 15), (16, 4), (10, 3), (9, 2)])
def test_no_curve_breaks_the_chart(values: list[float], log: bool, width: int, height: int) -> None:
    plot = plain(series(*values), len(values), width, height, 3, marks=[Mark(1, "saved")], log=log, cursor=1)
    rows = plot.text().split("\n")
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}


def test_a_comb_of_epochs_is_left_out_but_what_was_saved_stays() -> None:
    epochs = [Mark(step, "epoch") for step in range(1, 200)]
    floor = plain(series(*[0.1] * 200), 200, 40, 8, marks=[*epochs, Mark(100, "saved")]).text().split("\n")[-2]
    assert "┴" not in floor
    assert floor.count("◆") == 1


def test_the_learning_rate_is_one_row_that_falls() -> None:
    assert sparkline(series(*[1 - step / 100 for step in range(100)]), 100, 8) == "⠉⠑⠒⠒⠤⠤⠤⣀"
    assert sparkline(NOTHING, 100, 5) == "     "


def test_ticks_are_round_and_written_alike() -> None:
    assert labels(linear_ticks(0, 0.22, 3)) == ["0.0", "0.1", "0.2"]
    assert labels(linear_ticks(0.061, 0.083, 4)) == ["0.065", "0.070", "0.075", "0.080"]
    assert [f"{tick:g}" for tick in log_ticks(0.001, 1, 5)] == ["0.001", "0.01", "0.1", "1"]


def test_numbers_beside_the_axis_tell_ticks_apart_in_the_room_that_there_is() -> None:
    assert labels([1e-4, 9.95e-5, 9.9e-5]) == ["1.00e-4", "9.95e-5", "9.90e-5"]
    assert labels([1_200_000, 1_250_000]) == ["1.20e6", "1.25e6"]
    assert all(len(label) <= 7 for label in labels([-1.23456e-9, -1.23457e-9]))
    assert labels([0.1234561, 0.1234562]) == ["0.12346", ""]


def test_steps_are_counted_in_whole_steps_and_time_in_what_clocks_show() -> None:
    assert step_ticks(3, 6, 20) == [3, 4, 5, 6]
    assert time_labels(time_ticks(0, 5400, 4)) == ["0", "30 m", "1 h", "1 h 30 m"]
    assert time_labels(time_ticks(0, 3 * 86_400, 3)) == ["0", "2 d"]


def test_marks_stand_where_checkpoints_and_epochs_ended() -> None:
    found = marks(view(step=700, total_steps=1000, epoch=8, epochs=10, saved=[(400, None), (None, 6)]))
    assert [mark.step for mark in found if mark.kind == "epoch"] == [100, 200, 300, 400, 500, 600, 700]
    assert [mark.step for mark in found if mark.kind == "saved"] == [400, 600]


def test_a_loss_that_is_not_a_number_is_the_first_thing_above_the_chart() -> None:
    scalars = Scalars(loss=series(0.1, 0.1, math.nan, math.nan), is_raw=True)
    now = view(step=5)
    line = legend(shown(scalars, now, ChartState()), scalars, now, ChartState())
    assert ("is not a number since step 3", "bad") in line
    narrow = legend(shown(scalars, now, ChartState()), scalars, now, ChartState(), 24)
    assert words(narrow) == "loss NaN since step 3", "the step is not cut off where there is little room"


def test_a_loss_that_became_a_number_again_is_shown_and_the_bad_step_named() -> None:
    scalars = Scalars(loss=series(0.1, math.nan, 0.1, 0.1), is_raw=True)
    line = legend(shown(scalars, view(step=4), ChartState()), scalars, view(step=4), ChartState())
    assert ("0.1000", "strong") in line
    assert (" not a number at step 2", "bad") in line


def words(line: Line) -> str:
    return "".join(text for text, _ in line)


def rich_run() -> Scalars:
    return Scalars(
        by_tag={"lr/unet": Series.of([1, 100], [1e-4, 5e-5])},
        loss=Series.of(range(1, 101), [0.2] * 100, [1_000.0 + step for step in range(1, 101)]),
        is_raw=True,
        epochs=Series.of([50, 100], [0.21, 0.19]),
        validation=Series.of([50, 100], [0.31, 0.29]),
    )


def test_the_legend_says_of_each_line_what_it_is_and_its_newest_value() -> None:
    now = view(step=100, lr=5e-5)
    line = words(legend(shown(rich_run(), now, ChartState()), rich_run(), now, ChartState(log=True), 120))
    assert line.startswith("loss 0.2000")
    for said in ("mean of 12", "● 0.1900 epoch average", "◇ 0.2900 validation", "lr 5.00e-05", "log", "each step"):
        assert said in line
    for width in range(10, 120):
        narrow = legend(shown(rich_run(), now, ChartState()), rich_run(), now, ChartState(), width)
        assert cells(narrow) <= max(width, cells(legend(Shown((), 0, 1), Scalars(), now, ChartState(), 0)) + 6)


def test_where_not_all_rates_have_room_for_their_names_all_keep_their_values() -> None:
    rates = {f"lr/{name}": Series.of([1, 9], [rate, rate]) for name, rate in (("unet", 1e-4), ("textencoder", 5e-5))}
    run, state = Scalars(by_tag=rates, loss=series(0.1, 0.2)), ChartState(subject="lr")
    wide, narrow = (words(legend(shown(run, view(), state), run, view(), state, width)) for width in (80, 44))
    assert "unet" in wide and "textencoder" in wide
    assert "1.00e-04" in narrow and "5.00e-05" in narrow and "unet" not in narrow


def test_the_newest_value_is_the_one_that_history_has() -> None:
    values = [1.0 / step for step in range(1, 1001)]
    told = losses_of({LOSS: Curve(tuple(range(1, 1001)), tuple(values), ())}, view(step=1000))
    falling = Scalars(loss=Series.of(range(1, 1001), values), is_raw=True)
    line = words(legend(shown(falling, view(), ChartState()), falling, view(), ChartState()))
    assert line.startswith(f"loss {told.final:.4f} ▼  mean of {told.window}")


def test_the_cursor_reads_off_step_values_epoch_and_time() -> None:
    now = view(step=100, total_steps=100, epochs=2, epoch=2)
    run = rich_run()
    line = words(readout(shown(run, now, ChartState()), run, now, 60.2, 5_000.0, 140))
    for said in (
        "step 60",
        "0.2000 each step",
        "mean of 12",
        "● 0.2100 epoch average",
        "◇ 0.3100",
        "epoch 2",
        "1 m 00 s in",
    ):
        assert said in line
    assert "lr 1.00e-04" in line


def test_signs_are_explained_where_they_can_be_seen_and_so_is_what_is_in_sight() -> None:
    seen = Shown((), 0, 1000)
    assert words(marks_line({"saved", "epoch"}, seen, (0, 1000), 60)) == "┴ epoch  ◆ saved"
    part = words(marks_line({"saved"}, seen, (250, 500), 60))
    assert part.startswith("◆ saved") and part.endswith("steps 250 to 500 of 1,000")
    assert len(part) == 60


def test_a_run_of_which_only_a_late_part_is_known_does_not_begin_at_nothing() -> None:
    late = Scalars(loss=Series.of([900, 1000], [0.1, 0.1]), is_raw=True)
    assert shown(late, view(step=1000), ChartState()).first == 900
    early = Scalars(loss=Series.of([10, 1000], [0.1, 0.1]), is_raw=True)
    assert shown(early, view(step=1000), ChartState()).first == 0


def test_a_closer_look_is_smoothed_over_fewer_points() -> None:
    run = Scalars(loss=Series.of(range(1, 10_001), [0.1] * 10_000), is_raw=True)
    now = view(step=10_000)
    assert shown(run, now, ChartState()).leading.window == 400
    close = ChartState(viewport=Viewport().zoomed(0.1, 0, 10_000))
    assert shown(run, now, close).leading.window == 40


def test_samples_and_resumes_are_marked_too() -> None:
    part = Part(id="a", begins=0, resumed_at=300, resumed_epoch=3, given_up=50, state="s")
    found = marks(view(step=700, epoch=8, epochs=10, samples=(sample(0, step=500),), parts=(part,), first_step=300))
    assert [mark.step for mark in found if mark.kind == "sample"] == [500]
    assert [mark.step for mark in found if mark.kind == "resumed"] == [300]


def test_a_terminal_that_has_only_ascii_sees_a_chart_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(braille, "marks", lambda: ASCII)
    plot = plain(series(*[1 / step for step in range(1, 100)]), 100, 60, 10, 5, marks=[Mark(50, "saved")])
    curve = "".join(row[8:] for row in plot.text().split("\n")[:-2])
    assert set(curve) == set(" '.:")
    assert "#" in plot.text().split("\n")[-2]
