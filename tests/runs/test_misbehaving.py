"""Trainers that do what they should not: each end is told as what it was, and nothing of them goes on."""

from __future__ import annotations

import signal

import pytest

from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.record import RunState
from tests.runs.conftest import RunLab

pytestmark = pytest.mark.slow

BEGUN = ("header=10", "steps=1-4-10")
ALL = ("header=10", "steps=1-10-10")
NO_MEMORY = "fail=CUDA out of memory. Tried to allocate 2.00 GiB"

ENDS: dict[str, tuple[tuple[str, ...], RunState, int, str]] = {
    "floods, and is done": ((*BEGUN, "flood=20000", "steps=5-10-10", "saved"), RunState.DONE, 0, ""),
    "floods, and dies": ((*BEGUN, "flood=20000", "kill-self"), RunState.FAILED, -signal.SIGKILL, "killed"),
    "a line without an end": (
        (*BEGUN, "endless-line=3000000", "say=", "steps=5-10-10", "saved"), RunState.DONE, 0, "",
    ),
    "garbage only": (("garbage", "garbage", "exit=7"), RunState.FAILED, 7, ""),
    "garbage between steps": ((*BEGUN, "garbage", "steps=5-10-10", "garbage", "saved"), RunState.DONE, 0, ""),
    "cut off within a bar": ((*BEGUN, "partial", "kill-self"), RunState.FAILED, -signal.SIGKILL, "killed"),
    "closes its own outputs": ((*BEGUN, "mute", "exit=3"), RunState.FAILED, 3, ""),
    "says nothing at all": (("exit=0",), RunState.FAILED, 0, "did not say that the model was saved"),
    "goes through, and does not say saved": (ALL, RunState.FAILED, 0, "did not say that the model was saved"),
    "a loss that is no number": (
        (*BEGUN, "nan=5-10-10", "saved"), RunState.FAILED, 0, "not a number",
    ),
    "no memory on the card": ((*BEGUN, NO_MEMORY), RunState.FAILED, 1, "ran out of memory (step 4 of 10)"),
    "no memory": ((*BEGUN, "raise=MemoryError: x"), RunState.FAILED, 1, "memory"),
    "a missing module": (
        ("raise=ModuleNotFoundError: No module named 'bitsandbytes'",), RunState.FAILED, 1, "bitsandbytes",
    ),
    "a full disk": ((*BEGUN, "full-disk"), RunState.FAILED, 1, "disk is full"),
    "no data, and exit 0": (("say=No data found. Please verify arguments",), RunState.FAILED, 0, "found no images"),
    "leaves a crowd behind": ((*ALL, "crowd=12", "saved"), RunState.DONE, 0, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDS)
def test_each_end_is_told_as_what_it_was_and_nobody_is_left(lab: RunLab, what: str) -> None:
    words, state, code, told = ENDS[what]
    record = lab.launch(*words)
    view = lab.wait(record)
    assert (view.state, view.exit_code) == (state, code), view.reason
    assert told in (view.reason or "")
    assert bool(view.reason) == (state is RunState.FAILED)
    trainer = store.load(lab.home, record.id).trainer
    assert trainer is not None and processes.group_members(trainer) == ()
    assert not any(str(lab.root) in _folder_of(one.pid) for one in processes.living())


def _folder_of(pid: int) -> str:
    try:
        return str((processes.PROC / str(pid) / "cwd").readlink())
    except OSError:
        return ""
