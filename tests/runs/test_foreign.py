"""Runs that sdtui did not start, known by any of log, logging folder and output folder."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.runs.others.foreign import ForeignFollower, foreign_follower
from sdtui.runs.others.places import ForeignPlaces, places, places_typed
from sdtui.runs.others.process import arguments_of, find_trainer, script_of
from sdtui.runs.others.sources import Sources
from sdtui.runs.others.story import ForeignStory
from sdtui.runs.record import RunState, RunView
from sdtui.trainer.console import ConsoleParser
from tests.runs.recorded import BEGAN, DATA, ENDED, RecordedRun, bars, real_run

CONSOLE = (DATA / "real_run/console.log").read_bytes()
HEADER = (
    "accelerator device: cuda\nrunning training / 学習開始\n  num epochs / epoch数: 2\n"
    "  total optimization steps / 学習ステップ数: 8\n\nepoch 1/2\n\n"
).encode()
BEGINS = b"2026-11-21 22:21:45 INFO     Loading dataset config from /home/me/cfg.toml     train_network.py:519\n"
SAVED = b"\n2026-11-21 22:22:00 INFO     model saved.     train_network.py:1729\n"
LATER = ENDED + 10_000


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def log(root: Path, text: bytes, at: float = ENDED, name: str = "nohup.out") -> Path:
    path = root / name
    path.write_bytes(text)
    os.utime(path, (at, at))
    return path


def view(now: float = LATER, **given: Path) -> RunView:
    return foreign_follower(ForeignPlaces(**given), clock=lambda: now).poll()


@pytest.fixture
def real(tmp_path: Path) -> RecordedRun:
    """What a real training left behind, without anything that sdtui wrote about it."""
    run = real_run(tmp_path)
    log(tmp_path, CONSOLE)
    for path in (run.folder / "run.json", run.folder / "console.log"):
        path.unlink()
    return run


def test_the_log_alone_tells_how_it_went(tmp_path: Path) -> None:
    told = view(log=log(tmp_path, CONSOLE))
    assert (told.state, told.step, told.total_steps, told.epoch, told.epochs) == (RunState.DONE, 12, 12, 2, 2)
    assert (told.name, told.avr_loss, told.ended) == ("tiny", 1.14, ENDED)


def test_all_three_tell_as_much_as_a_record(real: RecordedRun, tmp_path: Path) -> None:
    told = view(log=tmp_path / "nohup.out", logging_dir=real.logging, output_dir=real.output)
    assert (told.state, told.step, told.name) == (RunState.DONE, 12, "tiny")
    assert [Path(one.path).name for one in told.checkpoints] == ["tiny-000001.safetensors", "tiny.safetensors"]
    assert [(one.epoch, one.prompt_index, one.seed) for one in told.samples][:3] == [(0, 0, 1), (0, 1, 2), (1, 0, 1)]
    assert told.loss is not None
    assert told.lr is not None
    assert told.started == 1795299707.0  # when its event file was begun


def test_the_logging_folder_alone_gives_curve_and_step(real: RecordedRun) -> None:
    follower = foreign_follower(ForeignPlaces(logging_dir=real.logging), clock=lambda: ENDED + 1)
    told = follower.poll()
    assert (told.state, told.step) == (RunState.TRAINING, 12)
    assert len(follower.curves()["loss"]) == 12
    assert view(logging_dir=real.logging).state is RunState.LOST


def test_the_output_folder_alone_gives_name_checkpoints_and_end(real: RecordedRun) -> None:
    told = view(output_dir=real.output)
    assert (told.name, told.state, len(told.checkpoints), len(told.samples)) == ("tiny", RunState.DONE, 2, 6)


def test_the_newest_name_in_an_output_folder_counts(real: RecordedRun) -> None:
    real.write(real.output / "other-step00000040.safetensors", ENDED + 50)
    real.write(real.output / "notes.txt", ENDED + 90)
    told = view(output_dir=real.output, now=ENDED + 60)
    assert (told.name, told.state, told.step) == ("other", RunState.TRAINING, 40)
    assert [one.step for one in told.checkpoints] == [40]


def test_the_newest_run_in_a_logging_folder_counts_but_none_after_the_log(real: RecordedRun, tmp_path: Path) -> None:
    events = next((DATA / "real_run").glob("events*"))
    later = real.logging / "20261121230000" / "network_train" / events.name.replace("1795299707", "1795299999")
    real.write(later, ENDED + 500, events.read_bytes() + events.read_bytes())
    assert view(logging_dir=real.logging).started == 1795299999.0
    assert view(logging_dir=real.logging, log=tmp_path / "nohup.out").started == 1795299707.0


@pytest.mark.parametrize(
    "change", [bytes, lambda text: text.replace(b"\n", b"\r\n"), lambda text: b"\xef\xbb\xbf" + text]
)
def test_of_several_runs_in_one_log_the_last_counts(tmp_path: Path, change: object) -> None:
    second = BEGINS + HEADER + bars(1, 3, 8)
    told = view(ENDED + 1, log=log(tmp_path, change(CONSOLE + second)))  # type: ignore[operator]
    assert (told.state, told.step, told.total_steps, told.epoch, told.checkpoints) == (RunState.TRAINING, 3, 8, 1, ())
    follower = foreign_follower(ForeignPlaces(log=tmp_path / "nohup.out"), clock=lambda: ENDED + 1)
    follower.poll()
    assert list(follower.curves()["avr_loss"].steps) == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_log_of_powershell_is_read(tmp_path: Path, encoding: str) -> None:
    text = ("\ufeff" + CONSOLE.decode().replace("\n", "\r\n")).encode(encoding)
    path = log(tmp_path, text[:4001])
    follower = foreign_follower(ForeignPlaces(log=path), clock=lambda: LATER)
    assert follower.poll().step == 0
    log(tmp_path, text)
    told = follower.poll()
    assert (told.state, told.step, told.name, told.ended) == (RunState.DONE, 12, "tiny", ENDED)
    assert any("model saved." in line for line in follower.log_lines(20))
    log(tmp_path, text[:3000])
    assert follower.poll().step == 0
    copy = follower.console
    follower.close()
    assert not copy.exists()


def test_the_paths_of_windows_are_understood(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.write(run.output / "tiny-000001.safetensors", BEGAN - 5000)  # a copy that kept an older time
    events = next((DATA / "real_run").glob("events*"))
    run.write(run.logging / events.name, ENDED, events.read_bytes())
    saving = b"\nsaving checkpoint: D:\\lora\\out\\tiny-000001.safetensors\n"
    path = log(tmp_path, BEGINS + HEADER + bars(1, 8, 8) + saving + SAVED)
    told = view(log=path, output_dir=run.output, logging_dir=run.logging)
    assert (told.name, [one.epoch for one in told.checkpoints]) == ("tiny", [1])
    assert Sources(ForeignPlaces(log=path)).absolute("D:\\lora\\out") == Path("/mnt/d/lora/out")


def test_a_second_run_that_has_only_begun_is_the_one(tmp_path: Path) -> None:
    assert view(ENDED + 5, log=log(tmp_path, CONSOLE + BEGINS)).state is RunState.STARTING


def test_a_second_run_whose_start_is_not_said_is_told_by_its_bar(tmp_path: Path) -> None:
    zero = b"\rsteps:   0%|          | 0/8 [00:00<?, ?it/s]"
    told = view(ENDED + 1, log=log(tmp_path, zero + bars(1, 8, 8) + SAVED + zero + bars(1, 2, 8)))
    assert (told.state, told.step) == (RunState.TRAINING, 2)


def test_standard_output_that_comes_in_one_burst_at_the_end_is_of_the_same_run(tmp_path: Path) -> None:
    told = view(log=log(tmp_path, BEGINS + bars(1, 8, 8) + SAVED + HEADER))
    assert (told.state, told.step, told.epochs) == (RunState.DONE, 8, 2)


def test_a_log_is_read_alike_in_any_cuts() -> None:
    text = CONSOLE + BEGINS + HEADER + bars(1, 5, 8)
    random.seed(5)
    for _ in range(5):
        story, parser, at = ForeignStory(), ConsoleParser(), 0
        while at < len(text):
            size = random.choice((1, 7, 300, 4000))
            story.tell(parser.feed(text[at : at + size]))
            at += size
        story.tell(parser.close())
        assert (story.step, story.total, story.model_saved, story.over) == (5, 8, False, False)
        assert list(story.average_steps) == [1, 2, 3, 4, 5]


def test_it_is_followed_while_it_grows(tmp_path: Path) -> None:
    path, clock = log(tmp_path, BEGINS + HEADER), Clock(ENDED)
    follower = ForeignFollower(ForeignPlaces(log=path), clock=clock)
    assert follower.poll().state is RunState.TRAINING
    steps = []
    for text in (bars(1, 4, 8), bars(5, 8, 8), SAVED, BEGINS, HEADER + bars(1, 2, 8)):
        with path.open("ab") as file:
            file.write(text)
        clock.now += 5
        os.utime(path, (clock.now - 4, clock.now - 4))
        seen = follower.poll()
        steps.append((seen.state, seen.step))
    assert steps == [
        (RunState.TRAINING, 4),
        (RunState.TRAINING, 8),
        (RunState.DONE, 8),
        (RunState.STARTING, 0),
        (RunState.TRAINING, 2),
    ]


def test_without_a_new_line_for_long_it_is_lost_and_says_since_when(tmp_path: Path) -> None:
    path = log(tmp_path, BEGINS + HEADER + bars(1, 4, 8))
    assert view(ENDED + 500, log=path).state is RunState.TRAINING
    lost = view(ENDED + 700, log=path)
    assert (lost.state, lost.ended) == (RunState.LOST, ENDED)
    assert lost.reason is not None
    assert "It stood at step 4 of 8." in lost.reason


def test_an_error_at_the_end_of_the_log_is_why(tmp_path: Path) -> None:
    trace = b'\nTraceback (most recent call last):\n  File "x.py", line 1, in <module>\n    x()\nValueError: no\n'
    failed = view(ENDED + 5, log=log(tmp_path, BEGINS + bars(1, 4, 8) + trace))
    assert (failed.state, failed.exit_code) == (RunState.FAILED, None)
    assert "ValueError: no" in (failed.reason or "")
    # An error that was printed and got over ends nothing.
    going = log(tmp_path, BEGINS + bars(1, 4, 8) + trace + b"\n" + bars(5, 6, 8))
    assert view(ENDED + 5, log=going).state is RunState.TRAINING


def test_what_lies_ahead_of_the_step_is_of_an_earlier_run_of_the_name(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    for step in (2, 6):
        run.write(run.samples / f"tiny_{step:06d}_00_2026112122214{step}_1.png", ENDED, b"IEND\xaeB`\x82")
    path = log(tmp_path, BEGINS + HEADER + bars(1, 4, 8))
    assert [one.step for one in view(ENDED + 20, log=path, output_dir=run.output).samples] == [2]


def test_the_settings_of_kohya_ss_tell_name_and_folders(real: RecordedRun, tmp_path: Path) -> None:
    settings = (
        f'output_name = "tiny"\nlogging_dir = "{real.logging}"\nmax_train_steps = 12\noutput_dir = "{real.output}"\n'
    )
    (real.output / "config_lora-20261121-222123.toml").write_text(settings)
    real.write(real.output / "another.safetensors", ENDED + 5)
    by_folder = view(output_dir=real.output)
    assert (by_folder.name, by_folder.total_steps, by_folder.step) == ("tiny", 12, 12)
    named = f"Loading settings from {real.output}/config_lora-20261121-222123.toml..."
    line = f"2026-11-21 22:21:40 INFO     {named}   x.py:1\n"
    by_log = view(log=log(tmp_path, line.encode() + CONSOLE, name="gui.txt"))
    assert (len(by_log.samples), by_log.loss is not None) == (6, True)


def test_a_visible_process_lives_however_silent_it_is(tmp_path: Path) -> None:
    script = tmp_path / "train_network.py"
    script.write_text("import sys\nprint('awake', flush=True)\nsys.stdin.read()\n")
    (tmp_path / "out").mkdir()
    path = log(tmp_path, BEGINS + HEADER)
    with (
        path.open("ab") as file,
        subprocess.Popen(
            [sys.executable, script, "--output_dir=out", "--output_name", "mine", "--sample_prompts", "p.txt"],
            stdin=subprocess.PIPE,
            stdout=file,
            cwd=tmp_path,
        ) as child,
    ):
        while b"awake" not in path.read_bytes():
            assert child.poll() is None
        os.utime(path, (BEGAN, BEGAN))
        by_log = foreign_follower(ForeignPlaces(log=path))
        seen = by_log.poll()
        by_folder = find_trainer(None, [tmp_path / "out"])
        found = foreign_follower(ForeignPlaces(output_dir=tmp_path / "out"))
        epochs = found.poll().epochs
        child.communicate()
        ended = by_log.poll()
    assert (seen.state, seen.name) == (RunState.TRAINING, "mine")
    assert by_log.record.output_dir == str(tmp_path / "out")
    assert by_folder is not None
    assert by_folder.mark.pid == child.pid
    assert ended.state is RunState.LOST
    assert (found.console, epochs) == (path, 2)


def test_a_command_line_is_read_as_the_trainer_reads_it() -> None:
    words = (
        "python",
        "/x/sdxl_train.py",
        "--output_dir=/o",
        "--optimizer_args",
        "a=1",
        "b=2",
        "--sdpa",
        "--seed",
        "-1",
    )
    assert script_of(words) == "sdxl_train.py"
    assert arguments_of(words) == {"output_dir": "/o", "optimizer_args": "a=1 b=2", "sdpa": "true", "seed": "-1"}
    assert script_of(("vim", "train_network.py")) is None
    assert script_of(()) is None


def test_what_an_sdtui_has_recorded_is_followed_as_such(tmp_path: Path) -> None:
    run = real_run(tmp_path)
    run.end()
    told = foreign_follower(ForeignPlaces(log=run.folder / "console.log")).poll()
    assert (told.id, told.state, told.exit_code) == (run.record.id, RunState.DONE, 0)


def test_a_project_of_another_sdtui_is_its_newest_run_and_folders_that_are_named_win(tmp_path: Path) -> None:
    run = real_run(tmp_path / "theirs")
    run.end()
    console = run.folder / "console.log"
    assert places_typed(str(tmp_path / "theirs")) == ForeignPlaces(log=console)
    moved = (tmp_path / "theirs" / "model").rename(tmp_path / "copied")
    assert view(log=console).checkpoints == ()
    told = view(log=console, output_dir=moved)
    assert (told.id, len(told.checkpoints), len(told.samples)) == (run.record.id, 2, 6)


def test_an_empty_folder_is_a_run_that_may_come(tmp_path: Path) -> None:
    told = view(output_dir=tmp_path)
    assert (told.state, told.warnings) == (RunState.STARTING, ("Nothing of a run was found here yet.",))
    assert view(log=log(tmp_path, b"", at=LATER)).state is RunState.STARTING


def test_hostile_files_are_no_reason_to_stop(tmp_path: Path) -> None:
    for name in (
        "\x1b[31mred_000010_00_20261121222147.png",
        "a\nb.safetensors",
        b"\xff\xfe-000001.ckpt".decode("utf-8", "surrogateescape"),
    ):
        (tmp_path / name).write_bytes(b"x")
    noise = random.Random(1).randbytes(200_000)
    told = view(log=log(tmp_path, noise + b"\xff\xfe" + bytes(2000)), output_dir=tmp_path, logging_dir=tmp_path)
    assert told.step == 0


def test_nothing_is_written(real: RecordedRun, tmp_path: Path) -> None:
    (real.folder).rmdir()
    (real.home / "runs").rmdir()
    real.home.rmdir()
    before = sorted(tmp_path.rglob("*"))
    view(log=tmp_path / "nohup.out", logging_dir=real.logging, output_dir=real.output)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_typed_path_is_understood(real: RecordedRun, tmp_path: Path) -> None:
    nohup, events = tmp_path / "nohup.out", next(real.logging.rglob("events*"))
    assert places_typed(str(nohup)) == ForeignPlaces(log=nohup)
    assert places_typed(str(real.logging)) == ForeignPlaces(logging_dir=real.logging)
    assert places_typed(str(real.output)) == ForeignPlaces(output_dir=real.output)
    assert places_typed(str(events)) == ForeignPlaces(logging_dir=events.parent)
    assert places_typed(str(next(real.samples.iterdir()))) == ForeignPlaces(output_dir=real.output)
    everything = ForeignPlaces(nohup, real.logging, real.output)
    assert places_typed(f"{nohup} '{real.logging}' {real.output}") == everything
    assert places_typed(str(tmp_path)) == ForeignPlaces(nohup, tmp_path, real.output)


@pytest.mark.parametrize("text", ["", "   ", "'", "/no/such/path", "\x00"])
def test_a_typed_path_that_is_none_says_so(text: str) -> None:
    with pytest.raises((UsageError, UnreadableError)):
        places_typed(text)


def test_places_that_are_none_say_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--log"):
        places(None, None, None)
    with pytest.raises(UnreadableError, match="no such file"):
        places(tmp_path / "no", None, None)
    with pytest.raises(UnreadableError, match="folder, not a log"):
        places(tmp_path, None, None)
    with pytest.raises(UnreadableError, match="takes a folder"):
        places(None, log(tmp_path, b""), None)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="no file that can be read"):
        places(tmp_path / "pipe", None, None)
    with pytest.raises(UnreadableError, match="no file that can be read"):
        places_typed(str(tmp_path / "pipe"))
    with pytest.raises(UsageError, match="nothing of a run"):
        (tmp_path / "empty").mkdir()
        places_typed(str(tmp_path / "empty"))
