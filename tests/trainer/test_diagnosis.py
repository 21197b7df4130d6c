"""How a run ended, in plain words, from what the console said and the exit status."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.diagnosis import diagnose as diagnosis_of

_TRACE = 'Traceback (most recent call last):\n  File "train_network.py", line 1, in <module>\n    f()\n'
_LAUNCHER = (
    'Traceback (most recent call last):\n  File "accelerate", line 8, in <module>\n    main()\n'
    "subprocess.CalledProcessError: Command '['python']' {}\n"
)
_BAR = (
    "\rsteps:   1%|   | 41/3280 [00:50<1:06:54,  1.24s/it, avr_loss={}]"
    "\rsteps:   1%|   | 42/3280 [0:51<1:06:54, 1.24s/it]\n"
)


def diagnose(happened: Iterable[e.Event], returncode: int | None, *, stop_requested: bool) -> tuple[str, str | None]:
    """The state and the sentence."""
    found = diagnosis_of(happened, returncode, stop_requested)
    return found.state, found.sentence


def events_of(text: str) -> list[e.Event]:
    parser = ConsoleParser()
    return [*parser.feed(text.encode()), *parser.close()]


@pytest.mark.parametrize(
    ("error", "says", "advises"),
    [
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB",
            "graphics card ran out",
            "batch size",
        ),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to", "graphics card ran out", "checkpointing"),
        ("RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory: you tried", "(RAM)", "swap"),
        ("OSError: [Errno 28] No space left on device", "disk is full", "Free space"),
        ("safetensors_rust.SafetensorError: Error while serializing: No space left", "disk is full", "Free"),
        (
            "AssertionError: caption file is empty / 空です: /data/x.txt",
            "empty, which ends the trainer: /data/x.txt",
            "delete",
        ),
        ("ModuleNotFoundError: No module named 'bitsandbytes'", "lacks the package bitsandbytes", "Install"),
        (
            "ImportError: No xformers / xformersがインストールされていないようです",
            "xformers is not installed",
            "sdpa=true",
        ),
        (
            "MultipleInvalid: extra keys not allowed @ data['datasets'][0]['subsets'][1]['num_repeat']",
            "does not know: num_repeat (subset 2 of dataset 1)",
            "spelling",
        ),
        (
            "MultipleInvalid: expected float for dictionary value @ data['datasets'][0]['validation_split']",
            "validation_split (dataset 1): expected float",
            "strict",
        ),
        (
            'ValueError: The pretrained_model_name_or_path "/m.safetensors" is neither a valid local path nor '
            "a valid repo id. Please check",
            "base model was not found: /m.safetensors",
            "path",
        ),
        ("safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge", "damaged", "Download"),
        ("ValueError: too many values to unpack (expected 2)", "key=value", "a=1 b=2"),
        ("RuntimeError: operator torchvision::nms does not exist", "not built for its torch", "Install the two again"),
        ("ValueError: malformed node or string on line 1: <ast.Name object>", "Python literal", "True"),
        (
            "AssertionError: bucket_reso_steps is 48. it must be divisible by 64.",
            "is 48, but this script needs a multiple of 64",
            "Export",
        ),
        (
            "TypeError: stat: path should be string, bytes, os.PathLike or integer, not NoneType",
            "without sample prompts",
            "sample_prompts",
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/data/a b.png'",
            "not found: /data/a b.png",
            "Check",
        ),
    ],
)
def test_known_errors_in_plain_words(error: str, says: str, advises: str) -> None:
    text = _TRACE + error + "\n" + _LAUNCHER.format("returned non-zero exit status 1.")
    state, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert says in sentence
    assert advises in sentence.split(says)[1]
    assert "Traceback" not in sentence


def test_an_error_nobody_knows_is_quoted_with_the_step_it_came_at() -> None:
    text = _BAR.format("0.1") + _TRACE + "ValueError: the moon is wrong / 月が間違っています\n"
    assert diagnose(events_of(text), 1, stop_requested=False) == (
        "failed",
        "The trainer failed at step 42 of 3,280: ValueError: the moon is wrong",
    )


def test_the_file_comes_from_the_log_where_the_exception_does_not_name_it() -> None:
    text = (
        "                    ERROR    illegal char in file (not UTF-8) / 文字があります: /data/x.txt\n"
        + _TRACE
        + "UnicodeDecodeError: 'utf-8' codec can't decode byte 0x8a in position 0: invalid start byte\n"
    )
    _, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert sentence == "A caption is not UTF-8: /data/x.txt. Save it as UTF-8."
    text = (
        "                    ERROR    Error on parsing TOML config file. Please check / 失敗しました。: /c.toml\n"
        + _TRACE
        + "toml.decoder.TomlDecodeError: Key group not on a line by itself. (line 3 column 1 char 9)\n"
    )
    _, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert sentence is not None
    assert "/c.toml" in sentence
    assert "line 3" in sentence


def test_an_image_that_cannot_be_decoded_is_named() -> None:
    error = "                    ERROR    Error loading file: /data/2_cat/3.png                   train_util.py:2961\n"
    text = error + _TRACE + "OSError: broken data stream when reading image file\n"
    _, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert sentence == "An image or a cache of it could not be read: /data/2_cat/3.png. Mend or remove it."


def test_the_cause_is_found_behind_an_exception_raised_while_handling_it() -> None:
    text = (
        _TRACE + "ModuleNotFoundError: No module named 'prodigyopt'\n\nDuring handling of the above exception, another "
        "exception occurred:\n\n" + _TRACE + "ImportError: No prodigyopt / インストールされていないようです\n"
    )
    _, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert sentence is not None
    assert sentence.startswith("The trainer's Python lacks the package prodigyopt.")


def test_of_an_endless_message_the_beginning_is_told() -> None:
    text = _BAR.format("0.1") + _TRACE + f"ValueError: the moon is {'wrong ' * 1000}\n"
    _, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert sentence is not None and "ValueError: the moon is wrong" in sentence and sentence.endswith("…")
    assert len(sentence) < 500


def test_an_import_that_only_passes_an_error_on_does_not_hide_it() -> None:
    passed_on = (
        "RuntimeError: Failed to import diffusers.loaders.peft because of the following error (look up to see its "
        "traceback):\nCould not import module 'PreTrainedModel'.\n"
    )
    text = _TRACE + "OSError: libmoon.so: cannot open shared object file\n\nThe above exception was the direct cause "
    text += "of the following exception:\n\n" + _TRACE + passed_on
    _, sentence = diagnose(events_of(text), 1, stop_requested=False)
    assert sentence == "The trainer failed: OSError: libmoon.so: cannot open shared object file"


def test_refused_arguments() -> None:
    text = "train_network.py: error: argument --max_token_length: invalid choice: 75 (choose from None, 150, 225)\n"
    state, sentence = diagnose(events_of(text), 2, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert "invalid choice: 75" in sentence


def test_the_kernel_s_kill_is_told_as_lack_of_memory() -> None:
    text = _BAR.format("0.1") + _LAUNCHER.format("died with <Signals.SIGKILL: 9>.")
    for events, returncode in ((events_of(text), 1), (events_of(_BAR.format("0.1")), -9), ([], 137)):
        state, sentence = diagnose(events, returncode, stop_requested=False)
        assert state == "failed"
        assert sentence is not None
        assert "memory (RAM) ran out" in sentence


def test_a_crash_in_native_code() -> None:
    state, sentence = diagnose([], -11, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert "SIGSEGV" in sentence


def test_exit_0_without_images_is_no_success() -> None:
    state, sentence = diagnose(events_of("No data found. Please verify arguments\n"), 0, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert "no images" in sentence


def test_exit_0_with_a_loss_that_is_no_number_is_no_success() -> None:
    text = "".join(
        f"\rsteps: 1%| | {n}/3 [00:00<00:01, 20it/s, avr_loss={loss}]" for n, loss in ((1, 0.1), (2, "nan"), (3, "nan"))
    )
    state, sentence = diagnose([*events_of(text), e.ModelSaved()], 0, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert "since step 2" in sentence
    recovered = [*events_of(text), e.StepDone(3, 3, 1.0, 0.2), e.ModelSaved()]
    assert diagnose(recovered, 0, stop_requested=False) == ("done", None)


def test_the_end_of_a_run_that_went_well() -> None:
    assert diagnose([e.ModelSaved()], 0, stop_requested=False) == ("done", None)
    assert diagnose([e.ModelSaved()], 0, stop_requested=True) == ("done", None)
    # With console_log_file the last line is not on the console; the bar is.
    assert diagnose([e.StepDone(4, 4, 1.0, 0.1)], 0, stop_requested=False) == ("done", None)


def test_exit_0_in_the_middle_is_no_success() -> None:
    state, sentence = diagnose([e.StepDone(2, 4, 1.0, 0.1)], 0, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert "step 2 of 4" in sentence


@pytest.mark.parametrize("returncode", [-2, -15, 1, None, -9])
def test_stopped_as_asked(returncode: int | None) -> None:
    text = _BAR.format("0.1") + _TRACE + "KeyboardInterrupt\n"
    assert diagnose(events_of(text), returncode, stop_requested=True) == (
        "stopped",
        "Stopped as you asked at step 42 of 3,280.",
    )


@pytest.mark.parametrize(
    ("text", "returncode"),
    [
        (_TRACE + "KeyboardInterrupt\n" + _LAUNCHER.format("died with <Signals.SIGINT: 2>."), 1),
        (_TRACE + "KeyboardInterrupt\n", 1),
        ("", -15),
        (_LAUNCHER.format("died with <Signals.SIGTERM: 15>."), 1),
    ],
)
def test_ended_from_outside_is_no_failure_of_training(text: str, returncode: int) -> None:
    state, sentence = diagnose(events_of(text), returncode, stop_requested=False)
    assert state == "stopped"
    assert sentence is not None
    assert "not by sdtui" in sentence


def test_an_end_that_nobody_saw() -> None:
    assert diagnose([e.ModelSaved()], None, stop_requested=False) == ("done", None)
    state, sentence = diagnose([e.StepDone(2, 4, 1.0, 0.1)], None, stop_requested=False)
    assert state == "lost"
    assert sentence is not None
    assert "nobody saw" in sentence


def test_no_reason_at_all() -> None:
    state, sentence = diagnose([], 3, stop_requested=False)
    assert state == "failed"
    assert sentence is not None
    assert "status 3" in sentence


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", "gpu-memory"),
        ("RuntimeError: [enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory", "memory"),
        ("OSError: [Errno 28] No space left on device: 'a'", "disk"),
        ("ModuleNotFoundError: No module named 'xformers'", "xformers"),
        ("ModuleNotFoundError: No module named 'bitsandbytes'", "module"),
        ("ValueError: anything else", ""),
    ],
)
def test_the_kind_of_trouble_is_told_beside_the_sentence(said: str, trouble: str) -> None:
    text = _TRACE + said + "\n" + _LAUNCHER.format("returned non-zero exit status 1.")
    assert diagnosis_of(events_of(text), 1, stop_requested=False).trouble == trouble


def test_a_kill_by_the_kernel_is_about_memory_and_a_spoiled_loss_about_numbers() -> None:
    assert diagnosis_of([], -9, stop_requested=False).trouble == "memory"
    spoiled = [e.StepDone(4, 4, 1.0, float("nan")), e.NanLoss(2), e.ModelSaved()]
    assert diagnosis_of(spoiled, 0, stop_requested=False).trouble == "nan"
    assert diagnosis_of([e.NoDataFound()], 0, stop_requested=False).trouble == "no-data"


@pytest.mark.parametrize(
    ("kills", "says"),
    [
        (None, "The system killed the trainer at step 2 of 4 (SIGKILL), almost always because memory (RAM) ran out."),
        (1, "The kernel killed the trainer at step 2 of 4 (SIGKILL), because memory (RAM) ran out."),
        (0, "Something killed the trainer at step 2 of 4 (SIGKILL), but not the kernel for want of memory:"),
    ],
)
def test_a_kill_is_the_kernels_where_the_kernel_counted_one(kills: int | None, says: str) -> None:
    found = diagnosis_of([e.StepDone(2, 4, 1.0, 0.1)], -9, stop_requested=False, oom_kills=kills)
    assert found.sentence is not None and found.sentence.startswith(says)
    assert found.trouble == "memory"
