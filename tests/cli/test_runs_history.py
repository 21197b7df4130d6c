"""``sdtui runs list|compare|note|star|delete``: what runs came to, and which of them stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.runs.recorded import ENDED, RecordedRun, bars, real_run

REAL, OTHER = "20261121-222123-tiny", "20261122-090000-other"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two runs that have ended."""
    run = real_run(tmp_path)
    run.end()
    settings = {"network_dim": "16", "learning_rate": "0.0001"}
    other = RecordedRun(
        tmp_path, bars(1, 20, 20) + b"\nmodel saved.\n", id=OTHER, name="other", created=ENDED + 9, settings=settings
    )
    other.write(other.output / "other.safetensors", ENDED + 40)
    other.end(at=ENDED + 50)
    return tmp_path


def test_the_list_says_what_each_run_came_to(inside: Cli, root: Path) -> None:
    assert inside("runs", "star", root, REAL).returncode == 0
    assert inside("runs", "note", root, REAL, "--text", "the good one\nof two").returncode == 0
    heading, other, real = inside("runs", "list", root).stdout.splitlines()
    assert heading.split() == ["ID", "STATE", "STEP", "LOSS", "BEST", "TIME", "NOTE"]
    assert "* done" in real and real.endswith("the good one") and "*" not in other
    other, real = json.loads(inside("runs", "list", root, "--json").stdout)
    assert (real["starred"], real["note"]) == (True, "the good one\nof two")
    assert real["best_checkpoint"]["path"].endswith("tiny.safetensors")
    assert real["best_checkpoint"]["by"] == "smoothed"
    assert (other["final_loss"], other["best_loss"], other["best_step"]) == (0.05, 0.05, 20)
    shown = inside("runs", "show", root, REAL).stdout
    assert "best saved  tiny.safetensors, smoothed loss" in shown and "note        of two" in shown


def test_a_note_is_printed_replaced_and_cleared(inside: Cli, root: Path) -> None:
    assert "Nothing was noted" in inside("runs", "note", root, REAL).stderr
    inside("runs", "note", root, REAL, "--text", "one")
    inside("runs", "note", root, REAL, "--text", "two \x1b[31m")
    assert inside("runs", "note", root, REAL).stdout.startswith("two ")
    assert "\x1b" not in inside("runs", "note", root, REAL).stdout
    document = json.loads(inside("runs", "note", root, REAL, "--clear", "--json").stdout)
    assert document == {"id": REAL, "note": "", "starred": False}
    assert inside("runs", "note", root, REAL, "--clear", "--text", "x").returncode == 2
    assert json.loads(inside("runs", "star", root, REAL, "--json").stdout)["starred"]
    assert not json.loads(inside("runs", "star", root, REAL, "--off", "--json").stdout)["starred"]


def test_compare_prints_losses_settings_curves_and_pairs_of_samples(inside: Cli, root: Path) -> None:
    text = inside("runs", "compare", root, REAL, OTHER).stdout
    rows = {line.split("  ")[0]: line for line in text.splitlines()}
    assert REAL in rows["run"] and OTHER in rows["run"]
    assert rows["Network dim"].split()[-2:] == ["·", "16"]
    document = json.loads(inside("runs", "compare", root, REAL[:12], OTHER, "--json").stdout)
    first, second = document["runs"]
    assert (first["id"], second["id"]) == (REAL, OTHER)
    assert first["curve"]["steps"] == list(range(1, 13)) and second["curve"]["loss"][-1] == 0.05
    assert {one["key"]: one["values"] for one in document["settings"]}["network_dim"] == [None, "16"]
    last = document["samples"][-1]
    assert (last["prompt_index"], last["step"], last["images"][1]) == (1, 12, None)
    assert last["images"][0]["path"].endswith("tiny_e000002_01_20261121222159_2.png")


def test_runs_with_long_ids_are_compared_by_letters(inside: Cli, root: Path) -> None:
    long = f"20261122-090000-{'circle-' * 4}dim-16"
    RecordedRun(root, bars(1, 20, 20), id=long, name="long", created=ENDED + 90).end(at=ENDED + 99)
    lines = inside("runs", "compare", root, REAL, long).stdout.splitlines()
    assert lines[:3] == [f"A  {REAL}", f"B  {long}", ""]
    assert lines[3].split() == ["run", "A", "B"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((REAL,), 2, "two to six"),
        ((REAL, REAL), 2, "twice"),
        ((REAL, "nope"), 2, "no run 'nope'"),
        ((), 2, "two to six"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(
    inside: Cli, root: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = inside("runs", "compare", root, *words)
    assert (result.returncode, result.stdout) == (code, "")
    assert said in result.stderr


@pytest.mark.slow
def test_the_ids_alone_are_enough_in_the_projects_folder(sdtui: Cli, root: Path) -> None:
    assert "Network dim" in sdtui("runs", "compare", REAL, OTHER, cwd=root).stdout
    assert "tiny.safetensors" in sdtui("runs", "delete", REAL, "--dry-run", cwd=root).stdout


def test_delete_lists_everything_asks_and_can_be_taken_back(inside: Cli, root: Path) -> None:
    listed = inside("runs", "delete", root, REAL, "--dry-run").stdout
    assert "checkpoints" in listed and "tiny-000001.safetensors" in listed and "other" not in listed
    refused = inside("runs", "delete", root, REAL)
    assert refused.returncode == 3 and "--yes" in refused.stderr
    assert (root / "model" / "tiny.safetensors").exists()
    done = inside("runs", "delete", root, REAL, "--yes", "--json")
    document = json.loads(done.stdout)
    assert (document["deleted"], document["for_good"], document["left"]) == (True, False, [])
    assert {item["kind"] for item in document["items"]} == {"checkpoints", "samples", "logs", "record"}
    assert not (root / "model" / "tiny.safetensors").exists()
    assert [one["id"] for one in json.loads(inside("runs", "list", root, "--json").stdout)] == [OTHER]
    assert inside("captions", "undo", root, "--yes").returncode == 0
    assert (root / "model" / "tiny.safetensors").exists()
    assert len(json.loads(inside("runs", "list", root, "--json").stdout)) == 2


def test_delete_for_good_takes_several_and_only_what_is_named(inside: Cli, root: Path) -> None:
    done = inside("runs", "delete", root, REAL, OTHER, "--only", "checkpoints", "--for-good", "--yes")
    assert done.returncode == 0, done.stderr
    assert not [*root.glob("model/*.safetensors")] and [*root.glob("model/sample/*.png")]
    assert not (root / ".sdtui" / "trash").exists()
    assert len(json.loads(inside("runs", "list", root, "--json").stdout)) == 2


def test_no_run_is_deleted_that_was_not_named(inside: Cli, root: Path) -> None:
    result = inside("runs", "delete", root, "--yes")
    assert result.returncode == 2 and "which run" in result.stderr
    ambiguous = inside("runs", "delete", root, "2026112", "--yes")
    assert ambiguous.returncode == 2 and "Say more of the ID" in ambiguous.stderr
    assert len(json.loads(inside("runs", "list", root, "--json").stdout)) == 2
