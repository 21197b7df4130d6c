"""Stopping: the whole group, harder and harder, and nobody is left behind."""

from __future__ import annotations

import os
import resource
import signal
import sys

import msgspec
import pytest

from sdtui.base.errors import RunError
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.live import Life, life_of
from sdtui.runs.record import RunRecord, RunState
from sdtui.runs.supervising.escalation import Grace, Stage
from sdtui.runs.supervising.letterbox import Request, StopAfter
from sdtui.runs.supervising.stop import ask, request_pause, request_stop
from tests.runs.conftest import RunLab, wait_for_end

PATIENT = Grace(linger=0.2, interrupt=60.0, terminate=60.0)


def started(lab: RunLab, *words: str, grace: Grace = PATIENT) -> RunRecord:
    """A run whose child has done ``words`` and now waits for ever."""
    lab.fifo("ready")
    lab.fifo("never")
    record = lab.launch(*words, "tell=ready", "wait=never", grace=grace)
    lab.meet("ready")
    return record


def sleeper_lives(lab: RunLab) -> bool:
    found = processes.stat(int((lab.root / "sleeper.pid").read_text()))
    return found is not None and found.living


def test_an_interrupt_is_enough_for_most(lab: RunLab) -> None:
    record = started(lab, "train=20")
    request_stop(lab.home, record.id)
    view = lab.wait(record)
    assert (view.state, view.exit_code) == (RunState.STOPPED, -signal.SIGINT)
    assert view.reason is not None and "you asked" in view.reason


@pytest.mark.parametrize(("word", "code"), [("deaf", -signal.SIGTERM), ("deaf=all", -signal.SIGKILL)])
def test_who_does_not_listen_is_asked_harder(lab: RunLab, word: str, code: int) -> None:
    record = started(lab, word, grace=Grace(linger=0.1, interrupt=0.1, terminate=0.1))
    request_stop(lab.home, record.id)
    view = lab.wait(record)
    assert (view.state, view.exit_code) == (RunState.STOPPED, code)


def test_what_is_being_stopped_is_neither_paused_nor_let_go_on(lab: RunLab) -> None:
    record = started(lab, "deaf=all")
    request_stop(lab.home, record.id)
    while Follower(lab.home, record).poll().state is not RunState.STOPPING:
        assert processes.alive(record.supervisor)
    for request in (Request(stop=False, pause=True), Request(stop=False), Request(stop=True, after=StopAfter.SAVE)):
        with pytest.raises(RunError, match="is being stopped already"):
            ask(lab.home, record.id, request)
    request_stop(lab.home, record.id, now=True)
    assert lab.wait(record).state is RunState.STOPPED


def test_now_means_now(lab: RunLab) -> None:
    record = started(lab, "deaf=all")
    request_stop(lab.home, record.id, now=True)
    assert lab.wait(record).exit_code == -signal.SIGKILL


def test_a_stop_is_seen_while_it_goes_on(lab: RunLab) -> None:
    record = started(lab, "train=20", "deaf=all")
    request_stop(lab.home, record.id)
    follower = Follower(lab.home, record)
    view = follower.poll()
    while view.state is RunState.TRAINING:
        view = follower.poll()
    assert view.state is RunState.STOPPING
    ending = follower.ending()
    assert ending is not None and ending.stage is Stage.INTERRUPTING
    assert ending.harder_at is not None and 0 < ending.harder_at - ending.since <= PATIENT.interrupt + 1
    request_stop(lab.home, record.id, now=True)
    while (state := follower.poll().state) is RunState.STOPPING:
        continue
    assert state is RunState.STOPPED  # it never seems to train again in between


def test_no_request_takes_the_place_of_one_that_nobody_has_read(lab: RunLab) -> None:
    record = started(lab)
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGSTOP)  # a machine that is busy
    request_stop(lab.home, record.id)
    request_pause(lab.home, record.id, held=True)
    request_pause(lab.home, record.id, held=False)
    os.kill(record.supervisor.pid, signal.SIGCONT)
    assert lab.wait(record).state is RunState.STOPPED


def test_the_group_is_stopped_and_not_only_its_leader(lab: RunLab) -> None:
    record = started(lab, "leave", grace=Grace(linger=0.1, interrupt=0.1, terminate=5.0))
    request_stop(lab.home, record.id)
    lab.wait(record)
    assert not sleeper_lives(lab)


@pytest.mark.parametrize("where", ["leave", "leave=elsewhere"])
def test_what_a_trainer_leaves_behind_is_ended(lab: RunLab, where: str) -> None:
    view = lab.ended("train=4", where, "saved")
    assert not sleeper_lives(lab)
    assert (view.state, view.exit_code) == (RunState.DONE, 0)


