"""Stopping a run on the screen: what it costs, what it can wait for, and how far it is."""

from __future__ import annotations

import os
import signal
import time

import pytest

from sdtui.runs.following.follow import Follower
from sdtui.runs.record import RunRecord
from sdtui.runs.supervising.escalation import Grace, Stage
from sdtui.runs.supervising.letterbox import Status
from sdtui.runs.supervising.stop import request_stop
from sdtui.runs.supervising.stop_cost import stop_outlook
from sdtui.tui.monitor.stop_lines import stopping_lines
from tests.runs.conftest import QUICK, RunLab
from tests.tui.running import lab, seen

__all__ = ["lab"]

SAVES = ("--save_every_n_steps", "3", "--sample_every_n_steps", "9")


def waiting(lab: RunLab, *words: str, grace: Grace = QUICK) -> RunRecord:
    for name in ("ready", "never"):
        lab.fifo(name)
    record = lab.launch("header=10", "steps=1-4-10", *words, "tell=ready", "wait=never", grace=grace)
    lab.meet("ready")
    return record


async def test_a_stop_can_wait_is_shown_and_is_taken_back(lab: RunLab) -> None:
    record = waiting(lab, *SAVES)
    async with seen(lab.root, "monitor", (80, 24)) as it:
        await it.sees("step 4/10")
        await it.press("s")
        await it.sees("Stop circle?", "all 4 steps would be lost", "n    stop after the next save     in 2 steps")
        await it.sees("p    stop after the next samples  in 5 steps")
        await it.press("n")
        await it.sees("stops after the next save")
        await it.press("s")
        await it.sees("It stops after the next save.", "g    go on, and do not stop")
        await it.press("g")
        await it.until(lambda: "stops after" not in it.words())
    assert Follower(lab.home, record).poll().stop_after is None


@pytest.mark.slow
async def test_the_grace_runs_down_and_a_key_presses_harder(lab: RunLab) -> None:
    record = waiting(lab, "deaf", grace=Grace(linger=0.2, interrupt=20, terminate=20))
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 4/10")
        await it.press("s", "s")
        await it.sees("Stopping circle", "▸ SIGINT   asked to end", "SIGTERM  told to end   in ", "SIGTERM in ")
        await it.press("h")
        await it.sees("■ Stopped as you asked at step 4 of 10")
        await it.until(lambda: "Stopping circle" not in it.words())
    assert lab.wait(record).exit_code == -signal.SIGTERM


def test_a_supervisor_that_does_not_hear_is_told_in_the_dialog(lab: RunLab) -> None:
    lab.fifo("never")
    record = lab.launch("header=10", "wait=never")
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGSTOP)
    request_stop(lab.home, record.id)
    follower = Follower(lab.home, record)
    view = follower.poll()
    assert stop_outlook(follower, view, time.time()).unheard == ""
    outlook = stop_outlook(follower, view, time.time() + 10)
    told = " ".join("".join(text for text, _ in line) for line in stopping_lines(None, 0.0, 60, outlook.unheard))
    assert "has not listened yet" in told and f"kill -CONT {record.supervisor.pid}" in told
    os.kill(record.supervisor.pid, signal.SIGCONT)
    assert lab.wait(record).state.value == "stopped"


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (
            Stage.INTERRUPTING,
            ("▸ SIGINT   asked to end  3 s ago", "  SIGTERM  told to end   in 17 s", "  SIGKILL  killed"),
        ),
        (
            Stage.TERMINATING,
            ("✓ SIGINT   asked to end", "▸ SIGTERM  told to end   3 s ago", "  SIGKILL  killed        in 17 s"),
        ),
    ],
)
def test_each_signal_says_when_it_was_or_will_be_sent(stage: Stage, expected: tuple[str, ...]) -> None:
    lines = stopping_lines(Status(stage, True, 100.0, 120.0), 103.0, 60)
    assert tuple("".join(text for text, _ in line).rstrip() for line in lines[:3]) == expected
