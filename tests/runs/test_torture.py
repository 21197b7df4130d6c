"""Launch, kill the screen, and see each run end: every exit status written down, no run started twice, nobody left."""

from __future__ import annotations

import signal
import subprocess

import pytest

from sdtui.machine import processes
from sdtui.runs import store
from tests.runs.conftest import RunLab
from tests.runs.test_launch import launch_and_hang_up, launcher


@pytest.mark.parametrize("times", [10, pytest.param(200, marks=[pytest.mark.torture, pytest.mark.slow])])
@pytest.mark.slow
def test_every_run_outlives_its_screen(lab: RunLab, times: int) -> None:
    expected: dict[str, int] = {}
    for number in range(times):
        lab.fifo(f"go{number}")
        code = number % 5
        run_id = _launch_and_lose_the_screen(lab, number, f"wait=go{number}", "train=4", f"exit={code}")
        expected[run_id] = code
        lab.release(f"go{number}")
    assert len(expected) == times == len(store.list_runs(lab.home))
    for record in store.list_runs(lab.home):
        assert lab.wait(record).exit_code == expected[record.id]
        assert lab.console(record).count("running training") == 1
        assert record.trainer is not None and processes.group_members(record.trainer) == ()


def _launch_and_lose_the_screen(lab: RunLab, number: int, *words: str) -> str:
    command = launcher(lab, *words)
    if number % 2:
        return launch_and_hang_up(command)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as screen:
        assert screen.stdout is not None
        run_id = screen.stdout.readline().strip()
        screen.send_signal((signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)[number % 3])
    return run_id