@pytest.mark.parametrize("where", ["leave", "leave=elsewhere"])
def test_a_killed_launcher_leaves_no_orphan(lab: RunLab, where: str) -> None:
    record = started(lab, where, grace=Grace(linger=0.1, interrupt=0.1, terminate=5.0))
    assert record.trainer is not None
    os.kill(record.trainer.pid, signal.SIGKILL)
    view = lab.wait(record)
    assert not sleeper_lives(lab)
    assert (view.state, view.exit_code) == (RunState.FAILED, -signal.SIGKILL)


def test_a_paused_trainer_is_stopped_too(lab: RunLab) -> None:
    record = started(lab)
    assert record.trainer is not None
    os.kill(record.trainer.pid, signal.SIGSTOP)
    request_stop(lab.home, record.id)
    assert lab.wait(record).exit_code == -signal.SIGINT


def test_a_supervisor_that_is_asked_to_end_stops_its_run(lab: RunLab) -> None:
    record = started(lab)
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGTERM)
    assert lab.wait(record).state is RunState.STOPPED


def test_a_hang_up_of_the_supervisor_changes_nothing(lab: RunLab) -> None:
    record = started(lab)
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGHUP)
    lab.release("never")
    assert lab.wait(record).exit_code == 0


def test_a_run_without_its_supervisor_goes_on_says_so_and_can_be_stopped(lab: RunLab) -> None:
    record = started(lab, "train=20")
    assert record.supervisor is not None and record.trainer is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    wait_for_end(record.supervisor)
    assert life_of(lab.home, record) is Life.ABANDONED
    follower = Follower(lab.home, record)
    view = follower.poll()
    assert view.state is RunState.TRAINING
    assert "supervisor was killed" in view.warnings[0]
    request_stop(lab.home, record.id)
    stopped = lab.wait(record)
    assert (stopped.state, stopped.exit_code) == (RunState.STOPPED, None)
    assert not processes.alive(record.trainer)


def test_a_run_without_its_supervisor_can_be_stopped_on_a_full_disk(lab: RunLab) -> None:
    record = started(lab, "train=20")
    assert record.supervisor is not None and record.trainer is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    wait_for_end(record.supervisor)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, before[1]))  # too little for a record
    try:
        request_stop(lab.home, record.id)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    wait_for_end(record.trainer)
    while (view := Follower(lab.home, record).poll()).state is not RunState.STOPPED:
        assert view.state.value in ("stopping", "lost")


def test_a_run_that_was_killed_with_its_supervisor_is_lost(lab: RunLab) -> None:
    record = started(lab, "train=20")
    assert record.supervisor is not None and record.trainer is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    os.kill(record.trainer.pid, signal.SIGKILL)
    wait_for_end(record.supervisor)
    wait_for_end(record.trainer)
    view = Follower(lab.home, record).poll()
    assert view.state is RunState.LOST
    assert view.reason is not None and "killed" in view.reason and "step 20 of 20" in view.reason
    assert view.exit_code is None and view.ended is not None


def test_what_has_ended_cannot_be_stopped(lab: RunLab) -> None:
    record = lab.launch("saved")
    lab.wait(record)
    with pytest.raises(RunError, match="has ended already"):
        request_stop(lab.home, record.id)


def test_a_run_of_another_machine_is_to_be_stopped_there(lab: RunLab) -> None:
    record = started(lab)
    folder = lab.home / "runs" / record.id
    store.write_record(folder, msgspec.structs.replace(record, host="bigbox pid:[1]"))
    with pytest.raises(RunError, match="runs on bigbox"):
        request_stop(lab.home, record.id)
    store.write_record(folder, record)


WORKER = """
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("worker" + os.environ["RANK"], "w").write(str(os.getpid()))
while True:
    time.sleep(1)
"""


@pytest.mark.slow
def test_processes_that_accelerate_started_are_ended_though_they_are_deaf(lab: RunLab) -> None:
    (lab.root / "worker.py").write_text(WORKER)
    options = ("--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no")
    record = lab.launch(
        command=(sys.executable, "-m", "accelerate.commands.launch", *options, "--dynamo_backend", "no", "worker.py")
    )
    pids = [lab.root / "worker0", lab.root / "worker1"]
    while not all(path.exists() and path.read_text() for path in pids):
        assert processes.alive(record.trainer)
    request_stop(lab.home, record.id)
    view = lab.wait(record)
    assert view.state is RunState.STOPPED
    for path in pids:
        found = processes.stat(int(path.read_text()))
        assert found is None or not found.living


@pytest.mark.slow
def test_what_a_trainer_started_elsewhere_is_ended_by_the_supervisor_that_took_over(lab: RunLab) -> None:
    record = started(lab, "leave=elsewhere", grace=Grace(linger=0.1, interrupt=0.1, terminate=5.0))
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    wait_for_end(record.supervisor)
    request_stop(lab.home, record.id)
    request_stop(lab.home, record.id, harder=True)  # it is given the usual grace, not the one of the launch
    lab.wait(record)
    assert not sleeper_lives(lab)
