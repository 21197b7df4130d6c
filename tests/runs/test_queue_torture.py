"""A long queue whose keeper is killed again and again: each run begins once, in order, and all of them end."""

from __future__ import annotations

import os
import signal

import pytest

from sdtui.machine import processes
from sdtui.runs import store
from tests.runs.queue_lab import QueueLab, lab

__all__ = ["lab"]

TORTURE = [pytest.mark.torture, pytest.mark.slow]


@pytest.mark.slow
@pytest.mark.parametrize("times", [4, pytest.param(60, marks=TORTURE)])
def test_each_run_begins_once_whenever_the_keeper_is_killed(lab: QueueLab, times: int) -> None:
    runs = []
    for number in range(times):
        lab.fifo(f"begun{number}", f"go{number}")
        runs.append(
            lab.put(f"run{number}", "say=once", f"tell=begun{number}", f"wait=go{number}", f"exit={number % 3}")
        )
    for number, run in enumerate(runs):
        lab.meet(f"begun{number}")
        if number % 3 == 0:
            _kill(lab)  # while it runs: its end starts another keeper
        lab.release(f"go{number}")
        if number % 3 == 1 and number + 1 < times:
            _kill_in_a_turn(lab, f"run{number + 1}")
        assert lab.end(run).exit_code == number % 3
    for run in runs:
        assert lab.console(run).count("once") == 1
    began = [store.load(lab.home, run.id).created for run in runs]
    assert began == sorted(began)


def _kill(lab: QueueLab) -> None:
    if (keeper := lab.keeper()) is not None:
        os.kill(keeper.pid, signal.SIGKILL)


def _kill_in_a_turn(lab: QueueLab, following: str) -> None:
    """Kill the keeper in the middle of the next turn, or just after it."""
    while True:
        keeper = lab.keeper()
        if keeper is not None and (processes.descendants(keeper.pid) or following not in lab.order()):
            os.kill(keeper.pid, signal.SIGKILL)
            return
