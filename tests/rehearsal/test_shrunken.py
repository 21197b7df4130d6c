"""What the trainer's Python runs in a rehearsal with the real trainer, on a stand-in of that trainer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sdtui.rehearsal.shrunken.clip_files import TOKENIZERS, write_tokenizer, write_tokenizers
from sdtui.tokens.encoder import encode
from sdtui.tokens.vocabulary import vocabulary, vocabulary_path

STANDIN = Path(__file__).parent / "standin"
DOOR = Path(__file__).parent.parent.parent / "sdtui" / "rehearsal" / "shrunken" / "run.py"
SAFE = ("--pretrained_model_name_or_path", "/models/base.safetensors", "--output_dir", "/nowhere")


class Stage:
    """Runs the door as ``accelerate launch`` would, and reads what the stand-in has told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models = folder / "models"
        for made in ("sd-1", "tokenizers-1"):
            (self.models / made).mkdir(parents=True)
        (folder / "scratch").mkdir()

    def command(self, *words: object, seconds: float = 10.0) -> list[str]:
        options = {
            "kind": "sd",
            "models": self.models,
            "vocabulary": vocabulary_path(),
            "scratch": self.folder / "scratch",
            "report": self.folder / "report.json",
            "seconds": seconds,
        }
        own = [str(word) for key, value in options.items() for word in (f"--{key}", value)]
        return [sys.executable, str(DOOR), *own, "--", str(STANDIN / "train_network.py"), *map(str, words)]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TOLD": str(self.folder / "told.json"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *words: object, seconds: float = 10.0) -> dict[str, Any]:
        """Its standard input stays open as long as it runs."""
        command = self.command(*SAFE, *words, seconds=seconds)
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=self.environment) as process:
            assert process.wait() == 0
        told: dict[str, Any] = json.loads((self.folder / "told.json").read_text())
        return told

    @property
    def report(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        return said


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_the_script_reads_its_own_command_line_and_gets_safe_arguments(stage: Stage) -> None:
    told = stage.run(
        *("--vae", "/models/vae.pt", "--resume", "/old/state", "--torch_compile", "--wandb_api_key", "hush"),
        *("--log_with", "wandb", "--logging_dir", "/logs", "--max_train_epochs", 9, "--save_every_n_epochs", 1),
        *("--save_state", "--gradient_accumulation_steps", 16, "--output_name", "circle"),
    )
    assert told["argv"][0] == str(STANDIN / "train_network.py")
    assert told["path"] == str(STANDIN)
    assert told["offline"] == "1"
    assert told["widths"] == [64, 128, 128, 128]
    arguments = told["args"]
    assert arguments["pretrained_model_name_or_path"] == str(stage.models / "sd-1")
    assert arguments["tokenizer_cache_dir"] == str(stage.models / "tokenizers-1")
    for key in ("output_dir", "logging_dir"):
        assert Path(arguments[key]).parent == stage.folder / "scratch"
    assert (arguments["max_train_steps"], arguments["max_train_epochs"]) == (2, None)
    assert (arguments["save_every_n_epochs"], arguments["save_state"]) == (None, False)
    assert (arguments["vae"], arguments["resume"], arguments["torch_compile"]) == (None, None, False)
    assert (arguments["log_with"], arguments["wandb_api_key"]) == ("tensorboard", None)
    assert (arguments["gradient_accumulation_steps"], arguments["max_data_loader_n_workers"]) == (2, 2)
    assert arguments["output_name"] == "circle"
    assert stage.report["left_out"] == {"vae": "/models/vae.pt", "resume": "/old/state", "torch_compile": "True"}


def test_what_stands_in_a_file_of_arguments_is_made_safe_too(stage: Stage) -> None:
    arguments = stage.run("--config_file", "settings.toml")["args"]
    assert arguments["output_name"] == "file"
    assert (arguments["save_every_n_epochs"], arguments["max_train_epochs"], arguments["max_train_steps"]) == (
        None,
        None,
        2,
    )


def test_nothing_is_cached_on_disk_or_read_from_there(stage: Stage) -> None:
    told = stage.run("--cache_latents_to_disk", "--cache_text_encoder_outputs_to_disk")
    arguments = told["args"]
    assert arguments["cache_latents"] and arguments["cache_text_encoder_outputs"]
    assert not arguments["cache_latents_to_disk"] and not arguments["cache_text_encoder_outputs_to_disk"]
    assert told["cache_info"] is False
    assert not told["suffix"].endswith(".npz")
    assert sorted(told["cached"]) == sorted(told["encoded"]) == ["0.png", "1.png", "2.png"]
    assert told["opened"] == []
    assert (stage.report["images"], stage.report["images_read"], stage.report["captions_encoded"]) == (3, 3, 3)


def test_without_a_cache_the_images_are_opened_once(stage: Stage) -> None:
    assert stage.run()["opened"] == ["0.png", "1.png", "2.png"]
    assert stage.report["images_read"] == 3
    assert stage.report["stage"] == "ready"


def test_a_large_dataset_is_read_as_long_as_there_is_time_and_the_rest_made_up(stage: Stage) -> None:
    told = stage.run("--cache_latents", "--cache_text_encoder_outputs", "--images", 50, "--pace", 0.001, seconds=0.0)
    assert len(told["cached"]) == len(told["encoded"]) == 4
    assert len(told["made_up"]) == 46
    latents, flipped, mask, size = told["made_up"][0]
    assert latents == flipped == ["zeros", [4, 48, 64], "bf16"]
    assert mask == ["ones", [384, 512]]
    assert size == [640, 512]
    assert told["texts"] == [["outputs"]] * 50
    assert (stage.report["images"], stage.report["images_read"]) == (50, 4)


def test_samples_are_small_few_and_only_where_they_were_asked_for(stage: Stage) -> None:
    told = stage.run("--sample_every_n_epochs", 1, "--sample_prompts", "prompt.txt")
    assert (told["args"]["sample_every_n_steps"], told["args"]["sample_every_n_epochs"]) == (2, None)
    assert [prompt["enum"] for prompt in told["sampled"]] == [0, 1]
    assert {(prompt["width"], prompt["height"]) for prompt in told["sampled"]} == {(64, 64)}
    assert stage.run()["args"]["sample_every_n_steps"] is None


def test_an_argument_that_the_script_does_not_take_ends_it_as_in_training(stage: Stage) -> None:
    command = stage.command(*SAFE, "--network_dimm", 4)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=stage.environment, text=True
    ) as process:
        assert process.stderr is not None
        assert "train_network.py: error: unrecognized arguments: --network_dimm 4" in process.stderr.read()
        assert process.wait() == 2
    assert stage.report["stage"] == "started"


def test_it_ends_when_whoever_asked_is_gone(stage: Stage) -> None:
    with subprocess.Popen(
        stage.command(*SAFE, "--waits"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=stage.environment
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        process.stdin.close()
        assert process.wait(30) == 1


def test_tokenizers_have_the_ids_that_tokens_are_counted_with(tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "clip", vocabulary_path())
    ids = json.loads((tmp_path / "clip" / "vocab.json").read_text("utf-8"))
    assert len(ids) == 49408
    for word in ("a", "circle", "background"):
        assert (ids[f"{word}</w>"],) == encode(word).ids
    merges = (tmp_path / "clip" / "merges.txt").read_text("utf-8").splitlines()
    assert len(merges) == len(vocabulary().merges) + 1


def test_tokenizers_stand_where_the_trainer_looks_for_them(tmp_path: Path) -> None:
    write_tokenizers(tmp_path, vocabulary_path())
    assert {folder.name for folder in tmp_path.iterdir()} == {name.replace("/", "_") for name in TOKENIZERS}
