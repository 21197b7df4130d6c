"""Saved states: at which step of all parts they stand, and which of them cannot be used."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest

from sdtui.base.errors import RunError, UnreadableError
from sdtui.runs.again.resume import newest_state
from sdtui.runs.again.states import state_at, states_of_run
from sdtui.runs.record import Continuation
from sdtui.trainer.saved_state import read_state
from tests.runs.recorded import BEGAN, RecordedRun
from tests.runs.resumed import ID, REAL, ended, state


def three(root: Path) -> RecordedRun:
    for name in ("cat", "cat-2"):
        ended(root, name)
    for name in ("cat-step00000007-state", "cat-2-000002-state", "cat-3-state"):
        state(root, name)
    return ended(root, "cat-3")


def test_real_states_are_counted_over_all_parts(tmp_path: Path) -> None:
    """``train_state.json`` of the second part says step 5: it stands at 10."""
    run = three(tmp_path)
    points = states_of_run(run.home, run.record)
    assert [(point.path.name, point.run, point.step, point.epoch) for point in points] == [
        ("cat-3-state", ID["cat-3"], 15, 3),
        ("cat-2-000002-state", ID["cat-2"], 10, 2),
        ("cat-step00000007-state", ID["cat"], 7, 1),
    ]
    assert [point.state.scheduled for point in points] == [15, 10, 7]  # the schedule says the same


def test_what_an_earlier_part_saved_after_the_point_that_was_resumed_is_not_offered(tmp_path: Path) -> None:
    run = three(tmp_path)
    late = state(tmp_path, "cat-step00000014-state", "cat-3-state")
    (late / "train_state.json").write_text('{"current_epoch": 3, "current_step": 14}')
    assert late.name not in [point.path.name for point in states_of_run(run.home, run.record)]
    first = ended(tmp_path, "cat")
    assert newest_state(first.home, first.record).path == late


def test_a_state_of_no_run_that_is_known_stands_where_its_schedule_does(tmp_path: Path) -> None:
    folder = state(tmp_path, "somebody-step00000005-state", "cat-2-000002-state")
    point = state_at(tmp_path / ".sdtui", folder)
    assert (point.run, point.step) == (None, 10)


def test_a_script_that_writes_no_train_state_is_read_by_names_and_schedule(tmp_path: Path) -> None:
    continues = Continuation("x", None, 5, 1)
    run = RecordedRun(
        tmp_path, name="xl-2", script="sdxl_train.py", continues=continues, steps_per_epoch=6, total_steps=17
    )
    for name in ("xl-2-step00000004-state", "xl-2-000001-state", "xl-2-state"):
        folder = run.output / name
        folder.mkdir()
        (folder / "random_states_0.pkl").touch()
    (run.output / "xl-2-state" / "scheduler.bin").write_bytes((REAL / "states" / "xl-2-scheduler.bin").read_bytes())
    steps = {point.path.name: (point.step, point.epoch) for point in states_of_run(run.home, run.record)}
    assert steps == {"xl-2-step00000004-state": (9, 1), "xl-2-000001-state": (11, 2), "xl-2-state": (9, 1)}


def test_the_schedule_is_stepped_once_for_each_process(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, name="xl", script="sdxl_train.py", settings={"num_processes": "3"})
    folder = run.output / "xl-state"
    folder.mkdir()
    (folder / "random_states_0.pkl").touch()
    (folder / "scheduler.bin").write_bytes((REAL / "states" / "xl-2-scheduler.bin").read_bytes())
    assert state_at(run.home, folder).step == 3


@pytest.mark.parametrize("left", [("train_state.json", "model.safetensors", "optimizer.bin"), ()])
def test_a_state_that_was_not_saved_whole_says_so(tmp_path: Path, left: tuple[str, ...]) -> None:
    run = RecordedRun(tmp_path)
    folder = run.output / "tiny-000001-state"
    folder.mkdir()
    for name in left:
        (folder / name).write_bytes(b"{")
    os.utime(folder, (BEGAN + 5, BEGAN + 5))
    (point,) = states_of_run(run.home, run.record)
    assert point.state.problem
    with pytest.raises(RunError, match="can be resumed from"):
        newest_state(run.home, run.record)


def test_a_run_without_states_says_what_to_do(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    with pytest.raises(RunError, match="save_state"):
        newest_state(run.home, run.record)
    with pytest.raises(UnreadableError):
        state_at(run.home, tmp_path / "none-state")


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch owned",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip",
        pickle.dumps({"last_epoch": _Evil()}),
        pickle.dumps({"last_epoch": -5}),
        pickle.dumps({"last_epoch": True}),
        pickle.dumps(["last_epoch"]),
        b"\x80\x02}q\x00(X\x0a\x00",
    ],
)
def test_a_scheduler_of_whatever_content_runs_nothing(tmp_path: Path, data: bytes) -> None:
    folder = tmp_path / "x-state"
    folder.mkdir()
    path = folder / "scheduler.bin"
    path.write_bytes(data)
    assert read_state(folder).scheduled is None
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("scheduler/data.pkl", data)
    assert read_state(folder).scheduled is None
    (folder / "train_state.json").write_bytes(b'{"current_step": "many"}')
    assert read_state(folder).told_step is None
    assert not Path("owned").exists()
