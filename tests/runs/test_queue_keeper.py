"""The queue goes on by itself: one run after the other, whoever is killed, and never one twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.launch import own_environment
from sdtui.runs.queueing import keeper, queue, queue_file
from sdtui.runs.queueing.view import look
from sdtui.runs.record import RunRecord, RunState
from tests.runs.conftest import wait_for_end
from tests.runs.queue_lab import QueueLab, lab

__all__ = ["lab"]


def test_one_run_begins_after_the_other_and_then_nobody_is_left(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    first = lab.put("first", "tell=a", "wait=go", "train=4", "saved")
    second = lab.put("second", "tell=b", "train=4", "saved")
    lab.meet("a")
    assert lab.view(first).state is not RunState.QUEUED
    view = lab.view(second)
    assert (view.state, view.waiting, view.started) == (RunState.QUEUED, "It waits for first (all GPUs).", None)
    assert view.total_steps == 12
    keeping = lab.keeper()
    assert keeping is not None
    lab.release("go")
    assert lab.end(first).state is RunState.DONE
    lab.meet("b")
    began, ended = lab.view(second).started, lab.view(first).ended
    assert began is not None and ended is not None and began >= ended
    assert lab.end(second).state is RunState.DONE
    wait_for_end(keeping)
    assert not keeper.is_kept()


@pytest.mark.slow
def test_whoever_looks_at_the_queue_starts_a_keeper_that_was_killed(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    first = lab.put("first", "tell=a", "wait=go", "say=once")
    second = lab.put("second", "tell=b", "say=once")
    lab.meet("a")
    lab.kill_keeper()
    assert not keeper.is_kept()
    assert lab.view(second).state is RunState.QUEUED  # this look starts it
    lab.release("go")
    lab.meet("b")
    lab.end(second)
    assert [lab.console(one).count("once") for one in (first, second)] == [1, 1]


@pytest.mark.slow
def test_the_end_of_a_run_starts_a_keeper_that_was_killed(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    lab.put("first", "tell=a", "wait=go")
    second = lab.put("second", "tell=b")
    lab.meet("a")
    lab.kill_keeper()
    lab.release("go")  # and nobody looks
    lab.meet("b")
    lab.end(second)


@pytest.mark.slow
def test_runs_on_different_cards_run_side_by_side(lab: QueueLab) -> None:
    lab.fifo("a", "b", "c", "go")
    runs = [
        lab.put("first", "env=CUDA_VISIBLE_DEVICES", "env=CUDA_DEVICE_ORDER", "tell=a", "wait=go", gpus="0"),
        lab.put("second", "tell=c", gpus="0"),
        lab.put("third", "env=CUDA_VISIBLE_DEVICES", "tell=b", gpus="1"),
    ]
    lab.meet("a")
    lab.meet("b")
    assert lab.order() == ["second"]
    assert lab.console(runs[0]).split() == ["CUDA_VISIBLE_DEVICES='0'", "CUDA_DEVICE_ORDER='PCI_BUS_ID'"]
    assert lab.console(runs[2]).split() == ["CUDA_VISIBLE_DEVICES='1'"]
    assert [store.load(lab.home, run.id).gpus for run in runs] == [(0,), (0,), (1,)]
    lab.release("go")
    lab.meet("c")
    for run in runs:
        lab.end(run)


@pytest.mark.slow
def test_the_dataset_is_read_anew_at_its_turn(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    first = lab.put("first", "tell=a", "wait=go")
    second = lab.put("second", "tell=b")
    lab.meet("a")
    (lab.root / "2_cat").rename(lab.root / "7_cat")
    lab.release("go")
    lab.meet("b")
    config = store.load(lab.home, second.id).dataset_config
    assert config is not None and "num_repeats = 7" in Path(config).read_text("utf-8")
    lab.end(first)
    lab.end(second)


@pytest.mark.slow
def test_a_run_that_is_refused_at_its_turn_fails_with_the_sentence_and_the_next_begins(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    lab.put("first", "tell=a", "wait=go")
    second = lab.put("second", "say=never")
    (lab.trainer / "other.safetensors").hardlink_to(lab.trainer / "base.safetensors")
    third = lab.put("third", "tell=b", pretrained_model_name_or_path="other.safetensors")
    lab.meet("a")
    (lab.trainer / "base.safetensors").unlink()
    lab.release("go")
    lab.meet("b")
    view = lab.view(second)
    assert view.state is RunState.FAILED
    assert view.reason is not None and "There is no such base model" in view.reason
    lab.end(third)


@pytest.mark.slow
def test_a_damaged_order_is_held_back_and_the_next_begins(lab: QueueLab) -> None:
    first = _the_next_begins_although(lab, lambda folder: (folder / store.QUEUED).write_bytes(b"{"))
    assert "cannot be read" in (lab.view(first).waiting or "")


def _the_next_begins_although(lab: QueueLab, spoil: Callable[[Path], object]) -> RunRecord:
    """A run whose folder was spoiled before its turn: the one behind it had its own."""
    lab.fifo("b")
    queue.pause()
    first = lab.put("first", "say=never")
    second = lab.put("second", "tell=b")
    spoil(lab.home / "runs" / first.id)
    queue.go_on()
    lab.meet("b")
    lab.end(second)
    return first


@pytest.mark.slow
def test_a_failed_run_blocks_the_others_only_where_that_was_asked(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    lab.put("first", "tell=a", "wait=go", "fail=oh")
    second = lab.put("second", "tell=b", "fail=oh", stop_on_failure=True)
    third = lab.put("third", "say=later")
    lab.meet("a")
    lab.release("go")
    lab.meet("b")  # the first one's failure stopped nobody
    lab.end(second)
    keeper.wake()
    while (stands := look().stands) is None:
        keeper.wake()
    assert stands == "second failed, and the others were to wait then."
    assert lab.view(third).state is RunState.QUEUED
    lab.fifo("c")
    lab.does("third", "tell=c")
    queue.go_on()
    lab.meet("c")
    lab.end(third)


@pytest.mark.slow
def test_of_many_keepers_one_keeps(lab: QueueLab) -> None:
    lab.fifo("a", "b", "go")
    first = lab.put("first", "tell=a", "wait=go", "say=once")
    second = lab.put("second", "tell=b", "say=once")
    lab.meet("a")
    lab.kill_keeper()
    racing = [
        subprocess.Popen([sys.executable, "-m", "sdtui.runs.queueing.keeping"], cwd="/", env=own_environment())
        for _ in range(4)
    ]
    lab.release("go")
    lab.meet("b")
    assert [lab.console(one).count("once") for one in (first,)] == [1]
    lab.end(second)
    for one in racing:
        assert one.wait(60) == 0
    assert lab.console(second).count("once") == 1


@pytest.mark.slow
def test_a_keeper_that_is_killed_during_a_turn_costs_nothing(lab: QueueLab) -> None:
    """The turn goes on without it; the run's supervisor sees to it that another one comes, and takes none twice."""
    lab.fifo("a", "b", "go")
    queue.pause()
    first = lab.put("first", "say=once", "tell=a", "wait=go")
    second = lab.put("second", "tell=b")
    pid = _keeper_in_a_turn(lab)
    os.kill(pid, signal.SIGKILL)
    lab.meet("a")
    assert lab.console(first).count("once") == 1
    lab.release("go")
    lab.meet("b")
    lab.end(second)


