"""A stop that waits for a save or for samples: nothing is cut off, it is shown, and it can be taken back."""

from __future__ import annotations

import os
import random
import re
import signal
from pathlib import Path

import pytest

from sdtui.base.errors import RunError
from sdtui.runs import store
from sdtui.runs.following.follow import Follower
from sdtui.runs.launch import adopt
from sdtui.runs.record import RunRecord, RunState
from sdtui.runs.supervising.escalation import Stage
from sdtui.runs.supervising.letterbox import STATUS, Status, StopAfter, read_status, signal_words
from sdtui.runs.supervising.stop import request_stop, request_stop_after, take_back_stop
from sdtui.runs.supervising.stop_when import Awaited
from tests.runs.conftest import RunLab, wait_for_end
from tests.runs.recorded import DATA, RecordedRun, bars
from tests.runs.test_stop import PATIENT

SAVING = "saving checkpoint: /model/circle-step00000003.safetensors"


def at_step_3(lab: RunLab, *words: str) -> RunRecord:
    """A run that stands at step 3 of 10 until ``go`` is released."""
    for name in ("ready", "go", "never"):
        lab.fifo(name)
    record = lab.launch("header=10", "steps=1-3-10", "tell=ready", "wait=go", *words, "wait=never")
    lab.meet("ready")
    return record


def until_heard(lab: RunLab, record: RunRecord, after: StopAfter | None) -> None:
    """Until the supervisor says that it waits for that."""
    state, said = Path(record.state_folder), read_status(Path(record.state_folder))
    while said is None or said[0].after is not after:
        said = read_status(state)


def look_once(record: RunRecord) -> None:
    """Until the supervisor has looked once more."""
    assert record.supervisor is not None
    status = Path(record.state_folder) / STATUS
    for _ in range(2):
        os.utime(status, (1, 1))
        os.kill(record.supervisor.pid, signal.SIGUSR1)
        while status.stat().st_mtime == 1:
            continue


def test_a_run_stops_when_it_has_gone_on_after_its_save_and_not_in_the_middle(lab: RunLab) -> None:
    lab.fifo("saving")
    lab.fifo("on")
    record = at_step_3(lab, f"say={SAVING}", "steps=3-3-10", "tell=saving", "wait=on", "steps=4-4-10")
    request_stop_after(lab.home, record.id, StopAfter.SAVE)
    until_heard(lab, record, StopAfter.SAVE)
    view = Follower(lab.home, record).poll()
    assert (view.stop_after, view.state) == ("save", RunState.TRAINING)
    lab.release("go")
    lab.meet("saving")
    look_once(record)
    said = read_status(Path(record.state_folder))
    assert said is not None and (said[0].stage, said[0].after) == (Stage.RUNNING, StopAfter.SAVE)
    lab.release("on")
    view = lab.wait(record)
    assert (view.state, view.step, view.exit_code) == (RunState.STOPPED, 4, -signal.SIGINT)
    assert view.reason == "Stopped as you asked after a save at step 4 of 10."
    assert view.stop_after is None


def test_nobody_stops_it_after_a_save_whose_supervisor_was_killed(lab: RunLab) -> None:
    record = at_step_3(lab)
    request_stop_after(lab.home, record.id, StopAfter.SAVE)
    until_heard(lab, record, StopAfter.SAVE)
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    wait_for_end(record.supervisor)
    view = Follower(lab.home, record).poll()
    assert view.stop_after is None and "asked for anew" in view.warnings[0]


def test_a_wish_is_taken_back_and_changed(lab: RunLab) -> None:
    record = at_step_3(lab, f"say={SAVING}", "steps=4-10-10", "saved", "exit=0")
    request_stop_after(lab.home, record.id, StopAfter.SAMPLE)
    until_heard(lab, record, StopAfter.SAMPLE)
    request_stop_after(lab.home, record.id, StopAfter.SAVE)
    until_heard(lab, record, StopAfter.SAVE)
    take_back_stop(lab.home, record.id)
    until_heard(lab, record, None)
    lab.release("go")
    assert lab.wait(record).state is RunState.DONE
    with pytest.raises(RunError, match="has ended already"):
        request_stop_after(lab.home, record.id, StopAfter.SAVE)


def test_the_wish_outlives_a_supervisor_that_was_killed(lab: RunLab) -> None:
    record = at_step_3(lab, f"say={SAVING}", "steps=4-6-10")
    request_stop_after(lab.home, record.id, StopAfter.SAVE)
    until_heard(lab, record, StopAfter.SAVE)
    assert record.supervisor is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    wait_for_end(record.supervisor)
    adopted = adopt(lab.home, record)
    until_heard(lab, adopted, StopAfter.SAVE)
    lab.release("go")
    view = lab.wait(adopted)
    assert (view.state, view.exit_code) == (RunState.STOPPED, None)


def test_a_stop_at_once_does_not_wait_for_what_an_earlier_one_waited_for(lab: RunLab) -> None:
    record = at_step_3(lab)
    request_stop_after(lab.home, record.id, StopAfter.SAVE)
    until_heard(lab, record, StopAfter.SAVE)
    request_stop(lab.home, record.id)
    view = lab.wait(record)
    assert view.reason == "Stopped as you asked at step 3 of 10."


