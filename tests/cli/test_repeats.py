"""``sdtui repeats``, as a person or a script runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.dataset.making import image
from tests.plans.dying import make_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("10_cat", "4_dog"):
        image(root / name / "a.png")
    (root / "meta.json").write_text(json.dumps({str(root / "10_cat" / "a.png"): {}}))
    return root


def test_dry_run_shows_everything_and_changes_nothing(sdtui: Cli, root: Path) -> None:
    result = sdtui("repeats", root, "cat=12", "--dry-run")
    assert result.returncode == 0
    assert f"rename {root}/10_cat to 12_cat\n" in result.stdout
    assert f'"{root}/[-10_cat-]{{+12_cat+}}/a.png"' in result.stdout
    assert sorted(one.name for one in root.iterdir()) == ["10_cat", "4_dog", "meta.json"]


def test_applied_with_yes_and_told_as_json(sdtui: Cli, root: Path) -> None:
    result = sdtui("repeats", root, "cat=12", "4_dog=5", "--yes", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["subsets"] == [
        {"name": "4_dog", "from": 4, "to": 5},
        {"name": "10_cat", "from": 10, "to": 12},
    ]
    assert document["applied"] is True and document["journal_id"] == "000001"
    assert {one["kind"] for one in document["changes"]} == {"write", "move"}
    assert (root / "12_cat").is_dir() and (root / "5_dog").is_dir() and "12_cat" in (root / "meta.json").read_text()


def test_without_yes_and_without_a_terminal_nothing_is_written(sdtui: Cli, root: Path) -> None:
    result = sdtui("repeats", root, "cat=12")
    assert result.returncode == 3 and "--yes" in result.stderr
    assert (root / "10_cat").is_dir() and not (root / ".sdtui").exists()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["bird=3"], "There are: 4_dog, 10_cat"),
        (["cat"], "NAME=N"),
        (["cat=many"], '"many" is no whole number'),
        (["cat=0"], "less than 1"),
        (["cat=2", "10_cat=3"], "two different numbers"),
    ],
)
def test_usage_errors_are_sentences(sdtui: Cli, root: Path, wanted: list[str], said: str) -> None:
    result = sdtui("repeats", root, *wanted, "--yes")
    assert result.returncode == 2 and said in result.stderr and "Traceback" not in result.stderr


def test_a_config_is_edited_in_place(sdtui: Cli, root: Path) -> None:
    config = root / "my.toml"
    text = (
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\nnum_repeats = 10 # ten\n'
    )
    config.write_text(text)
    result = sdtui("repeats", config, "cat=12", "--yes")
    assert result.returncode == 0 and "[-10-]{+12+} # ten" in result.stdout
    assert config.read_text() == text.replace("= 10 #", "= 12 #")


def test_nothing_to_change_is_fine(sdtui: Cli, root: Path) -> None:
    result = sdtui("repeats", root, "cat=10")
    assert (result.returncode, result.stdout) == (0, "Nothing to change.\n")


KILLED = """
import os, sys
from pathlib import Path
from sdtui.base import files
from sdtui.plans.journal import Journal
from tests.plans.dying import plan_for
rename = files.kernel.rename
def rename_and_die(source, target):
    rename(source, target)
    if Path(target).name == "5_cat":
        os._exit(9)
files.kernel.rename = rename_and_die
root = Path(sys.argv[1])
Journal(root / ".sdtui").apply(plan_for(root))
"""


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """A project in which ``3_cat`` has become ``5_cat`` when the process was killed."""
    root = tmp_path / "project"
    make_project(root)
    image(root / "10_dog" / "a.png")
    image(root / "3_cat" / "a.png")
    subprocess.run([sys.executable, "-c", KILLED, root], cwd=Path(__file__).parents[2], check=False)
    assert (root / "5_cat").is_dir()
    return root


@pytest.mark.parametrize(("wanted", "folders"), [("dog=11", ["11_dog", "3_cat"]), ("cat=7", ["10_dog", "7_cat"])])
def test_what_was_interrupted_earlier_is_taken_back_before_the_project_is_read(
    sdtui: Cli, interrupted: Path, wanted: str, folders: list[str]
) -> None:
    result = sdtui("repeats", interrupted, wanted, "--yes")
    assert result.returncode == 0, result.stderr
    assert 'interrupted and has been taken back: "thirty changes"' in result.stderr
    assert sorted(one.name for one in interrupted.iterdir() if one.is_dir()) == [".sdtui", *folders]


def test_what_is_half_done_is_told_and_not_touched_without_consent(sdtui: Cli, interrupted: Path) -> None:
    before = sorted(interrupted.rglob("*"))
    for command in (("scan", interrupted), ("repeats", interrupted, "cat=7", "--dry-run")):
        result = sdtui(*command)
        assert result.returncode == 0 and 'interrupted half-way: "thirty changes"' in result.stderr
    for command in (("repeats", interrupted, "cat=7"), ("train", interrupted, "--profile", "rehearsal")):
        assert sdtui(*command).returncode == 3
    assert sorted(interrupted.rglob("*")) == before
