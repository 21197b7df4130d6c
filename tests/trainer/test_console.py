"""The trainer's console as events: on real output, on every shape that its lines take, and on any bytes at all."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser

DATA = Path(__file__).parent / "data"
LORA = (DATA / "console-sdxl-lora.log").read_bytes()
FINETUNE = (DATA / "console-sdxl-finetune.log").read_bytes()


def read(*pieces: bytes | str) -> list[e.Event]:
    parser = ConsoleParser()
    events: list[e.Event] = []
    for piece in pieces:
        events += parser.feed(piece.encode() if isinstance(piece, str) else piece)
    return events + parser.close()


def steps(events: list[e.Event]) -> list[tuple[int, float | None]]:
    return [(event.step, event.avr_loss) for event in events if isinstance(event, e.StepDone)]


def test_a_real_lora_run_is_told_in_order() -> None:
    told = [event for event in read(LORA) if not isinstance(event, e.SamplingProgress | e.WarningLine)]
    assert told == [
        e.TrainingHeader(524, 0, 16, 256, 1, (4, 4), 1, 4),
        e.StepDone(0, 4, None, None),
        e.EpochStarted(1, 1),
        e.StepDone(1, 4, 1 / 6.92, 1.13),
        e.StepDone(2, 4, 1 / 6.25, None),
        e.SamplingStarted(2),
        e.SamplingEnded(),
        e.StepDone(2, 4, 1 / 6.25, 1.1),
        e.StepDone(3, 4, 1 / 5.37, 1.11),
        e.StepDone(4, 4, 1 / 5.32, None),
        e.SamplingStarted(4),
        e.SamplingEnded(),
        e.StepDone(4, 4, 1 / 5.32, 1.12),
        e.SavingCheckpoint("/home/me/shapes/model/dxl.safetensors"),
        e.ModelSaved(),
    ]


def test_a_real_fine_tune_tells_its_caches_states_and_checkpoint() -> None:
    events = read(FINETUNE)
    latents = [event for event in events if isinstance(event, e.CachingLatents)]
    captions = [event for event in events if isinstance(event, e.CachingText)]
    assert latents[0] == e.CachingLatents(0, 0)
    assert latents[-1].done == latents[-1].total > 50
    assert captions[-1].done == captions[-1].total == 24
    assert e.SavingState("/home/me/shapes/model/dft-state") in events
    assert e.SavingCheckpoint("/home/me/shapes/model/dft.safetensors") in events
    assert steps(events)[1:] == [(1, 1.11), (2, 1.05), (3, 0.967), (4, 0.984)]


@pytest.mark.parametrize("log", [LORA, FINETUNE], ids=["lora", "finetune"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_where_the_bytes_are_cut_does_not_matter(log: bytes, size: int) -> None:
    pieces = [log[at : at + size] for at in range(0, len(log), size)]
    assert read(*pieces) == read(log)


_TANGLE = (
    "\x1b]8;id=1;file:///a\x1b\\train\x1b]8;;\x1b\\\r\n学習開始\r\rsteps:   1%|\u258f    | 1/90 [00:01<01:29,  1.0s/it]"
    "\x1b[A\n2026-11-21 19:47:48 \x1b[33mWARNING \x1b[0m a very long   train_util.py:1\n"
    + " "
    * 30
    + "tail\nTraceback "
    "(most recent call last):\n  File x\nValueError: y\n\x1b\x1b[31m[31mred\x1b]open"
).encode()


@given(st.lists(st.integers(min_value=0, max_value=len(_TANGLE)), max_size=6))
def test_cuts_inside_characters_escapes_and_line_ends_do_not_matter(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(_TANGLE)]
    pieces = [_TANGLE[start:end] for start, end in itertools.pairwise(places)]
    assert read(*pieces) == read(_TANGLE)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_make_it_fail(pieces: list[bytes]) -> None:
    assert repr(read(*pieces)) == repr(read(b"".join(pieces)))


def test_a_bar_is_told_at_its_closing_bracket_without_waiting_for_more() -> None:
    parser = ConsoleParser()
    assert parser.feed(b"\rsteps:   0%|          | 0/10 [00:00<?, ?it/s]") == [e.StepDone(0, 10, None, None)]
    parser.feed(b"\rsteps:  10%|#         | 1/10 [00:00<00:04,  2.10it/s]")
    told = parser.feed(b"\rsteps:  10%|#         | 1/10 [00:00<00:04,  2.10it/s, avr_loss=1.15]")
    assert told == [e.StepDone(1, 10, 2.1, 1.15)]


def test_the_loss_of_the_step_before_is_never_told_as_the_step_s_own() -> None:
    bar = "\rsteps:  10%|#  | {}/10 [00:00<00:04,  2.0it/s, avr_loss={}]"
    assert steps(read(*[bar.format(n, loss) for n, loss in ((1, 9), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3))])) == [
        (1, 1.0),
        (2, 2.0),
        (3, 3.0),
    ]


def test_steps_that_are_drawn_once_only_are_told_too() -> None:
    bar = "\rsteps:  10%|#  | {}/10 [00:00<00:04,  20.0it/s, avr_loss={}]"
    assert steps(read(*[bar.format(n, n / 10) for n in (1, 2, 5, 6)])) == [(1, 0.1), (2, 0.2), (5, 0.5), (6, 0.6)]


def test_a_step_that_is_drawn_once_keeps_its_loss_when_something_else_is_printed() -> None:
    bar = "\rsteps:  10%|#  | {}/10 [00:00<00:04,  20.0it/s, avr_loss={}]"
    once = "".join(bar.format(n, n / 10) for n in (1, 2))
    assert steps(read(once, "\nsaving checkpoint: /x.safetensors\n")) == [(1, 0.1), (2, 0.2)]
    # It was drawn twice after all: the second drawing corrects the first.
    assert steps(read(once, "\nx\n", bar.format(2, 0.3), bar.format(3, 0.3))) == [
        (1, 0.1),
        (2, 0.2),
        (2, 0.3),
        (3, 0.3),
    ]


def test_gradient_accumulation_redraws_a_step_with_the_next_one_s_loss_which_is_not_told() -> None:
    bar = "\rsteps:   2%|#  | {}/1000 [01:48<1:59:14,  7.26s/it, avr_loss={}]"
    drawn = ((15, 0.103), (15, 0.104), (15, 0.999), (16, 0.999), (16, 0.105), (16, 0.998))
    assert steps(read(*[bar.format(n, loss) for n, loss in drawn])) == [(15, 0.104), (16, 0.105)]


@pytest.mark.parametrize(
    ("rate", "speed"), [("  4.62s/it", 1 / 4.62), ("106861.25it/s", 106861.25), ("?it/s", None), (" 0.00it/s", None)]
)
def test_speed_is_iterations_per_second_whichever_way_round_it_is_written(rate: str, speed: float | None) -> None:
    (event,) = read(f"\rsteps:  10%|#  | 3/10 [00:00<00:04,{rate}]")
    assert isinstance(event, e.StepDone)
    assert event.it_per_s == (pytest.approx(speed) if speed else None)


def test_other_notes_on_the_bar_do_not_hide_the_loss() -> None:
    notes = "Keys Scaled=3, Average key norm=0.2, avr_loss=0.5"
    assert steps(read(f"\rsteps: 1%|# | 1/10 [00:00<00:04, 2.0it/s, {notes}]")) == [(1, 0.5)]
    assert steps(read("\rsteps: 1%|# | 1/10 [00:00<00:04, 2.0it/s, loss=0.25]")) == [(1, 0.25)]


def test_validation_bars_are_not_the_training_bar() -> None:
    events = read("\rvalidation steps:  50%|# | 1/2 [00:00<00:00, 2.0it/s, val_avg_loss=0.7, timestep=300]")
    assert events == [e.Validation(1, 2, 0.7)]
    assert read("\repoch validation steps: 100%|# | 2/2 [00:00<00:00, 2.0it/s]") == [e.Validation(2, 2, None)]


def test_bars_of_other_things_and_bars_without_a_total_are_passed_over() -> None:
    assert (
        read(
            "0it [00:00, ?it/s]\n\rread caption: 100%|##| 4/4 [00:00<00:00, 13595.80it/s]\n100%|#| 6/6 [0:0<0:0, 1it/s]"
        )
        == []
    )


def test_a_wrapped_message_is_one_line_again_also_where_a_path_was_broken() -> None:
    # As rich prints it at 80 columns: the message's column is 31 cells wide here.
    text = (
        "                    INFO     Saving current state to         accelerator.py:3241\n"
        "                             /home/me/k/run_tiny/out/tiny-00\n"
        "                             0001-state\n"
        "                    WARNING  No caption file found for 1      train_util.py:2090\n"
        "                             images. Training will continue\n"
        "                             without captions for these\n"
    )
    assert read(text) == [
        e.SavingState("/home/me/k/run_tiny/out/tiny-000001-state"),
        e.WarningLine("No caption file found for 1 images. Training will continue without captions for these"),
    ]


def test_wide_characters_count_two_cells_when_wrapping_is_undone() -> None:
    text = (
        "                    INFO     generating sample images at step train_util.py:6394\n"
        "                             / サンプル画像生成 ステップ: 10\n"
        "                    INFO     prompt: x                        train_util.py:6542\n"
    )
    assert read(text) == [e.SamplingStarted(10)]


def test_colours_and_links_of_a_terminal_are_taken_out() -> None:
    text = (
        "\x1b[2;36m2026-11-21 19:48:21\x1b[0m\x1b[2;36m \x1b[0m\x1b[34mINFO    \x1b[0m Saving current state to "
        "\x1b[35m/home/me/out/\x1b[0m\x1b[95mtiny-state\x1b[0m   \x1b]8;id=1;file:///home/me/a.py\x1b\\\x1b[2ma.py"
        "\x1b[0m\x1b]8;;\x1b\\\x1b[2m:\x1b[0m\x1b]8;id=2;file:///home/me/a.py#3\x1b\\\x1b[2m3\x1b[0m\x1b]8;;\x1b\\\r\n"
        "\x1b[2;36m                   \x1b[0m\x1b[2;36m \x1b[0m\x1b[34mINFO    \x1b[0m model saved.\r\n"
    )
    assert read(text) == [e.SavingState("/home/me/out/tiny-state"), e.ModelSaved()]


def test_a_checkpoint_is_told_before_the_next_line_comes() -> None:
    parser = ConsoleParser()
    told = parser.feed(
        b"2026-11-21 19:52:41 INFO     saving checkpoint: /out/x-000001.safetensors" + b" " * 300 + b"a.py:1\n"
    )
    assert told == [e.SavingCheckpoint("/out/x-000001.safetensors")]


@pytest.mark.parametrize("level", ["", "                    ERROR    "])
def test_no_data_is_told_with_and_without_the_logger(level: str) -> None:
    text = f"{level}No data found. Please verify arguments (train_data_dir must be the parent) / 画像がありません。\n"
    assert read(text) == [e.NoDataFound()]


def test_warnings_and_errors_are_told_in_english_with_their_file() -> None:
    text = (
        "                    WARNING  no regularization images / 正則化画像が見つかりませんでした\n"
        "                    ERROR    illegal char in file (not UTF-8) / UTF-8以外の文字があります: /data/日本/x.txt\n"
        "                    ERROR    a / b is not the same as c\n"
    )
    assert read(text) == [
        e.WarningLine("no regularization images"),
        e.ErrorLine("illegal char in file (not UTF-8): /data/日本/x.txt"),
        e.ErrorLine("a / b is not the same as c"),
    ]


def test_a_loss_that_is_no_number_is_told_once_until_it_recovers() -> None:
    bar = "\rsteps: 1%|# | {}/10 [00:00<00:04, 20.0it/s, avr_loss={}]"
    values = ("0.1", "nan", "nan", "0.2", "inf", "inf")
    events = read(*[bar.format(n, value) for n, value in enumerate(values, start=1)])
    assert [event for event in events if isinstance(event, e.NanLoss)] == [e.NanLoss(2), e.NanLoss(5)]


_PLAIN = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\n'
_LAUNCHER = (
    'Traceback (most recent call last):\n  File "/v/bin/accelerate", line 8, in <module>\n    sys.exit(main())\n'
    "subprocess.CalledProcessError: Command '['python', 'train_network.py']' {}\n"
)


def _first(kind: type, text: str) -> e.Event | None:
    return next((event for event in read(text) if isinstance(event, kind)), None)


def test_a_traceback_ends_at_the_line_that_names_the_exception() -> None:
    found = _first(e.Traceback, f"{_PLAIN}ValueError: too many values\nsteps: nothing\n")
    assert isinstance(found, e.Traceback)
    assert found.error == "ValueError: too many values"
    assert found.lines[-1] == "ValueError: too many values"
    assert len(found.lines) == 4


def test_a_traceback_behind_a_bar_and_from_one_of_several_processes() -> None:
    bar = "\rsteps:   0%|   | 1/1600 [00:00<20:09,  1.32it/s, avr_loss=0.087]"
    ranked = "".join(f"[rank0]: {line}\n" for line in f"{_PLAIN}KeyError: 'x'".splitlines())
    for text in (f"{bar}{_PLAIN}KeyError: 'x'\n", ranked):
        found = _first(e.Traceback, text)
        assert isinstance(found, e.Traceback)
        assert found.error == "KeyError: 'x'"


def test_the_indented_rest_of_an_error_belongs_to_its_traceback() -> None:
    text = (
        f"{_PLAIN}RuntimeError: Error(s) in loading state_dict:\n\tsize mismatch for a\n\tsize mismatch for b\nnext\n"
    )
    found = _first(e.Traceback, text)
    assert isinstance(found, e.Traceback)
    assert found.lines[-1].strip() == "size mismatch for b"


def test_a_boxed_traceback_with_a_wrapped_error() -> None:
    text = (
        "╭───── Traceback (most recent call last) ─────╮\n│ train.py:1 in <module>   │\n╰────╯\n"
        "OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 11.76 GiB total\n"
        "capacity) See documentation for \nMemory Management\n╭── Traceback (most recent call last) ──╮\n│ x │\n╰─╯\n"
        "subprocess.CalledProcessError: Command 'x' returned non-zero exit status 1.\n"
    )
    events = read(text)
    assert isinstance(events[0], e.Traceback)
    assert events[0].error.endswith("11.76 GiB total capacity) See documentation for Memory Management")
    assert events[1] == e.LauncherFailed(1, None)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("returned non-zero exit status 1.", e.LauncherFailed(1, None)),
        ("died with <Signals.SIGKILL: 9>.", e.LauncherFailed(None, 9)),
        ("died with unknown signal 64.", e.LauncherFailed(None, 64)),
    ],
)
def test_what_the_launcher_says_of_the_trainer_s_end(ending: str, expected: e.LauncherFailed) -> None:
    assert read(_LAUNCHER.format(ending)) == [expected]
    # The log may have been cut before the traceback's heading.
    assert read(_LAUNCHER.format(ending).splitlines()[-1]) == [expected]


def test_the_end_of_a_process_on_several_gpus() -> None:
    assert read("  exitcode  : -9 (pid: 1234)\n") == [e.LauncherFailed(None, 9)]


def test_refused_arguments() -> None:
    text = "usage: train_network.py [-h]\ntrain_network.py: error: unrecognized arguments: --no_such_arg 3\n"
    assert read(text) == [e.ArgumentsRefused("unrecognized arguments: --no_such_arg 3")]


def test_an_unfinished_traceback_is_told_without_an_error() -> None:
    found = _first(e.Traceback, _PLAIN)
    assert isinstance(found, e.Traceback)
    assert found.error == ""


@pytest.mark.parametrize(
    "junk",
    [
        lambda: b"x" * 1_000_000,
        lambda: b"    frame\n" * 20_000,
        lambda: b"\x1b]8;" + b"y" * 1_000_000,
        lambda: b"\x1b[" + b"1;" * 500_000,
        lambda: b"                              more of the message\n" * 5_000,
    ],
    ids=["one line", "traceback", "escape", "colours", "message"],
)
@pytest.mark.slow
def test_memory_is_bounded_whatever_the_console_says(junk: Callable[[], bytes]) -> None:
    parser = ConsoleParser()
    parser.feed(b"Traceback (most recent call last):\n")
    block = junk()
    parser.feed(block)
    tracemalloc.start()
    for _ in range(3):
        parser.feed(block)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000
