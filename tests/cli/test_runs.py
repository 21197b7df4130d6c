"""``sdtui runs`` through its own door."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sdtui.machine import processes
from tests.conftest import Cli
from tests.runs.conftest import RunLab, lab
from tests.runs.recorded import RecordedRun, bars, real_run

__all__ = ["lab"]


@pytest.fixture
def done(tmp_path: Path) -> RecordedRun:
    run = real_run(tmp_path)
    run.end()
    return run


def test_show_prints_the_run_as_one_document(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    result = sdtui("runs", "show", tmp_path, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["state"], document["step"], document["exit_code"]) == ("done", 12, 0)
    assert document["checkpoints"][0] == {
        "path": str(done.output / "tiny-000001.safetensors"), "step": None, "epoch": 1,
    }  # fmt: skip
    assert document["samples"][0]["prompt_index"] == 0


def test_show_tells_a_person_the_same(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    result = sdtui("runs", "show", tmp_path, "2026")
    lines = dict(line.split(None, 1) for line in result.stdout.splitlines())
    assert lines["state"] == "done"
    assert lines["step"] == "12/12  epoch 2/2"
    assert lines["loss"].startswith("1.191")


def test_list_shows_each_run_and_names_the_broken(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    failed = RecordedRun(tmp_path, b"model is missing\n", id="20261122-000000-other", created=done.record.created + 9)
    failed.end(1)
    (done.home / "runs" / "broken").mkdir()
    for _ in range(2):  # the second time from what was remembered
        result = sdtui("runs", "list", tmp_path)
        assert [line.split()[:2] for line in result.stdout.splitlines()] == [
            ["ID", "STATE"],
            ["20261122-000000-other", "failed"],
            ["20261121-222123-tiny", "done"],
        ]
        assert "broken" in result.stderr
    (done.output / "tiny.safetensors").unlink()
    documents = json.loads(sdtui("runs", "list", tmp_path, "--json").stdout)
    assert [document["state"] for document in documents] == ["failed", "done"]
    assert len(documents[1]["checkpoints"]) == 1  # what was deleted since is not claimed


def test_a_loss_that_is_no_number_is_null(sdtui: Cli, tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, bars(1, 2, 2, lambda _: float("nan")) + b"\nmodel saved.\n")
    run.end()
    text = sdtui("runs", "show", tmp_path, "--json").stdout
    assert "NaN" not in text
    document = json.loads(text)
    assert document["avr_loss"] is None
    assert any("not a number" in warning for warning in document["warnings"])


@pytest.mark.parametrize(("words", "code"), [(("train=4", "saved"), 0), (("train=4", "fail=oh"), 3)])
def test_follow_goes_on_to_the_end(sdtui: Cli, lab: RunLab, words: tuple[str, ...], code: int) -> None:
    lab.launch(*words)
    result = sdtui("runs", "follow", lab.root, "--json")
    assert result.returncode == code
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert documents[-1]["state"] == ("done" if code == 0 else "failed")
    steps = [document["step"] for document in documents]
    assert steps == sorted(steps) and steps[-1] == 4
    if code:
        assert "failed: " in result.stderr


def test_follow_prints_where_the_run_stands_for_a_person(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    first, *rest = sdtui("runs", "follow", tmp_path).stdout.splitlines()
    assert first.startswith("done  12/12  epoch 2/2  loss 1.14")
    assert any(line.startswith("checkpoint") for line in rest)


def test_ctrl_c_ends_the_following_and_not_the_run(lab: RunLab) -> None:
    lab.fifo("go")
    record = lab.launch("header=10", "steps=1-5-10", "wait=go")
    command = [sys.executable, "-m", "sdtui", "runs", "follow", str(lab.root), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None and follower.stderr is not None
        follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        follower.stdout.read()
        said = follower.stderr.read()
    assert follower.returncode == 130
    assert "goes on" in said and "Traceback" not in said
    # Another run may be the newest by the time that somebody does as it says.
    assert f"sdtui runs stop {lab.root} {record.id}" in said
    assert processes.alive(record.trainer)
    lab.release("go")
    lab.wait(record)


@pytest.mark.slow
def test_stop_asks_and_then_stops(sdtui: Cli, lab: RunLab) -> None:
    lab.fifo("ready")
    lab.fifo("never")
    record = lab.launch("train=10", "tell=ready", "wait=never")
    lab.meet("ready")
    refused = sdtui("runs", "stop", lab.root)
    assert refused.returncode == 3 and "--yes" in refused.stderr
    assert processes.alive(record.trainer)
    stopped = sdtui("runs", "stop", lab.root, record.id[:8], "--yes", "--json")
    assert stopped.returncode == 0, stopped.stderr
    document = json.loads(stopped.stdout)
    assert (document["state"], document["exit_code"]) == ("stopped", -signal.SIGINT)
    assert not processes.alive(record.trainer)
    again = sdtui("runs", "stop", lab.root, "--yes")
    assert again.returncode == 3 and "was stopped" in again.stderr


def test_what_is_not_there_is_a_sentence(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert sdtui("runs", "list", empty).returncode == 0
    for arguments, code, text in (
        (("show", empty), 3, "No run was started here"),
        (("show", tmp_path, "nope"), 2, "no run 'nope'"),
        (("show", tmp_path / "nowhere" / "x"), 3, "no such folder"),
        (("stop", tmp_path, "--yes"), 3, "is done"),
    ):
        result = sdtui("runs", *arguments)
        assert (result.returncode, "Traceback" in result.stderr) == (code, False)
        assert text in result.stderr


def test_the_id_alone_is_enough_in_the_projects_folder(sdtui: Cli, done: RecordedRun, tmp_path: Path) -> None:
    (tmp_path / "data.toml").touch()
    assert "tiny" in sdtui("runs", "show", done.record.id, cwd=tmp_path).stdout
    assert "tiny" in sdtui("runs", "show", tmp_path / "data.toml").stdout
