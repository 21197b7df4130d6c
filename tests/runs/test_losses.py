"""What a run's loss came to: at its end, at its best, and which checkpoint was the best by which measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.runs.following.losses import SMOOTHED, TOLD, VALIDATION, best_checkpoint, losses_of, trailing_mean, window_of
from sdtui.runs.record import Checkpoint, RunView
from tests.runs.recorded import RecordedRun, real_run


@pytest.fixture
def view(tmp_path: Path) -> RunView:
    """Ten epochs of ten steps, with a checkpoint after each and the last one."""
    empty = RecordedRun(tmp_path).follower().poll()
    saved = [Checkpoint(f"/out/a-{epoch:06d}.safetensors", None, epoch) for epoch in range(1, 10)]
    return _changed(empty, (*saved, Checkpoint("/out/a.safetensors", None, None)), 100, 10)


def _changed(view: RunView, checkpoints: tuple[Checkpoint, ...], total: int, epochs: int) -> RunView:
    return msgspec.structs.replace(view, checkpoints=checkpoints, total_steps=total, epochs=epochs, step=total)


def curve(value: Callable[[int], float], steps: int = 100, each: int = 1) -> Curve:
    counted = range(each, steps + 1, each)
    return Curve(list(counted), [value(step) for step in counted], [float(step) for step in counted])


def valley(step: int) -> float:
    """Falls until step 60, and rises from there on; every second step is far off."""
    return 1 + abs(step - 60) / 100 + (0.5 if step % 2 else -0.5)


def test_the_best_checkpoint_is_judged_by_the_mean_before_it_and_not_by_one_lucky_step(view: RunView) -> None:
    lucky = {31: 0.01}
    losses = losses_of({LOSS: curve(lambda step: lucky.get(step, valley(step)))}, view)
    best = best_checkpoint(losses, view.checkpoints)
    assert best is not None
    assert (best.epoch, best.by, losses.by) == (7, SMOOTHED, SMOOTHED)
    assert losses.window == window_of(100) == 12
    window = [valley(step) for step in range(59, 71)]
    assert best.loss == pytest.approx(sum(window) / 12)
    assert losses.final == pytest.approx(sum(valley(step) for step in range(89, 101)) / 12)


def test_where_the_run_was_validated_that_counts(view: RunView) -> None:
    validated = Curve(list(range(1, 11)), [0.9, 0.8, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2], [])
    curves = {LOSS: curve(valley), "loss/validation/epoch_average": validated}
    best = best_checkpoint(losses_of(curves, view), view.checkpoints)
    assert best is not None and (best.epoch, best.by, best.loss) == (3, VALIDATION, 0.5)
    by_step = curves | {"loss/validation/step_average": Curve([20, 50, 90], [0.4, 0.3, 0.35], [])}
    best = best_checkpoint(losses_of(by_step, view), view.checkpoints)
    assert best is not None and (best.epoch, best.by, best.loss) == (8, VALIDATION, 0.3)


def test_what_was_deleted_is_not_the_best(view: RunView) -> None:
    losses = losses_of({LOSS: curve(valley)}, view)
    there = [checkpoint for checkpoint in view.checkpoints if checkpoint.epoch != 7]
    best = best_checkpoint(losses, there)
    assert best is not None and best.epoch in (6, 8)
    assert best_checkpoint(losses, ()) is None


def test_what_was_saved_after_the_loss_broke_is_no_best(view: RunView) -> None:
    losses = losses_of({LOSS: curve(lambda step: 1 / step if step < 45 else math.nan)}, view)
    best = best_checkpoint(losses, view.checkpoints)
    assert best is not None and best.epoch == 4
    assert (losses.broken_at, losses.final) == (45, None)
    assert losses.best_step == 44


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_never_was_a_number(view: RunView, value: float) -> None:
    losses = losses_of({LOSS: curve(lambda _: value)}, view)
    assert (losses.broken_at, losses.best, losses.final, losses.checkpoints) == (1, None, None, ())


@pytest.mark.parametrize("curves", [{}, {LOSS: Curve([], [], [])}])
def test_a_run_without_a_loss_has_none(view: RunView, curves: Mapping[str, Curve]) -> None:
    losses = losses_of(curves, view)
    assert (losses.final, losses.best, losses.checkpoints) == (None, None, ())


def test_one_step_is_its_own_mean(view: RunView) -> None:
    losses = losses_of({LOSS: Curve([1], [0.5], [0.0])}, view)
    assert (losses.final, losses.best, losses.best_step) == (0.5, 0.5, 1)


def test_a_real_run_is_judged_by_what_its_trainer_wrote(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    follower = run.follower()
    view = follower.poll()
    losses = losses_of(follower.curves(), view)
    values = list(follower.curves()[LOSS].values)
    assert losses.final == pytest.approx(sum(values[-losses.window :]) / losses.window)
    # Six steps an epoch: the first checkpoint is of step 6, the last one of step 12.
    assert [one.loss for one in losses.checkpoints] == pytest.approx(
        [sum(values[6 - losses.window : 6]) / losses.window, losses.final]
    )


def test_without_event_files_the_average_of_the_console_is_taken(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    next(run.logging.rglob("events*")).unlink()
    follower = run.follower()
    view = follower.poll()
    losses = losses_of(follower.curves(), view)
    assert (losses.by, losses.window, losses.final) == (TOLD, 1, view.avr_loss)
    assert follower.curves()[AVERAGE].values[-1] == losses.final


def test_the_mean_is_of_what_came_before() -> None:
    import numpy as np

    assert trailing_mean(np.array([1.0, 3.0, 5.0, 7.0]), 2).tolist() == [1.0, 2.0, 4.0, 6.0]