def _keeper_in_a_turn(lab: QueueLab) -> int:
    """Let the queue go on, and return the keeper's pid once it has a child: the turn."""
    queue.go_on()
    while True:
        found = lab.keeper()
        if found is not None and processes.descendants(found.pid):
            return found.pid


def _held_for_its_secret(lab: QueueLab) -> RunRecord:
    """A run whose turn has come after the keeper that knew its secret was killed; it tells ``b`` when it begins."""
    lab.fifo("a", "b", "go")
    lab.put("first", "tell=a", "wait=go")
    second = lab.put("second", "env=WANDB_API_KEY", "tell=b", wandb_api_key="sesame-open")
    lab.meet("a")
    lab.kill_keeper()
    look()
    lab.release("go")
    while lab.waiting(second).held is None:
        keeper.wake()
    return second


@pytest.mark.slow
def test_a_secret_that_comes_after_the_first_look_lets_the_run_go(lab: QueueLab) -> None:
    second = _held_for_its_secret(lab)
    keeper.hand_over(second.id, {"WANDB_API_KEY": "sesame-open"})
    lab.meet("b")


@pytest.mark.slow
def test_a_secret_that_only_memory_held_is_asked_for_again(lab: QueueLab, monkeypatch: pytest.MonkeyPatch) -> None:
    second = _held_for_its_secret(lab)
    assert "needs WANDB_API_KEY" in (lab.view(second).waiting or "")
    monkeypatch.setenv("WANDB_API_KEY", "sesame-open")
    queue.release(lab.waiting(second))
    lab.meet("b")
    assert lab.console(second).split() == ["WANDB_API_KEY='sesame-open'"]
    lab.end(second)


@pytest.mark.slow
def test_a_secret_comes_to_the_run_and_stands_nowhere(lab: QueueLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fifo("a", "b", "go")
    lab.put("first", "tell=a", "wait=go")
    monkeypatch.setenv("HF_TOKEN", "hf_hidden_word")
    second = lab.put("second", "env=HF_TOKEN", "tell=b", wandb_api_key="sesame-open")
    monkeypatch.delenv("HF_TOKEN")
    lab.meet("a")
    for place in (lab.home, queue_file.folder()):
        for file in place.rglob("*"):
            if file.is_file():
                assert b"hf_hidden_word" not in file.read_bytes() and b"sesame-open" not in file.read_bytes(), file
    lab.release("go")
    lab.meet("b")
    assert lab.console(second).split() == ["HF_TOKEN='hf_hidden_word'"]
    lab.end(second)


@pytest.mark.slow
def test_a_run_in_a_folder_that_cannot_be_written_to_is_held_back(lab: QueueLab) -> None:
    # A folder of the log's name: root may write anywhere else.
    first = _the_next_begins_although(lab, lambda folder: (folder / store.SUPERVISOR_LOG).mkdir())
    assert lab.waiting(first).held is not None
    assert lab.view(first).state is RunState.QUEUED