def test_who_does_not_want_to_wait_for_the_next_signal_sends_it(lab: RunLab) -> None:
    lab.fifo("ready")
    lab.fifo("never")
    record = lab.launch("deaf", "tell=ready", "wait=never", grace=PATIENT)
    lab.meet("ready")
    request_stop(lab.home, record.id)
    request_stop(lab.home, record.id, harder=True)
    assert lab.wait(record).exit_code == -signal.SIGTERM


# What is waited for, told from the console alone -------------------------------------------------------------------


def fires_at(run: RecordedRun, text: bytes, after: StopAfter, cuts: random.Random | None = None) -> int | None:
    """How many bytes of ``text`` had come when the stop was due."""
    awaited = Awaited(after, run.folder / store.CONSOLE, run.record)
    begin = 0
    try:
        while begin < len(text):
            end = begin + (cuts.randint(1, 400) if cuts else 64)
            run.say(text[begin:end])
            begin = end
            if awaited.come():
                return min(end, len(text))
    finally:
        awaited.close()
    return None


@pytest.mark.parametrize("seed", range(4))
def test_the_real_trainer_has_gone_on_to_its_next_epoch_or_step(tmp_path: Path, seed: int) -> None:
    text = (DATA / "real_run/console.log").read_bytes()
    for after in StopAfter:
        run = RecordedRun(tmp_path / after.value)
        end = fires_at(run, text, after, random.Random(seed))
        assert end is not None
        heard = text[:end].decode("utf-8", errors="replace")
        sign = "generating sample images" if after is StopAfter.SAMPLE else "saving checkpoint: "
        gone_on = re.split(sign, heard)[-1]
        assert sign in heard and re.search(r"\nepoch \d/2|steps: .* [1-9]\d*/12", gone_on)
        assert "saving checkpoint" not in gone_on


def test_what_was_saved_before_does_not_count_and_what_is_being_saved_does(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path / "before", bars(1, 3, 9) + f"\n{SAVING}\n".encode() + bars(4, 5, 9))
    assert fires_at(run, bars(6, 9, 9), StopAfter.SAVE) is None
    run = RecordedRun(tmp_path / "now", bars(1, 3, 9) + f"\n{SAVING}\n".encode())
    assert fires_at(run, bars(3, 3, 9), StopAfter.SAVE) is None
    run = RecordedRun(tmp_path / "on", bars(1, 3, 9) + f"\n{SAVING}\n".encode())
    assert fires_at(run, bars(4, 9, 9), StopAfter.SAVE) is not None


def test_the_epochs_save_is_told_from_one_by_steps(tmp_path: Path) -> None:
    by_steps = b"\nsaving checkpoint: /m/tiny-step00000003.safetensors\n"
    of_epoch = b"\nsaving checkpoint: /m/tiny-000001.safetensors\n\nepoch 2/3\n"
    run = RecordedRun(tmp_path)
    text = bars(1, 3, 9) + by_steps + bars(4, 5, 9)
    assert fires_at(run, text, StopAfter.EPOCH) is None
    assert fires_at(run, of_epoch + bars(6, 6, 9), StopAfter.EPOCH) is not None


def test_samples_are_whole_and_so_is_the_save_that_follows_them_in_the_same_step(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, bars(1, 3, 9))
    sampling = b"\ngenerating sample images at step / x: 3\n\r 50%|##| 1/2 [00:01<00:01,  1.00it/s]\n"
    saving = b"saving checkpoint: /m/tiny-step00000003.safetensors\n"
    assert fires_at(run, sampling + saving + bars(3, 3, 9), StopAfter.SAMPLE) is None
    run = RecordedRun(tmp_path / "whole", bars(1, 3, 9))
    assert fires_at(run, sampling + saving + bars(3, 4, 9), StopAfter.SAMPLE) is not None


@pytest.mark.parametrize("after", [StopAfter.SAVE, StopAfter.SAMPLE])
def test_the_folder_tells_where_the_trainers_words_go_elsewhere(tmp_path: Path, after: StopAfter) -> None:
    run = RecordedRun(tmp_path, bars(1, 3, 9))
    old = run.write(run.output / "tiny-step00000002.safetensors", 1)
    awaited = Awaited(after, run.folder / store.CONSOLE, run.record)
    run.say(bars(4, 4, 9))
    assert not awaited.come()
    if after is StopAfter.SAVE:
        run.write(old.with_name("tiny-step00000004.safetensors"), 2)
    else:
        run.write(run.samples / "tiny_000004_00_20261121222147_1.png", 2)
    assert not awaited.come()
    run.say(bars(5, 5, 9))
    assert awaited.come()
    awaited.close()


def test_a_signal_that_was_sent_is_said_with_the_time_to_the_next() -> None:
    assert (
        signal_words(Status(Stage.INTERRUPTING, True, 100.0, 120.0), 103.0) == "Asked to end (SIGINT); harder in 17 s"
    )
    assert signal_words(Status(Stage.KILLING, True, 100.0, None), 103.0) == "Killed (SIGKILL)"
    assert signal_words(Status(Stage.RUNNING, False, 100.0, None), 103.0) == signal_words(None, 0) == ""
