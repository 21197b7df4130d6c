"""What a live run reads is held; a run that only looks alive holds nothing."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from sdtui.base.errors import InUseError
from sdtui.plans.held import refuse_held
from sdtui.plans.plan import Move, Write
from sdtui.runs.live import Life, held_paths, life_of, live_runs
from sdtui.runs.record import ProcessMark
from sdtui.runs.store import list_runs
from tests.runs.conftest import RunLab
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
