"""At which steps the loss was not a number is told exactly where the run writes TensorBoard files."""

from __future__ import annotations

import itertools
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboardX import SummaryWriter

from sdtui.machine import processes
from sdtui.runs.following.verdict import nan_sentence
from sdtui.runs.record import RunState
from sdtui.runs.supervising.attendance import Attendance
from tests.runs.recorded import BEGAN, ENDED, RecordedRun, bars

BAD = {3, 4, 5, 8}


def spoiled(root: Path, tag: str) -> RecordedRun:
    """A run of ten steps that went to its end, with a loss that is no number at some of them."""
    run = RecordedRun(root, bars(1, 10, 10, lambda step: math.nan if step >= 3 else 1 / step) + b"\nmodel saved.\n")
    writer = SummaryWriter(str(root / "made"))
    for step in range(1, 11):
        writer.add_scalar(tag, math.nan if step in BAD else 0.5, step, walltime=BEGAN + step)
    writer.close()
    (made,) = (root / "made").iterdir()
    run.write(run.logging / "x" / "t" / f"events.out.tfevents.{int(BEGAN) + 1}.host", ENDED, made.read_bytes())
    run.end()
    return run


@pytest.mark.parametrize("tag", ["loss/current", "loss"])
def test_the_steps_are_named_and_not_told_twice(tag: str, tmp_path: Path) -> None:
    view = spoiled(tmp_path, tag).follower().poll()
    assert view.nan_steps == ((3, 5), (8, 8))
    assert view.warnings == ("The loss is not a number at steps 3 to 5, 8.",)
    assert (view.state, view.trouble) == (RunState.FAILED, "nan")
    assert view.reason is not None and view.reason.startswith("The loss is not a number since step 3")


def test_without_tensorboard_the_first_step_is_told(tmp_path: Path) -> None:
    run = spoiled(tmp_path, "something/else")
    view = run.follower().poll()
    assert view.nan_steps == () and view.warnings == ("The loss is not a number since step 3.",)


@pytest.mark.parametrize(
    ("stretches", "sentence"),
    [
        ((), None),
        (((7, 7),), "The loss is not a number at step 7."),
        (((1000, 1007),), "The loss is not a number at steps 1,000 to 1,007."),
        (((1, 1), (3, 3), (5, 5), (7, 9)), "The loss is not a number at steps 1, 3, 5 and 1 more stretch."),
    ],
)
def test_many_stretches_are_told_shortly(stretches: tuple[tuple[int, int], ...], sentence: str | None) -> None:
    assert nan_sentence(stretches) == sentence


def test_an_attendant_is_started_after_a_while_and_anew_when_it_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, started = [0.0], []

    class Child:
        pid = 4_000_000

        def __init__(self, command: list[str], **_: object) -> None:
            started.append((now[0], command[-1]))

    monkeypatch.setattr("subprocess.Popen", Child)
    attendance = Attendance(lambda: now[0])
    for moment in range(0, 200, 5):
        now[0] = float(moment)
        attendance.turn(tmp_path)
        if moment == 30:
            attendance.reaped(Child.pid)
    assert started == [(20.0, str(tmp_path)), (80.0, str(tmp_path))]


def test_an_attendant_that_is_held_tells_the_end_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count(0.0)  # each look at the clock is a second later
    telling = "import signal, time; signal.signal(signal.SIGURG, lambda *_: exit()); print(flush=True); time.sleep(60)"
    popen = subprocess.Popen
    with popen([sys.executable, "-c", telling], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline()
        monkeypatch.setattr("subprocess.Popen", lambda *_, **__: child)
        attendance = Attendance(lambda: next(now))
        while next(now) < 25:
            attendance.turn(tmp_path)
        os.kill(child.pid, signal.SIGSTOP)
        attendance.at_the_end(tmp_path)
        ended = processes.stat(child.pid) is None
        child.kill()
    assert ended
