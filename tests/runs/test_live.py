"""What a live run reads is held; a run that only looks alive holds nothing."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from sdtui.base.errors import InUseError, RunError
from sdtui.machine import processes
from sdtui.plans.held import refuse_held
from sdtui.plans.plan import Move, Write
from sdtui.runs.following.follow import Follower
from sdtui.runs.live import Life, held_paths, life_of, live_of_user, live_runs
from sdtui.runs.record import ProcessMark, RunRecord
from sdtui.runs.store import list_runs
from sdtui.runs.supervising.letterbox import STATUS
from sdtui.runs.supervising.stop import request_pause, request_stop
from tests.runs.conftest import RunLab, wait_for_end
from tests.runs.recorded import ENDED, RecordedRun


def test_what_a_live_run_reads_is_held_until_it_ends(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go", "saved")
    images = lab.root / "images"
    (held,) = held_paths(lab.home)
    assert (held.path, held.run) == (images, "circle")
    with pytest.raises(InUseError, match="circle"):
        refuse_held([Move(images, lab.root / "other")], held_paths(lab.home))
    refuse_held([Write(images / "a.txt", None, b"a")], held_paths(lab.home))
    assert [live.id for live in live_runs(lab.home)] == [record.id]
    lab.release("go")
    lab.wait(record)
    assert held_paths(lab.home) == () == live_runs(lab.home)


def test_a_run_of_another_project_holds_what_it_reads_too(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("wait=go", "saved")
    inner = lab.root / "images" / ".sdtui"
    assert [(held.path, held.run) for held in held_paths(inner)] == [(lab.root / "images", "circle")]
    assert live_runs(inner) == ()
    lab.release("go")
    lab.wait(record)
    assert held_paths(inner) == ()


def test_a_crashed_run_holds_nothing(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, reads=(str(tmp_path / "images"),))
    assert life_of(run.home, run.record) is Life.GONE
    assert held_paths(run.home) == ()


def test_a_run_that_is_just_being_started_holds_already(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, reads=(str(tmp_path / "images"),), supervisor=None, trainer=None)
    assert life_of(run.home, run.record, run.record.created + 1) is Life.BEING_STARTED
    assert life_of(run.home, run.record, run.record.created + 1000) is Life.GONE
    assert life_of(run.home, run.record, run.record.created - 1000) is Life.GONE  # the clock was set back


def test_a_pid_alone_proves_nothing(tmp_path: Path) -> None:
    mark = ProcessMark(os.getpid(), 1.0, "some other boot")
    run = RecordedRun(tmp_path, supervisor=mark, trainer=mark)
    assert life_of(run.home, run.record) is Life.GONE


def _elsewhere(root: Path) -> RecordedRun:
    return RecordedRun(root, b"a line\n", host="bigbox pid:[1]", reads=(str(root / "images"),))


def test_a_run_on_another_machine_that_shares_the_disk_holds_what_it_reads(tmp_path: Path) -> None:
    run = _elsewhere(tmp_path)
    assert life_of(run.home, run.record, ENDED + 60) is Life.ELSEWHERE
    assert life_of(run.home, run.record, ENDED + 3600) is Life.GONE


def test_a_copy_of_a_run_of_another_machine_holds_nothing(tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(_elsewhere(tmp_path / "there").home, copied / ".sdtui", copy_function=shutil.copyfile)
    (record,) = list_runs(copied / ".sdtui")
    assert life_of(copied / ".sdtui", record, time.time() + 1) is Life.GONE
    assert held_paths(copied / ".sdtui") == ()


def test_a_run_of_another_machine_whose_record_was_written_again_lives_on_with_its_console(tmp_path: Path) -> None:
    run = _elsewhere(tmp_path)
    later = ENDED + 3600  # a new supervisor took it over
    os.utime(run.folder / "run.json", (later, later))
    run.say(b"another line\n", at=later + 120)
    assert life_of(run.home, run.record, later + 180) is Life.ELSEWHERE


def training(lab: RunLab) -> RunRecord:
    for name in ("ready", "never"):
        lab.fifo(name)
    record = lab.launch("train=20", "tell=ready", "wait=never")
    lab.meet("ready")
    return record


def test_a_stop_in_a_copy_of_a_project_does_not_stop_its_run(lab: RunLab, tmp_path: Path) -> None:
    record = training(lab)
    copied = tmp_path / "copied" / ".sdtui"
    shutil.copytree(lab.home, copied, symlinks=True)
    view = Follower(copied, record).poll()
    assert view.state.value == "lost"
    assert view.reason is not None and f"This is a copy. The run itself is in {lab.root}" in view.reason
    assert view.ended is not None and view.ended <= time.time()
    with pytest.raises(RunError, match="has ended"):
        request_stop(copied, record.id)
    assert [home for home, _ in live_of_user()] == [lab.home]
    request_stop(lab.home, record.id)
    assert lab.wait(record).state.value == "stopped"


def test_a_run_whose_project_was_moved_is_known_where_it_is_now(lab: RunLab, tmp_path: Path) -> None:
    record = training(lab)
    there = tmp_path / "elsewhere" / ".sdtui"
    there.parent.mkdir()
    lab.home.rename(there)
    assert life_of(there, record) is Life.SUPERVISED
    request_pause(there, record.id, held=False)  # its supervisor looks up
    while [(home, run.id) for home, run in live_of_user()] != [(there, record.id)]:
        assert processes.alive(record.supervisor)
    shutil.copytree(there, lab.home, symlinks=True)
    assert life_of(lab.home, record) is Life.GONE
    assert life_of(there, record) is Life.SUPERVISED
    request_stop(there, record.id)
    lab.home = there
    assert lab.wait(record).state.value == "stopped"


def test_who_follows_a_run_is_told_that_its_project_was_moved(lab: RunLab, tmp_path: Path) -> None:
    record = training(lab)
    follower = Follower(lab.home, record)
    assert follower.poll().warnings == ()
    there = tmp_path / "there"
    lab.home.rename(there)
    view = follower.poll()
    assert view.state.value == "training" and "moved or deleted" in view.warnings[0]
    lab.release("never")
    assert record.supervisor is not None
    wait_for_end(record.supervisor)
    view = follower.poll()
    assert view.reason is not None and "moved or deleted" in view.reason and "killed" not in view.reason
    assert Follower(there, record).poll().exit_code == 0


def test_a_run_whose_project_was_deleted_is_known_by_its_card(lab: RunLab) -> None:
    record = training(lab)
    shutil.rmtree(lab.home)
    assert [(home, run.id, run.name) for home, run in live_of_user()] == [(lab.home, record.id, "circle")]
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGTERM)
    wait_for_end(record.supervisor)
    assert tuple(live_of_user()) == () and not Path(record.state_folder).exists()


def test_a_supervisor_that_gives_no_sign_is_told(lab: RunLab) -> None:
    record = training(lab)
    assert Follower(lab.home, record).poll().warnings == ()
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGSTOP)
    long_ago = time.time() - 40
    os.utime(Path(record.state_folder) / STATUS, (long_ago, long_ago))
    (warning,) = Follower(lab.home, record).poll().warnings
    assert warning.startswith("Its supervisor has given no sign since")
    assert f"`kill -CONT {record.supervisor.pid}`" in warning
    os.kill(record.supervisor.pid, signal.SIGCONT)
    request_stop(lab.home, record.id)
    lab.wait(record)
