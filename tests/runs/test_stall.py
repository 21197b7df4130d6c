"""A run that says nothing for far longer than usual may hang; what its processes do meanwhile is told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sdtui.machine import processes
from sdtui.runs.following.follow import Follower
from sdtui.runs.following.stall import Silence, Stall, patience
from sdtui.runs.record import ProcessMark, RunRecord, RunState
from sdtui.runs.supervising.stop import request_pause
from tests.runs.conftest import RunLab

IDLE = "import sys, time; print(flush=True); sys.stdin.read()"
BUSY = "print(flush=True)\nwhile True: pass"


def record(**changes: object) -> RunRecord:
    fields: dict[str, object] = {"id": "x", "name": "x", "profile": "", "script": "", "command": (), "cwd": "/"}
    return RunRecord(**{**fields, "output_dir": "/", "created": 0.0, **changes})  # type: ignore[arg-type]


@contextmanager
def trainer(code: str) -> Iterator[tuple[RunRecord, int]]:
    """A process in a group of its own, recorded as a run's trainer."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        mark = processes.mark(child.pid)
        assert mark is not None
        try:
            yield record(trainer=ProcessMark(*mark), host=processes.host()), child.pid
        finally:
            child.kill()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def after(
    silence: Silence, clock: Clock, run: RunRecord, *seconds: float, state: RunState = RunState.TRAINING
) -> Stall:
    """What it says after the log stood at one size so long."""
    for each in (0.0, *seconds):
        clock.now += each
        found = silence.look(run, state, size=100, age=0.0, step_seconds=0.5)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (RunState.TRAINING, 0.5, 120.0),
        (RunState.TRAINING, 60.0, 1800.0),
        (RunState.TRAINING, None, 120.0),
        (RunState.STARTING, None, 900.0),
        (RunState.SAVING, 1.0, 900.0),
        (RunState.STOPPING, 1.0, None),
        (RunState.QUEUED, None, None),
    ],
)
def test_how_long_silence_is_not_odd(state: RunState, step: float | None, expected: float | None) -> None:
    assert patience(state, step) == expected


def test_a_log_that_goes_on_is_never_suspected() -> None:
    clock = Clock()
    silence = Silence(clock)
    for size in range(1000):
        clock.now += 100.0
        assert silence.look(record(), RunState.TRAINING, size=size, age=9e9, step_seconds=0.5) is None or size == 0


def test_the_age_of_the_log_counts_at_the_first_look_only() -> None:
    clock = Clock()
    silence = Silence(clock)
    found = silence.look(record(), RunState.TRAINING, size=1, age=600.0, step_seconds=0.5)
    assert found is not None and found.seconds == pytest.approx(600.0)
    assert found.sentence == (
        "No new line for 10 m 00 s, and a step usually takes 0.5 s: it may hang. See the end of its log."
    )
    assert silence.look(record(), RunState.TRAINING, size=2, age=600.0, step_seconds=0.5) is None


def test_processes_that_do_nothing_are_told_from_those_that_work(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    with trainer(IDLE) as (run, _):
        said = after(Silence(clock), clock, run, 200.0, 10.0).sentence
        assert "Its processes do nothing: stop it and start it again" in said
    with trainer(BUSY) as (run, pid):
        silence = Silence(clock)
        after(silence, clock, run, 200.0)
        used = _seconds(pid)
        while _seconds(pid) < used + 0.15:
            time.sleep(0.01)
        said = after(silence, clock, run, 5.0).sentence
        assert "cores busy, so it may work on something that it does not tell" in said


def test_processes_that_a_signal_holds_are_told(lab: RunLab) -> None:
    clock = Clock()
    with trainer(IDLE) as (run, pid):
        os.kill(pid, 19)
        while (found := processes.stat(pid)) is None or found.state != "T":
            continue
        assert "held by a signal" in after(Silence(clock), clock, run, 200.0).sentence
        os.kill(pid, 18)


def test_a_run_that_is_paused_is_no_hang_and_goes_on(lab: RunLab) -> None:
    lab.fifo("there")
    lab.fifo("go")
    run = lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", "steps=5-10-10", "saved")
    lab.meet("there")
    request_pause(lab.home, run.id, held=True)
    follower = Follower(lab.home, run)
    while not (view := follower.poll()).paused:
        continue
    assert view.state is RunState.TRAINING and view.eta_s is None and view.silent_s is None
    assert view.warnings[0].startswith("It is paused")
    trainer_pid = run.trainer.pid if run.trainer is not None else 0
    while (found := processes.stat(trainer_pid)) is None or found.state != "T":
        continue
    request_pause(lab.home, run.id, held=False)
    while follower.poll().paused:
        continue
    lab.release("go")
    ended = lab.wait(run)
    assert (ended.step, ended.paused, ended.exit_code) == (10, False, 0)


def test_a_run_that_hangs_says_so_wherever_it_is_shown(lab: RunLab) -> None:
    lab.fifo("there")
    lab.fifo("go")
    run = lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go")
    lab.meet("there")
    console = lab.home / "runs" / run.id / "console.log"
    os.utime(console, (time.time() - 3600, time.time() - 3600))
    view = Follower(lab.home, run).poll()
    assert view.silent_s is not None and view.silent_s > 3500
    assert view.warnings[0].startswith("No new line for 1 h 00 m")
    lab.release("go")
    lab.wait(run)


def _seconds(pid: int) -> float:
    from sdtui.machine.usage import usage_of

    return usage_of([pid]).cpu_seconds
