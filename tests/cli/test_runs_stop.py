"""``sdtui runs stop``, now and after something."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time

import pytest

from sdtui.cli import run_heard, runs_stop
from sdtui.machine import processes
from sdtui.runs.supervising.letterbox import StopAfter
from tests.conftest import Cli
from tests.runs.conftest import RunLab, lab, wait_for_end
from tests.runs.test_stop_after import at_step_3, until_heard

__all__ = ["lab"]

STEPS = ("--save_every_n_steps", "3")
SAMPLES = ("--sample_every_n_epochs", "1")


def test_stop_after_a_save_says_so_waits_for_it_and_is_taken_back(sdtui: Cli, lab: RunLab) -> None:
    record = at_step_3(lab, *STEPS, "say=saving checkpoint: /m/circle-step00000003.safetensors", "steps=4-4-10")
    asked = sdtui("runs", "stop", lab.root, "--after", "save", "--json")
    assert asked.returncode == 0, asked.stderr
    until_heard(lab, record, StopAfter.SAVE)
    shown = json.loads(sdtui("runs", "show", lab.root, "--json").stdout)
    assert (shown["state"], shown["stop_after"]) == ("training", "save")
    assert "stops       after the next save" in sdtui("runs", "show", lab.root).stdout
    assert sdtui("runs", "stop", lab.root, "--cancel").returncode == 0
    until_heard(lab, record, None)
    assert sdtui("runs", "stop", lab.root, "--after", "save").returncode == 0
    until_heard(lab, record, StopAfter.SAVE)
    lab.release("go")
    view = lab.wait(record)
    assert (view.state.value, view.exit_code, view.step) == ("stopped", -signal.SIGINT, 4)


def test_what_never_comes_is_not_waited_for(sdtui: Cli, lab: RunLab) -> None:
    record = at_step_3(lab, *STEPS)
    refused = sdtui("runs", "stop", lab.root, "--after", "sample")
    assert refused.returncode == 3
    assert "does not come to the next samples in the 7 steps that are left" in refused.stderr
    assert sdtui("runs", "stop", lab.root, "--after", "save", "--now").returncode == 2
    assert processes.alive(record.trainer)
    asked = sdtui("runs", "stop", lab.root)
    assert asked.returncode == 3
    assert "Nothing was saved yet: all 3 steps would be lost." in asked.stderr


def test_a_stop_that_nobody_hears_says_so_and_what_to_do(
    inside: Cli, lab: RunLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = at_step_3(lab)
    assert record.supervisor is not None
    pid = record.supervisor.pid
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(runs_stop, "PATIENCE", 0.0)
    monkeypatch.setattr(time, "sleep", lambda _: os.kill(pid, signal.SIGCONT))  # the person does as told
    stopped = inside("runs", "stop", lab.root, "--yes", "--json")
    assert "has not listened yet" in stopped.stderr and f"`kill -CONT {pid}`" in stopped.stderr
    assert stopped.returncode == 0 and json.loads(stopped.stdout)["state"] == "stopped"


def test_a_pause_that_nobody_hears_is_not_said_to_be_one(
    inside: Cli, lab: RunLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = at_step_3(lab, *STEPS)
    for verb in ("pause", "go-on"):
        assert "has not listened" not in inside("runs", verb, lab.root).stderr
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGSTOP)
    monkeypatch.setattr(run_heard, "PATIENCE", 0.0)
    for verb in ("pause", "go-on"):
        asked = inside("runs", verb, lab.root)
        assert asked.returncode == 3 and "has not listened yet" in asked.stderr and "is paused" not in asked.stderr
    os.kill(record.supervisor.pid, signal.SIGCONT)


def test_a_run_whose_project_was_deleted_is_told_with_what_ends_it(inside: Cli, lab: RunLab) -> None:
    record = at_step_3(lab)
    assert record.supervisor is not None
    shutil.rmtree(lab.home)
    told = inside("runs", "queue").stderr
    assert record.id in told and f"this ends what trains there: kill {record.supervisor.pid}" in told
    os.kill(record.supervisor.pid, signal.SIGTERM)
    wait_for_end(record.supervisor)
    assert not processes.alive(record.trainer)
