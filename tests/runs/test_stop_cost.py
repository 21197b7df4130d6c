"""What a stop would cost, and what it can wait for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sdtui.runs.record import RunState
from sdtui.runs.supervising.letterbox import StopAfter
from sdtui.runs.supervising.stop_cost import comes, moments, stop_cost
from tests.runs.recorded import BEGAN, RecordedRun, bars

HEADER = (
    "running training / 学習開始\n"
    "  num batches per epoch / 1epochのバッチ数: 10\n"
    "  num epochs / epoch数: 4\n"
    "  gradient accumulation steps / 勾配を合計するステップ数 = 2\n"
    "  total optimization steps / 学習ステップ数: 20\n"
).encode()


def run_with(root: Path, *command: str, console: bytes = b"") -> RecordedRun:
    return RecordedRun(root, HEADER + console, command=("python", "train_network.py", *command), created=BEGAN)


def cost(run: RecordedRun, state: RunState = RunState.TRAINING) -> str:
    follower = run.follower()
    return stop_cost(follower, msgspec.structs.replace(follower.poll(), state=state)).sentences()


def test_a_run_that_saved_nothing_loses_all(tmp_path: Path) -> None:
    assert cost(run_with(tmp_path, console=bars(1, 7, 20))) == "Nothing was saved yet: all 7 steps would be lost."
    assert cost(RecordedRun(tmp_path / "caching")) == "No step was trained yet: nothing would be lost."


def test_weights_and_states_are_told_apart_by_what_each_of_them_loses(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    weights = run.write(run.output / "tiny-step00000006.safetensors", BEGAN + 20)
    state = run.output / "tiny-000001-state"
    run.write(state / "model.safetensors", BEGAN + 10)
    run.say(bars(1, 6, 20) + f"\nsaving checkpoint: {weights}\n".encode() + bars(7, 9, 20))
    assert cost(run) == (
        "The last checkpoint is tiny-step00000006.safetensors of step 6: the 3 steps since then would be lost. "
        "The last state, from which training can go on, is tiny-000001-state of step 5: the 4 steps since then would "
        "be lost."
    )


def test_where_no_state_was_saved_the_dialog_says_so(tmp_path: Path) -> None:
    run = run_with(tmp_path, console=bars(1, 6, 20))
    run.write(run.output / "tiny-step00000006.safetensors", BEGAN + 20)
    assert cost(run) == (
        "The last checkpoint is tiny-step00000006.safetensors of step 6: nothing since then would be lost. "
        "No state was saved that training could go on from."
    )
    assert cost(run, RunState.SAVING).startswith("It is saving at this moment: stopped now, that file would be cut off")


def test_a_state_of_an_earlier_run_of_that_name_is_not_this_ones(tmp_path: Path) -> None:
    run = run_with(tmp_path, console=bars(1, 2, 20))
    run.write(run.output / "tiny-000001-state" / "model.safetensors", BEGAN - 500)
    assert "state" not in cost(run)


@pytest.mark.parametrize(
    ("command", "step", "epoch", "expected"),
    [
        (("--save_every_n_epochs", "1"), 7, 2, {StopAfter.EPOCH: 3}),
        (("--save_every_n_epochs", "2"), 2, 1, {StopAfter.EPOCH: 8}),
        (("--save_every_n_steps", "4", "--save_every_n_epochs", "1"), 7, 2, {StopAfter.SAVE: 1, StopAfter.EPOCH: 3}),
        (("--sample_every_n_steps", "6"), 7, 2, {StopAfter.SAMPLE: 5}),
        (("--sample_every_n_steps", "6", "--sample_every_n_epochs", "1"), 6, 2, {StopAfter.SAMPLE: 4}),
        (("--save_every_n_epochs", "1"), 17, 4, {}),  # the last epoch's save is the end of the run
        (("--save_every_n_steps", "50"), 7, 2, {}),
        ((), 7, 2, {}),
    ],
)
def test_a_stop_is_offered_after_what_the_run_still_comes_to(
    tmp_path: Path, command: tuple[str, ...], step: int, epoch: int, expected: dict[StopAfter, int]
) -> None:
    run = run_with(tmp_path, *command, console=f"\nepoch {epoch}/4\n\n".encode() + bars(1, step, 20))
    follower = run.follower()
    view = msgspec.structs.replace(follower.poll(), state=RunState.TRAINING)
    assert {moment.after: moment.steps_away for moment in moments(follower, view)} == expected
    for after in StopAfter:
        epochs_count = after is StopAfter.SAVE and StopAfter.EPOCH in expected
        assert comes(follower, view, after) == (after in expected or epochs_count)
