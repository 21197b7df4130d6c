"""A rehearsal from start to end, as the process that it is, read by what reads the trainer."""

from __future__ import annotations

import json
import math
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from safetensors import safe_open

from sdtui.dataset.epoch import epoch_of
from sdtui.dataset.scan import open_project
from sdtui.trainer import events as e
from sdtui.trainer.console import ConsoleParser
from sdtui.trainer.outputs import parse_checkpoint_name, parse_sample_name
from sdtui.trainer.tensorboard import EventFileReader
from tests.rehearsal.conftest import Small, environment, make_small, rehearse

pytestmark = pytest.mark.slow

BATCHES = 6 + 6 + 2
"""Circles 4 x 3 wide and 4 x 3 square, 24 reg entries among the square ones, batches of 4; stars 6, batches of 3."""


@dataclass(frozen=True)
class Finished:
    folder: Path
    console: bytes
    events: tuple[e.Event, ...]

    @property
    def files(self) -> set[str]:
        return {path.name for path in (self.folder / "model").iterdir()}


def events_of(console: bytes) -> tuple[e.Event, ...]:
    parser = ConsoleParser()
    return (*parser.feed(console), *parser.close())


@pytest.fixture(scope="module")
def finished(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two epochs through ``accelerate launch``, with a checkpoint, a state and samples after each."""
    folder = tmp_path_factory.mktemp("run")
    result = rehearse(
        *small.arguments(folder / "model", "--logging_dir", folder / "log", "--log_prefix", "my_"),
        *("--max_train_epochs", "2", "--save_every_n_epochs", "1", "--save_state", "--sample_every_n_epochs", "1"),
        *("--sample_at_first", "--network_dim", "8", "--cache_latents", "--save_precision", "fp16"),
        launcher=True,
    )
    assert result.returncode == 0, result.stdout.decode()
    return Finished(folder, result.stdout, events_of(result.stdout))


def of_kind(finished: Finished, kind: type) -> list[e.Event]:
    return [event for event in finished.events if isinstance(event, kind)]


def test_its_numbers_are_those_of_the_dataset_and_of_the_config(finished: Finished, small: Small) -> None:
    (header,) = of_kind(finished, e.TrainingHeader)
    assert isinstance(header, e.TrainingHeader)
    assert (header.train_images, header.reg_images) == (6 * 4 + 3 * 2, 3)
    assert header.batch_sizes == (4, 3)
    assert header.batches_per_epoch == BATCHES
    assert (header.epochs, header.total_steps) == (2, 2 * BATCHES)
    assert epoch_of(open_project(small.config)).entries == 24 + 24 + 6


def test_the_console_tells_each_stage_in_the_trainers_order(finished: Finished) -> None:
    told = [type(event).__name__ for event in finished.events]
    # The bar is drawn once more when the process ends, as the trainer's is.
    assert set(told[told.index("ModelSaved") + 1 :]) <= {"StepDone"}
    epochs = [event for event in finished.events if isinstance(event, e.EpochStarted)]
    assert [(event.epoch, event.epochs) for event in epochs] == [(1, 2), (2, 2)]
    steps = [event for event in finished.events if isinstance(event, e.StepDone)]
    assert steps[-1].step == steps[-1].total == 2 * BATCHES
    assert steps[-1].avr_loss is not None and math.isfinite(steps[-1].avr_loss)
    saved = [Path(event.path).name for event in finished.events if isinstance(event, e.SavingCheckpoint)]
    assert saved == ["tiny-000001.safetensors", "tiny.safetensors"]
    assert len(of_kind(finished, e.SavingState)) == 2


def test_arguments_that_mean_nothing_here_are_named(finished: Finished) -> None:
    assert b"a rehearsal ignores these arguments: --cache_latents, --network_dim" in finished.console


def test_files_are_named_as_the_trainer_names_them(finished: Finished) -> None:
    names = {"tiny-000001.safetensors", "tiny-000001-state", "tiny.safetensors", "tiny-state"}
    assert finished.files == {"sample", *names}
    for name in names:
        assert parse_checkpoint_name(name, "tiny") is not None
    state = json.loads((finished.folder / "model/tiny-000001-state/train_state.json").read_text())
    assert state == {"current_epoch": 1, "current_step": BATCHES}


def test_samples_are_named_and_sized_by_their_prompts(finished: Finished) -> None:
    paths = sorted((finished.folder / "model/sample").iterdir())
    names = [parse_sample_name(path.name, "tiny") for path in paths]
    assert [(name.epoch, name.prompt_index, name.seed) for name in names if name] == [
        (epoch, prompt, seed) for epoch in (0, 1, 2) for prompt, seed in ((0, 5), (1, None))
    ]
    sizes = []
    for path in paths[:2]:
        with Image.open(path) as picture:
            sizes.append(picture.size)
    assert sizes == [(256, 256), (384, 256)]


def test_tensorboard_has_the_trainers_tags_at_the_trainers_steps(finished: Finished) -> None:
    (path,) = (finished.folder / "log").glob("my_*/network_train/events.out.tfevents.*")
    assert re.fullmatch(r"my_\d{14}", path.parent.parent.name)
    steps: dict[str, list[int]] = {}
    for column in EventFileReader(path).read_new():
        steps.setdefault(column.tag, []).extend(column.steps)
    every = list(range(1, 2 * BATCHES + 1))
    assert steps == {"loss/current": every, "loss/average": every, "lr/unet": every, "loss/epoch_average": [1, 2]}


def test_a_checkpoint_says_what_it_is(finished: Finished) -> None:
    with safe_open(finished.folder / "model/tiny-000001.safetensors", "numpy") as checkpoint:
        metadata = checkpoint.metadata()
        kinds = {str(checkpoint.get_tensor(name).dtype) for name in checkpoint.keys()}  # noqa: SIM118 -- no mapping
        size = sum(checkpoint.get_tensor(name).size for name in checkpoint.keys())  # noqa: SIM118
    assert metadata["modelspec.architecture"] == "sdtui-rehearsal"
    assert metadata["modelspec.title"] == metadata["ss_output_name"] == "tiny"
    assert (metadata["ss_epoch"], metadata["ss_steps"]) == ("1", str(BATCHES))
    assert json.loads(metadata["ss_dataset_dirs"])["circle"] == {"n_repeats": 4, "img_count": 6}
    assert kinds == {"float16"}
    assert 1_000_000 < size < 3_000_000


def test_resuming_begins_with_the_next_epoch_and_counts_steps_anew(
    finished: Finished, small: Small, tmp_path: Path
) -> None:
    state = finished.folder / "model/tiny-000001-state"
    result = rehearse(*small.arguments(tmp_path, "--max_train_epochs", 2, "--resume", state))
    events = events_of(result.stdout)
    assert result.returncode == 0, result.stdout.decode()
    assert [event.epoch for event in events if isinstance(event, e.EpochStarted)] == [2]
    steps = [event for event in events if isinstance(event, e.StepDone)]
    assert (steps[-1].step, steps[-1].total) == (BATCHES, 2 * BATCHES)
    first = [event for event in finished.events if isinstance(event, e.StepDone) and event.avr_loss is not None]
    assert steps[-1].avr_loss is not None and first[0].avr_loss is not None
    assert steps[-1].avr_loss < first[0].avr_loss, "it went on with the weights that were saved"


def test_an_interrupted_run_saves_nothing_and_says_why(small: Small, tmp_path: Path) -> None:
    words = small.arguments(tmp_path / "out", "--max_train_steps", 100_000)
    with subprocess.Popen(
        [sys.executable, "-m", "sdtui.rehearsal", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        preexec_fn=_hear_interrupts,
    ) as process:
        assert process.stdout is not None
        heard = b""
        for part in _parts(process):
            heard += part
            if b"avr_loss" in heard and process.poll() is None:
                process.send_signal(signal.SIGINT)
                heard += process.stdout.read()
    assert process.returncode == -signal.SIGINT
    assert b"\nKeyboardInterrupt\n" in heard
    assert not (tmp_path / "out").exists()


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _parts(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None
    while part := process.stdout.read1(65536):
        yield part


def test_a_dataset_without_images_ends_well_and_untrained_as_with_the_trainer(small: Small, tmp_path: Path) -> None:
    config = tmp_path / "dataset.toml"
    (tmp_path / "empty").mkdir()
    config.write_text(f'[[datasets]]\nresolution = 128\n[[datasets.subsets]]\nimage_dir = "{tmp_path}/empty"\n')
    result = rehearse("--dataset_config", str(config), "--output_dir", str(tmp_path / "out"))
    assert result.returncode == 0, result.stdout.decode()
    assert b"No data found. Please verify arguments" in result.stdout
    assert not (tmp_path / "out").exists()


def test_an_empty_caption_ends_it_with_the_trainers_words(small: Small, tmp_path: Path) -> None:
    broken = make_small(tmp_path / "data")
    (broken.root / "circle/2.txt").write_bytes(b"")
    result = rehearse(*broken.arguments(tmp_path / "out"))
    assert result.returncode == 1
    assert (
        f"AssertionError: caption file is empty / キャプションファイルが空です: {broken.root}/circle/2.txt".encode()
        in (result.stdout)
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--no_such_thing", "1"), b"unrecognized arguments: --no_such_thing"),
        (("--train_batch_size", "0"), b"0 is less than 1"),
        (("--lr_scheduler", "constant", "--lr_warmup_steps", "5"), b"takes no warm-up"),
        (("--sample_every_n_steps", "5"), b"sample_prompts names no file"),
    ],
)
def test_wrong_arguments_are_refused(words: tuple[str, ...], sentence: bytes) -> None:
    result = rehearse("--dataset_config", "x.toml", "--output_dir", "out", *words)
    assert result.returncode == 2
    assert sentence in result.stdout
