"""``sdtui marks`` and ``sdtui filters``: what Review and the filter line do, from the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.dataset.making import image


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    image(tmp_path / "10_cat" / "a.png", caption="a red cat")
    image(tmp_path / "10_cat" / "b.png", caption="a blue cat")
    image(tmp_path / "4_dog" / "c.png", caption="a dog")
    return tmp_path


def marks(inside: Cli, dataset: Path) -> dict[str, list[str]]:
    images = json.loads(inside("captions", "list", dataset, "--json").stdout)["images"]
    return {Path(one["path"]).stem: one["marks"] for one in images}


def test_marks_are_set_by_a_filter_undone_and_redone(inside: Cli, dataset: Path) -> None:
    result = inside("marks", "set", dataset, "--where", "cat", "--reviewed", "--starred", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {
        "changed": [str(dataset / "10_cat" / "a.png"), str(dataset / "10_cat" / "b.png")],
        "title": "reviewed, starred: 2 images",
    }
    assert (
        inside("marks", "set", dataset, "--where", "is:starred blue", "--not-starred").stderr == "not starred: b.png\n"
    )
    assert marks(inside, dataset) == {"a": ["reviewed", "starred"], "b": ["reviewed"], "c": []}
    inside("marks", "undo", dataset)
    assert inside("marks", "undo", dataset).stderr == "not reviewed, not starred: 2 images\n"
    assert marks(inside, dataset) == {"a": [], "b": [], "c": []}
    assert json.loads(inside("marks", "undo", dataset, "--json").stdout) == {"changed": [], "title": None}
    inside("marks", "redo", dataset)
    assert marks(inside, dataset)["b"] == ["reviewed", "starred"]


def test_all_are_only_marked_when_that_is_said(inside: Cli, dataset: Path) -> None:
    assert inside("marks", "set", dataset, "--flagged").returncode == 2
    assert inside("marks", "set", dataset, "--where", "cat").returncode == 2
    assert not (dataset / ".sdtui").exists()
    assert inside("marks", "set", dataset, "--where", "", "--flagged").stderr == "flagged: 3 images\n"


def test_a_filter_is_saved_listed_used_and_forgotten(inside: Cli, dataset: Path) -> None:
    assert inside("filters", "list", dataset).stderr == "No filter is saved here yet.\n"
    assert inside("filters", "save", dataset, "red cats", "cat red").returncode == 0
    assert inside("filters", "save", dataset, "long", "is:over").returncode == 0
    assert json.loads(inside("filters", "list", dataset, "--json").stdout) == {"red cats": "cat red", "long": "is:over"}
    assert inside("filters", "list", dataset).stdout == "red cats\tcat red\nlong\tis:over\n"
    assert inside("marks", "set", dataset, "--where", "@red cats", "--flagged").stderr == "flagged: a.png\n"
    assert inside("filters", "delete", dataset, "long").returncode == 0
    result = inside("filters", "delete", dataset, "long")
    assert result.returncode == 2 and "There are: red cats." in result.stderr


def test_a_wrong_filter_is_not_saved(inside: Cli, dataset: Path) -> None:
    result = inside("filters", "save", dataset, "x", "cat is:ovr")
    assert result.returncode == 2 and result.stderr.startswith("  cat is:ovr\n         ^\n")
    assert json.loads(inside("filters", "list", dataset, "--json").stdout) == {}
