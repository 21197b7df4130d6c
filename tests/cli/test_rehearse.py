"""``sdtui train --rehearse`` and what ``sdtui check`` says of it afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Cli
from tests.rehearsal.trainer import base_model, make_trainer


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    images = tmp_path / "cats" / "2_cat"
    images.mkdir(parents=True)
    for number in range(3):
        Image.new("RGB", (512, 512), (number * 80, 0, 0)).save(images / f"{number}.png")
        (images / f"{number}.txt").write_text(f"cat {number}")
    return images.parent


@pytest.fixture
def lora(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The words of a run that a trainer of this machine would take."""
    monkeypatch.setenv("SD_SCRIPTS", str(make_trainer(own_home / "sd-scripts", own_home / ".cache")))
    model = base_model(tmp_path / "models")
    return ("--profile", "sd15-lora", "--set", f"pretrained_model_name_or_path={model}", "--set", "mixed_precision=no")


def test_a_rehearsal_that_passes_says_what_is_proven_and_what_not(
    sdtui: Cli, dataset: Path, lora: tuple[str, ...]
) -> None:
    result = sdtui("train", dataset, *lora, "--rehearse")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Rehearsed with sd-scripts: 2 steps in ")
    assert "sorted 3 images into buckets" in result.stdout
    assert "GPU memory" in result.stdout.partition("Not proven:")[2]


def test_a_rehearsal_that_fails_is_a_finding_and_exit_1(sdtui: Cli, dataset: Path, lora: tuple[str, ...]) -> None:
    failing = (*lora, "--set", "training_comment=fail")
    result = sdtui("train", dataset, *failing, "--rehearse", "--json")
    assert result.returncode == 1, result.stderr
    document = json.loads(result.stdout)
    assert document["ok"] is False
    (finding,) = document["findings"]
    assert finding["code"] == "rehearsal-failed"
    assert "the moon is wrong" in finding["message"]
    assert document["rehearsal"]["passed"] is False
    assert not (dataset / "model").exists()
    checked = sdtui("check", dataset, *failing, "--json")
    assert document["findings"][0]["message"] in [one["message"] for one in json.loads(checked.stdout)["findings"]]


@pytest.mark.parametrize("words", [("--rehearse", "--dry-run"), ("--rehearse", "--follow")])
def test_it_starts_nothing_that_could_be_followed(
    sdtui: Cli, dataset: Path, lora: tuple[str, ...], words: tuple[str, ...]
) -> None:
    result = sdtui("train", dataset, *lora, *words)
    assert result.returncode == 2
    assert "--rehearse starts no run" in result.stderr


def test_the_built_in_rehearsal_is_no_run_of_the_trainer(sdtui: Cli, dataset: Path) -> None:
    result = sdtui("train", dataset, "--profile", "rehearsal", "--rehearse")
    assert result.returncode == 3
    assert "no run of sd-scripts" in result.stderr
