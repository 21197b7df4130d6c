"""What a run's curves are: epochs at their steps, what the trainer did not write down, what is kept while they grow."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import numpy as np
import pytest

from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.runs.following.growing import Growing
from sdtui.tui.monitor.scalars import ScalarBook, epoch_averages, note
from sdtui.tui.monitor.series import GrowingSeries, Series
from tests.runs.recorded import real_run


def curve(values: list[float], steps: list[int] | None = None, began: float | None = 100.0) -> Curve:
    steps = steps or list(range(1, len(values) + 1))
    return Curve(steps, values, [began + step for step in steps] if began is not None else [])


def test_what_is_counted_by_epochs_stands_at_the_steps_where_they_ended() -> None:
    curves = {
        "loss/current": curve([0.1] * 30),
        LOSS: curve([0.1] * 30),
        "loss/epoch_average": Curve([1, 2], [0.3, 0.2], [110.5, 120.5]),
        "loss/validation/epoch_average": Curve([1, 2], [0.4, 0.3], [110.6, 120.6]),
    }
    found = ScalarBook().look(curves, None)
    assert list(found.epochs.steps) == [10, 20]
    assert list(found.validation.steps) == [10, 20]
    assert list(found.by_tag["loss/epoch_average"].steps) == [10, 20]
    assert LOSS not in found.by_tag, "the loss is listed once, under the trainer's name for it"


def test_the_epochs_of_the_real_run_end_where_they_did(tmp_path: Path) -> None:
    follower = real_run(tmp_path).follower()
    follower.poll()
    found = ScalarBook().look(follower.curves(), None)
    assert list(found.epochs.steps) == [6, 12]
    told = found.by_tag["loss/average"].values
    # The trainer's moving average over one epoch, as it stands at an epoch's end, is that epoch's mean.
    assert list(found.epochs.values) == pytest.approx([told[5], told[11]])
    assert list(epoch_averages(found.loss, 6, raw=True).values) == pytest.approx(list(found.epochs.values), rel=1e-6)


def test_without_times_an_epoch_is_as_long_as_the_run_says() -> None:
    curves = {"loss": curve([0.1] * 30, began=None), "loss/epoch": Curve([1, 2, 3], [0.3, 0.2, 0.1], ())}
    assert list(ScalarBook().look(curves, 7.5).epochs.steps) == [7.5, 15.0, 22.5]
    assert not len(ScalarBook().look(curves, None).epochs)


def test_epoch_averages_that_nobody_wrote_down_are_taken_from_the_raw_loss() -> None:
    found = epoch_averages(Series.of(range(1, 11), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 4, raw=True)
    assert (list(found.steps), list(found.values)) == ([4, 8], [2.5, 6.5])
    moving = epoch_averages(Series.of(range(1, 11), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 4, raw=False)
    assert list(moving.values) == [4, 8], "the trainer's average over one epoch, as it stood at the end of each"
    thirds = epoch_averages(Series.of(range(1, 101), [1.0] * 100), 100 / 3, raw=True)
    assert len(thirds.steps) == 3


def test_a_run_with_only_a_console_has_the_trainer_s_average_for_its_loss() -> None:
    found = ScalarBook().look({AVERAGE: curve([0.3, 0.2], began=None)}, None)
    assert (found.is_raw, found.loss.newest()) == (False, 0.2)


def test_learning_rates_are_named_by_what_they_are_of_and_what_d_adaptation_found_is_none_of_them() -> None:
    tags = ("lr/textencoder", "lr/unet", "lr/d*lr/unet", "loss/current")
    found = ScalarBook().look({tag: curve([1e-4]) for tag in tags}, None)
    assert set(found.rates) == {"textencoder", "unet"}
    assert found.rate is found.by_tag["lr/unet"]
    assert set(ScalarBook().look({"lr": curve([1e-4])}, None).rates) == {"all"}  # train_textual_inversion.py
    assert "optimizer" in note("lr/d*lr/unet")


def test_nothing_is_worked_out_again_until_a_point_is_added() -> None:
    book, curves = ScalarBook(), {LOSS: curve([0.1])}
    first = book.look(curves, None)
    assert book.look(dict(curves), None) is first
    assert len(book.look({LOSS: curve([0.1, 0.2])}, None).loss) == 2


def test_a_growing_curve_is_what_it_would_be_when_read_at_once() -> None:
    rng = np.random.default_rng(5)
    values = rng.random(3000)
    values[rng.random(3000) < 0.05] = math.nan
    growing = GrowingSeries()
    for end in (*sorted(rng.integers(0, 3000, 20).tolist()), 3000):
        now = growing.become(range(end), values[:end])
        whole = Series.of(range(end), values[:end])
        assert np.array_equal(now.values, whole.values, equal_nan=True)
        cuts = np.linspace(0, end, 8).astype(np.int64)
        for ours, once in zip(
            (now.fold(cuts[:-1], cuts[1:]).mean, now.fold(cuts[:-1], cuts[1:]).high),
            (whole.fold(cuts[:-1], cuts[1:]).mean, whole.fold(cuts[:-1], cuts[1:]).high),
            strict=True,
        ):
            assert np.array_equal(ours, once, equal_nan=True)


def test_stretches_are_folded_as_if_every_number_had_been_looked_at() -> None:
    rng = np.random.default_rng(6)
    values = rng.standard_normal(5000)
    values[rng.random(5000) < 0.1] = math.inf
    curve = Series.of(np.arange(5000.0), values)
    starts, ends = rng.integers(0, 5001, (2, 300))
    found = curve.fold(starts, ends)
    for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        part = values[start:end][np.isfinite(values[start:end])]
        assert found.numbers[index] == len(part)
        if len(part):
            assert (found.low[index], found.high[index]) == (part.min(), part.max())
            assert found.mean[index] == pytest.approx(part.mean())


def test_a_last_value_that_is_told_again_replaces_the_first_telling() -> None:
    growing = GrowingSeries()
    growing.become(range(16), [1.0] * 16)
    now = growing.become(range(17), [*[1.0] * 15, 5.0, 1.0])
    assert now.values[15] == 5.0
    assert now.fold(np.array([0]), np.array([17])).high[0] == 5.0


def test_a_part_that_was_cut_off_is_gone() -> None:
    growing = GrowingSeries()
    growing.become(range(100), [1.0] * 100)
    assert list(growing.become(range(50), [1.0] * 50).steps) == list(range(50))
    assert growing.become(range(80), [*[1.0] * 50, *[2.0] * 30]).values[79] == 2.0


def test_what_was_taken_of_growing_numbers_stays_as_it_was() -> None:
    growing = Growing("d")
    taken = []
    for number in range(300):
        growing.append(number / 2)
        taken.append(growing.taken())
    assert [list(each) for each in taken[::60]] == [[n / 2 for n in range(end + 1)] for end in range(0, 300, 60)]
    assert array("d", taken[-1])[299] == 149.5
