"""``sdtui steps``: every number as the trainer counts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import toml

from sdtui.base.work import finish
from sdtui.dataset.scan import scan
from sdtui.dataset.training_steps import Length, document, training_steps
from sdtui.trainer.dataset_arguments import read_arguments
from tests.conftest import Cli
from tests.trainer.golden import load, make_files

CASES = load("training_steps.json")
PARTS = 8
KEYS = ("kind", "batch_size", "batches_per_epoch", "num_train_images", "num_reg_images")


def steps(sdtui: Cli, *words: object, **how: Any) -> dict[str, Any]:
    result = sdtui("steps", *words, **how)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def counted(config: Path, words: list[str], processes: int) -> dict[str, Any]:
    """What the command prints, without a process for each of hundreds of cases."""
    arguments = read_arguments(words)
    project = finish(scan(config, command_line=arguments.config))
    length = Length(arguments.epochs, arguments.steps, arguments.accumulation, processes)
    found: dict[str, Any] = json.loads(json.dumps(document(training_steps(project, length))))
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_number_is_the_trainers(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(CASES) >= 300
    for number, case in list(enumerate(CASES))[part::PARTS]:
        folder = tmp_path / str(number)
        make_files(folder, case["files"])
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(toml.dumps(case["config"]), "utf-8")
        monkeypatch.chdir(folder)
        found = counted(Path("config.toml"), case["words"], case["processes"])
        expected = case["expect"]
        assert found["totals"] == expected["totals"], number
        for ours, theirs in zip(found["datasets"], expected["datasets"], strict=True):
            assert {key: ours[key] for key in KEYS} == {key: theirs[key] for key in KEYS}, number
            buckets = [bucket for bucket in theirs["buckets"] if bucket["count"]]
            assert sorted(ours["buckets"], key=str) == sorted(buckets, key=str), number
            rows = [{key: row[key] for key in theirs["subsets"][0]} for row in ours["subsets"]]
            assert rows == theirs["subsets"], number


def test_the_command_prints_the_same(sdtui: Cli, tmp_path: Path) -> None:
    case = max(CASES, key=lambda case: len(case["expect"]["datasets"]))
    make_files(tmp_path, case["files"])
    (tmp_path / "config.toml").write_text(toml.dumps(case["config"]), "utf-8")
    words = ("--processes", case["processes"], "--json", "--", *case["words"])
    assert steps(sdtui, "config.toml", *words, cwd=tmp_path)["totals"] == case["expect"]["totals"]


def folder_of(root: Path) -> Path:
    files: dict[str, Any] = {f"10_cat/{name}.png": [512, 512] for name in "abc"}
    files |= {f"2_dog/{name}.png": [768, 512] for name in "abcde"}
    make_files(root / "set", files)
    return root / "set"


def test_a_folder_is_counted_as_it_would_be_exported(sdtui: Cli, tmp_path: Path) -> None:
    options = ("--batch-size", 4, "--epochs", 3, "--resolution", "512,512", "--json")
    found = steps(sdtui, folder_of(tmp_path), *options)
    (dataset,) = found["datasets"]
    assert [(row["num_repeats"], row["img_count"], row["entries_per_epoch"]) for row in dataset["subsets"]] == [
        (2, 5, 10),
        (10, 3, 30),
    ]
    assert len(dataset["buckets"]) == 2
    assert found["totals"] == {
        "batches_per_epoch": 11,
        "update_steps_per_epoch": 11,
        "max_train_steps": 33,
        "num_epochs": 3,
    }


def test_a_folder_with_arguments_of_the_trainer_is_counted_as_they_say(sdtui: Cli, tmp_path: Path) -> None:
    words = ("--json", "--", "--train_batch_size", "4", "--resolution", "512", "--learning_rate", "1e-4")
    (dataset,) = steps(sdtui, folder_of(tmp_path), *words)["datasets"]
    assert dataset["buckets"] == [{"resolution": [512, 512], "count": 40}]
    (dataset,) = steps(sdtui, folder_of(tmp_path), *words, "--enable_bucket")["datasets"]
    assert len(dataset["buckets"]) == 2


def test_what_a_person_reads_names_the_buckets_and_the_partial_batches(sdtui: Cli, tmp_path: Path) -> None:
    result = sdtui("steps", folder_of(tmp_path), "--batch-size", 4, "--resolution", 512)
    assert result.returncode == 0
    assert "10_cat  10 × 3 images = 30 entries" in result.stdout
    assert "30 entries in 8 batches, the last of 2" in result.stdout


@pytest.mark.parametrize("words", [("--resolution", "big"), ("--script", "nothing"), ("--", "--train_batch_size", "x")])
def test_wrong_arguments_are_named(sdtui: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    result = sdtui("steps", folder_of(tmp_path), *words)
    assert result.returncode == 2
    assert words[-1] in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--max_train_epoch", "3"], None),
        (["--max_train_epoks", "3"], "train_network.py knows no --max_train_epoks 3, and stops at once."),
        (["--optimizer_args", "a=1", "b=2", "stray"], None),
        (["--save_state", "stray"], "train_network.py knows no stray, and stops at once."),
        (["--config_file", "a.toml"], "What stands in a.toml is not counted with: write its arguments here."),
    ],
)
def test_words_that_the_script_does_not_know_are_named(
    inside: Cli, tmp_path: Path, words: list[str], said: str | None
) -> None:
    found = steps(inside, folder_of(tmp_path), "--json", "--", "--resolution", "512", *words)
    assert found["notes"] == ([] if said is None else [said])
    assert found["totals"]["num_epochs"] == (3 if said is None and "3" in words else 40)
