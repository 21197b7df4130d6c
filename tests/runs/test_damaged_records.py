"""Records of ours whose bytes are no JSON any more, however they are damaged: one run's hide no other's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.paths import cache_dir
from sdtui.runs import store
from sdtui.runs.following.summary import summary
from sdtui.runs.past.notes import NOTE, read_note
from sdtui.runs.queueing import queue_file
from sdtui.runs.record import RunState
from sdtui.runs.setup import remembered, trained_on
from sdtui.runs.supervising import letterbox
from sdtui.runs.supervising.machine_log import MACHINE_LOG, MachineLog
from sdtui.runs.supervising.notices import NOTICES, Record
from tests.conftest import Cli
from tests.runs.recorded import RecordedRun, real_run

DAMAGE = {
    "no UTF-8": b'{"text": "\xff", "id": "\xff", "profile": "\xff", "at": 1, "name": "\xff"}\n',
    "brackets": b'{"a": ' + b"[" * 100_000 + b"\n",
    "a list": b"[1]\n",
    "zeros": b"\0" * 40 + b"\n",
}
IN_A_RUN = (store.EXIT, NOTE, trained_on.FILE, letterbox.STATUS, MACHINE_LOG, NOTICES)


@pytest.fixture
def whole(tmp_path: Path) -> RecordedRun:
    run = real_run(tmp_path)
    run.end()
    return run


@pytest.mark.parametrize("how", DAMAGE)
def test_what_is_damaged_is_said_or_read_anew(whole: RecordedRun, how: str) -> None:
    damage = DAMAGE[how]
    record, folder = whole.record, whole.home / "runs" / whole.record.id
    summary(whole.home, record)
    (glance,) = (cache_dir() / "runs").glob("*.json")
    glance.write_bytes(damage)
    assert summary(whole.home, record).state is RunState.DONE
    for name in IN_A_RUN:
        (folder / name).write_bytes(damage)
    assert summary(whole.home, record).state is not RunState.DONE  # nobody knows any more how it ended
    assert read_note(whole.home, record.id)[1] is not None
    assert letterbox.read_status(folder) is None
    assert trained_on.read_trained_on(str(folder / trained_on.FILE)) is None
    assert list(MachineLog(folder).read_new()) == []
    assert Record(folder).lines() == ()
    (folder / "request-1.json").write_bytes(damage)
    assert not list(letterbox.collect(folder))
    (whole.home / remembered.FILE).write_bytes(damage)
    assert remembered.recall(whole.home)[1]


@pytest.mark.parametrize("how", list(DAMAGE)[:2])
def test_the_other_runs_are_listed(sdtui: Cli, whole: RecordedRun, tmp_path: Path, how: str) -> None:
    broken = whole.home / "runs" / "20261122-000000-broken"
    broken.mkdir()
    (broken / store.RECORD).write_bytes(DAMAGE[how])
    queue_file.folder().mkdir(parents=True)
    (queue_file.folder() / queue_file.FILE).write_bytes(DAMAGE[how])
    listed = sdtui("runs", "list", tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert whole.record.id in listed.stdout
    assert "20261122-000000-broken" in listed.stderr and "damaged" in listed.stderr


def test_a_path_that_can_be_none_is_damage(whole: RecordedRun) -> None:
    file = whole.home / "runs" / whole.record.id / store.RECORD
    text = file.read_text()
    for field in ("output_dir", "sample_dir", "state_folder"):
        record = {**json.loads(text), field: "/a\0b"}
        file.write_text(json.dumps(record))
        (broken,) = store.broken_runs(whole.home)
        assert "NUL" in broken.problem
    file.write_text(json.dumps({**json.loads(text), "name": "a\\u0000b"}))  # letters, as a person may type them
    assert store.load(whole.home, whole.record.id).name == "a\\u0000b"
