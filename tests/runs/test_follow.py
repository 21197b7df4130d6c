"""Following: what is known about a run is true, also when it is read again, cut, mixed up or gone."""

from __future__ import annotations

import json
import math
import os
import signal
from pathlib import Path

import msgspec
import pytest

from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.follow import AVERAGE, LOSS, Follower
from sdtui.runs.log import console_log
from sdtui.runs.record import ProcessMark, RunState
from tests.runs.conftest import RunLab
from tests.runs.recorded import BEGAN, DATA, ENDED, PNG, RecordedRun, bars, real_run


def test_a_real_run_is_read_in_every_number(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    follower = run.follower()
    view = follower.poll()
    assert (view.state, view.reason, view.exit_code) == (RunState.DONE, None, 0)
    assert (view.step, view.total_steps, view.epoch, view.epochs) == (12, 12, 2, 2)
    assert view.avr_loss == 1.14
    assert view.loss == pytest.approx(1.1913, abs=1e-4)
    assert view.lr == pytest.approx(1e-4)
    assert (view.started, view.ended, view.eta_s) == (BEGAN, ENDED, None)
    assert [(one.step, one.epoch) for one in view.checkpoints] == [(None, 1), (None, None)]
    assert [(one.epoch, one.prompt_index, one.seed) for one in view.samples] == [
        (epoch, prompt, prompt + 1) for epoch in (0, 1, 2) for prompt in (0, 1)
    ]
    assert any("regularization" in warning for warning in view.warnings)
    curves = follower.curves()
    assert len(curves[LOSS]) == len(curves["lr/unet"]) == 12
    assert curves[LOSS].values[-1] == view.loss
    assert curves["loss/epoch_average"].steps[-1] == 2
    assert all(BEGAN < moment < ENDED for moment in curves[LOSS].times)
    assert 0.5 < (view.it_per_s or 0) < 3


def test_a_view_begins_with_the_keys_that_scripts_rely_on(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    document = json.loads(msgspec.json.encode(run.follower().poll()))
    assert list(document)[:19] == [
        "id", "name", "state", "reason", "step", "total_steps", "epoch", "epochs", "loss", "avr_loss", "lr",
        "it_per_s", "eta_s", "started", "ended", "exit_code", "checkpoints", "samples", "warnings",
    ]  # fmt: skip
    assert list(document["checkpoints"][0]) == ["path", "step", "epoch"]
    assert list(document["samples"][0]) == ["path", "step", "epoch", "prompt_index", "seed"]


def test_images_that_a_warning_is_about_are_no_warnings_of_their_own(tmp_path: Path) -> None:
    source = "   train_util.py:2097\n"
    told = ("No caption file found for 7 images. Training will continue.", "/data/4_a b/x.png", "/data/4_a b/y.JPG")
    more = ("/data/4_a b/z.png... and 2 more", "no regularization images", "/data/other.png")
    run = RecordedRun(tmp_path, "".join(f"{'':20}WARNING  {text}{source}" for text in (*told, *more)).encode())
    run.end()
    assert run.follower().poll().warnings == (
        told[0],
        "no regularization images",
        "/data/other.png",
        "Without a caption file: x.png, y.JPG, z.png... and 2 more.",
    )


def test_however_the_log_is_cut_steps_never_go_back_and_the_end_is_the_same(tmp_path: Path) -> None:
    whole = (DATA / "real_run/console.log").read_bytes()
    run = RecordedRun(tmp_path, supervisor=_own_mark())
    follower = run.follower()
    steps, states = [], []
    for start in range(0, len(whole), 613):
        run.say(whole[start : start + 613])
        for view in (follower.poll(), run.follower().poll()):
            steps.append(view.step)
            states.append(view.state)
    assert steps == sorted(steps)
    assert steps[-1] == 12
    assert {RunState.STARTING, RunState.TRAINING, RunState.SAMPLING, RunState.SAVING} <= set(states)
    first = follower.poll()
    assert (first.step, first.epoch, first.avr_loss) == (12, 2, 1.14)


def test_reattaching_many_times_sees_the_same_run_go_forward(lab: RunLab) -> None:
    for name in ("a", "b", "c"):
        lab.fifo(f"{name}-told")
        lab.fifo(name)
    words = [f"{word}" for n, name in enumerate("abc") for word in (
        f"steps={n * 10 + 1}-{n * 10 + 10}-30", f"tell={name}-told", f"wait={name}")]  # fmt: skip
    record = lab.launch("header=30", *words, "file=model/circle.safetensors", "saved")
    seen = []
    for name in "abc":
        lab.meet(f"{name}-told")
        views = [Follower(lab.home, store.load(lab.home, record.id)).poll() for _ in range(10)]
        assert len({view.id for view in views}) == 1
        seen += [view.step for view in views]
        assert {view.state for view in views} == {RunState.TRAINING}
        lab.release(name)
    assert seen == sorted(seen) == [10] * 10 + [20] * 10 + [30] * 10
    assert lab.wait(record).step == 30


def test_a_child_that_floods_cuts_its_lines_and_writes_garbage_is_followed_all_the_same(lab: RunLab) -> None:
    view = lab.ended(
        "header=10", "garbage", "flood=2000", "partial", "steps=1-10-10", "garbage", "partial", "say=", "saved"
    )
    assert (view.state, view.step, view.total_steps) == (RunState.DONE, 10, 10)


@pytest.mark.parametrize("said", [b"", bars(1, 10, 10) + b"\n"])
def test_exit_0_without_the_trainers_word_and_without_a_model_is_a_failure(tmp_path: Path, said: bytes) -> None:
    run = RecordedRun(tmp_path, said)
    run.end(0)
    view = run.follower().poll()
    assert view.state is RunState.FAILED
    assert view.reason is not None and "did not say that the model was saved" in view.reason


def test_a_model_on_disk_counts_where_the_logger_wrote_elsewhere(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, bars(1, 10, 10) + b"\n")
    run.write(run.output / "tiny.safetensors", ENDED)
    run.end(0)
    assert run.follower().poll().state is RunState.DONE


def test_no_data_is_a_failure_though_the_exit_status_is_0(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, b"2026-11-21 22:21:45 ERROR    No data found. Please verify arguments\n")
    run.end(0)
    view = run.follower().poll()
    assert view.state is RunState.FAILED
    assert view.reason is not None and "found no images" in view.reason


def test_a_loss_that_is_no_number_is_said_and_fails_the_run(tmp_path: Path) -> None:
    losses = bars(1, 2, 2, lambda step: 0.5 if step < 2 else math.nan)
    run = RecordedRun(tmp_path, losses + b"\nmodel saved.\n")
    run.end(0)
    view = run.follower().poll()
    assert view.state is RunState.FAILED
    assert view.avr_loss is not None and math.isnan(view.avr_loss)
    assert any("not a number since step 2" in warning for warning in view.warnings)


def test_a_finished_view_is_final_and_reads_nothing_more(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    follower = run.follower()
    view = follower.poll()
    (run.folder / store.CONSOLE).unlink()
    assert follower.poll() is view


def test_an_idle_poll_gives_the_same_view(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, (DATA / "real_run/console.log").read_bytes()[:40_000], supervisor=_own_mark())
    follower = run.follower()
    follower.poll()
    assert follower.poll() == follower.poll()


# --- which files are the run's own


def test_files_of_earlier_and_later_runs_in_the_same_folders_are_not_claimed(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    run.write(run.output / "tiny-000002.safetensors", BEGAN - 500)
    run.write(run.output / "tiny-000003.safetensors", ENDED + 500)
    run.write(run.output / "other-000001.safetensors", BEGAN + 30)
    run.write(run.samples / "tiny_e000009_00_20261121200000_1.png", BEGAN - 500, PNG)
    run.write(run.samples / "tiny_e000010_00_20261122200000_1.png", ENDED + 500, PNG)
    (run.output / "tiny-000001-state").mkdir()
    for seconds in (1795299000, 1795300000):
        folder = run.logging / f"other{seconds}" / "network_train"
        run.write(folder / f"events.out.tfevents.{seconds}.vm.1.0", ENDED, _events())
    view = run.follower().poll()
    assert [Path(one.path).name for one in view.checkpoints] == ["tiny-000001.safetensors", "tiny.safetensors"]
    assert len(view.samples) == 6
    assert len(run.follower().curves()) == 0  # nothing before a poll
    follower = run.follower()
    follower.poll()
    assert len(follower.curves()[LOSS]) == 12


def test_events_of_another_process_are_not_claimed_unless_it_only_got_the_number_later(tmp_path: Path) -> None:
    own = processes.stat(os.getpid())
    assert own is not None
    born = int(processes.began(own))
    for name, moment, curves in (("before", born - 100, 12), ("after", born + 100, 0)):
        run = RecordedRun(tmp_path / name, created=float(moment - 10))
        file = run.logging / "x" / "network_train" / f"events.out.tfevents.{moment}.vm.{os.getpid()}.0"
        run.write(file, moment, _events())
        run.end(at=moment + 10)
        follower = run.follower(now=moment + 10)
        follower.poll()
        assert len(follower.curves().get(LOSS, ())) == curves


def _events() -> bytes:
    return next((DATA / "real_run").glob("events*")).read_bytes()


def test_a_checkpoint_that_the_log_names_is_the_runs_whatever_its_time_says(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, b"\nsaving checkpoint: /elsewhere/model/tiny-000001.safetensors\n")
    run.write(run.output / "tiny-000001.safetensors", BEGAN + 100_000)  # copied later, with a new time
    run.end(-2, stop_requested=True)
    assert len(run.follower().poll().checkpoints) == 1


def test_a_picture_is_shown_once_it_is_whole(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, supervisor=_own_mark())
    path = run.write(run.samples / "tiny_000100_00_20261121222154_1.png", ENDED, PNG[:-3])
    now = ENDED + 1
    follower = Follower(run.home, run.record, clock=lambda: now)
    assert follower.poll().samples == ()
    run.write(path, ENDED + 1, PNG)
    (sample,) = follower.poll().samples
    assert (sample.path, sample.step, sample.prompt_index, sample.seed) == (str(path), 100, 0, 1)


def test_a_picture_that_stays_cut_is_shown_after_a_while(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, supervisor=_own_mark())
    run.write(run.samples / "tiny_000100_00_20261121222154_1.png", ENDED, PNG[:-3])
    assert len(run.follower(ENDED + 60).poll().samples) == 1


def test_an_overwritten_checkpoint_is_noticed_though_its_folder_did_not_change(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, supervisor=_own_mark())
    path = run.write(run.output / "tiny.safetensors", BEGAN - 900)
    times = [ENDED]
    follower = Follower(run.home, run.record, clock=lambda: times[-1])
    assert follower.poll().checkpoints == ()
    folder_time = run.output.stat().st_mtime_ns
    path.write_bytes(b"new")
    assert run.output.stat().st_mtime_ns == folder_time
    times.append(ENDED + 6)
    assert len(follower.poll().checkpoints) == 1


def test_deleted_event_files_cost_their_future_and_not_their_past(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run = RecordedRun(tmp_path, supervisor=_own_mark())
    follower = run.follower()
    follower.poll()
    for path in run.logging.rglob("events*"):
        path.unlink()
    assert follower.poll().loss is not None


# --- how a run was lost


def test_a_restart_of_the_computer_is_told_from_a_kill(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, supervisor=ProcessMark(1, 1.0, "the boot before"))
    view = run.follower().poll()
    assert (view.state, view.ended) == (RunState.LOST, ENDED)
    assert view.reason is not None and "restarted" in view.reason


def test_a_reused_pid_is_not_the_run(tmp_path: Path) -> None:
    own = _own_mark()
    run = RecordedRun(tmp_path, supervisor=ProcessMark(own.pid, own.start_time - 9, own.boot_id))
    view = run.follower().poll()
    assert view.state is RunState.LOST
    assert view.reason is not None and "were killed" in view.reason


def test_a_launch_that_was_cut_off_is_starting_for_a_while_and_then_lost(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, supervisor=None, trainer=None)
    assert run.follower(BEGAN + 10).poll().state is RunState.STARTING
    view = run.follower(BEGAN + 500).poll()
    assert view.state is RunState.LOST
    assert view.reason is not None and "never started" in view.reason


def test_a_run_of_another_machine_lives_by_its_signs_of_life(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, b"\nepoch 1/2\n", host="bigbox pid:[1]")
    times = [ENDED + 30, ENDED + 3600, ENDED + 3700]
    follower = Follower(run.home, run.record, clock=lambda: times[0])
    view = follower.poll()
    assert view.state is RunState.TRAINING
    assert "bigbox" in view.warnings[0]
    times.pop(0)
    view = follower.poll()
    assert view.state is RunState.LOST
    assert view.reason is not None and "bigbox" in view.reason
    times.pop(0)
    run.say(b"\nepoch 2/2\n", at=ENDED + 3690)  # the network came back
    assert follower.poll().state is RunState.TRAINING


def test_that_the_model_was_saved_is_not_forgotten_of_a_lost_run(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, b"model saved.\n")
    view = run.follower().poll()
    assert view.state is RunState.LOST
    assert view.reason is not None and "model was saved" in view.reason


def test_an_end_that_cannot_be_read_is_not_taken_for_a_killing(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, b"model saved.\n")
    (run.folder / store.EXIT).touch()
    view = run.follower().poll()
    assert view.state is RunState.LOST
    assert view.reason is not None and "cannot be read any more" in view.reason and store.EXIT in view.reason


def test_an_end_that_was_written_into_the_state_folder_is_found(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    run = RecordedRun(tmp_path, b"model saved.\n", state_folder=str(state))
    run.end()
    (run.folder / store.EXIT).rename(state / store.EXIT)
    assert run.follower().poll().state is RunState.DONE


def test_a_killed_trainer_is_explained(lab: RunLab) -> None:
    view = lab.ended("train=10", "kill-self")
    assert view.exit_code == -signal.SIGKILL
    assert view.reason is not None and "killed the trainer at step 10 of 10" in view.reason


# --- the log's last lines


def test_the_last_lines_stand_as_on_a_terminal(tmp_path: Path) -> None:
    run = RecordedRun(
        tmp_path,
        "first\n\x1b[31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n"
        "\rsteps:  10%|█ | 1/10 [00:01<00:09]\rsteps:  20%|██| 2/10 [00:02<00:08]\n"
        "evil \x1b]52;c;Zm9v\x07 and \x9b31m\n"
        "\n\r  0%| | 0/3\x1b[A\n\r 50%| | 2/3\x1b[A\n\r100%| | 3/3\x1b[A\r100%| | 3/3\n"
        "INFO     saved.                      train_network.py:12\n\rsteps:  30%|██| 3/10 [00:03<00:07]".encode(),
    )
    follower = run.follower()
    lines = follower.log_lines(20)
    assert lines[:3] == ("first", "red link", "steps:  20%|██| 2/10 [00:02<00:08]")
    assert not any("\x1b" in line or "\x9b" in line for line in lines)
    assert "INFO     saved.  train_network.py:12" in lines
    assert lines[-1] == "steps:  30%|██| 3/10 [00:03<00:07]"
    assert sum("| 3/3" in line for line in lines) == 1 and not any("| 2/3" in line for line in lines)
    assert follower.log_lines(2) == lines[-2:]
    assert follower.log_lines(0) == ()


@pytest.mark.slow
def test_the_end_of_a_long_log_is_reached_without_reading_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = b"".join(b"line %d of the log, which is long\n" % number for number in range(60_000))
    run = RecordedRun(tmp_path, lines)
    reads: list[int] = []
    real = os.pread

    def counting(handle: int, size: int, offset: int) -> bytes:
        reads.append(size)
        return real(handle, size, offset)

    monkeypatch.setattr(os, "pread", counting)
    assert run.follower().log_lines(3)[-1] == "line 59999 of the log, which is long"
    assert sum(reads) < len(lines) / 4
    assert len(run.follower().log_lines(20_000)) == 20_000


def test_no_log_yet_is_no_line(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    (run.folder / store.CONSOLE).unlink()
    assert run.follower().log_lines(10) == ()
    assert run.follower().poll().state is RunState.LOST


def test_an_endless_log_is_read_with_fewer_bars_and_nothing_else_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_log, "_LONG", 4_000)
    monkeypatch.setattr(console_log, "_LAST", 4_000)
    header = (
        "running training / 学習開始\n  num epochs / epoch数: 9\n  total optimization steps / 学習ステップ数: 5000\n"
    )
    steps = bars(1, 5000, 5000, lambda step: step / 1000)
    run = RecordedRun(tmp_path, f"{header}\nepoch 1/9\n".encode() + steps + b"\nepoch 9/9\nmodel saved.\n")
    run.end()
    view = run.follower().poll()
    assert (view.state, view.step, view.total_steps, view.epoch, view.epochs) == (RunState.DONE, 5000, 5000, 9, 9)
    assert view.avr_loss == 5.0
    curve = run.follower()
    curve.poll()
    average = curve.curves()[AVERAGE]
    assert 200 < len(average.steps) < 1000
    assert (average.steps[0], average.steps[-1]) == (1, 5000)
    assert list(average.values) == pytest.approx([step / 1000 for step in average.steps])


def test_the_console_gives_the_average_where_there_is_no_tensorboard(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, bars(1, 9, 9, lambda step: step / 10), logging_dir=None)
    run.end(1)
    follower = run.follower()
    view = follower.poll()
    assert (view.loss, view.lr, view.avr_loss) == (None, None, 0.9)
    curve = follower.curves()[AVERAGE]
    assert list(curve.steps) == list(range(1, 10))
    assert list(curve.values) == pytest.approx([step / 10 for step in range(1, 10)])


def _own_mark() -> ProcessMark:
    """This test's own process stands for a supervisor that lives."""
    own = processes.mark(os.getpid())
    assert own is not None
    return ProcessMark(*own)
