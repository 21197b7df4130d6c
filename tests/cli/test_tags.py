"""``sdtui tags`` as scripts and people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.dataset.making import image


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    image(tmp_path / "10_cat" / "a.png", caption="cat, red sky, cat")
    image(tmp_path / "10_cat" / "b.png", caption="cat, blue sky\nnot, read")
    image(tmp_path / "4_dog" / "a.png", caption="dog, red sky")
    return tmp_path


def test_one_json_document(sdtui: Cli, dataset: Path) -> None:
    result = sdtui("tags", dataset, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {
        "root": str(dataset),
        "where": "",
        "images": 3,
        "total": 3,
        "tags": [
            {"tag": "cat", "images": 2, "total": 2, "subsets": {"10_cat": 2}},
            {"tag": "red sky", "images": 2, "total": 2, "subsets": {"4_dog": 1, "10_cat": 1}},
            {"tag": "blue sky", "images": 1, "total": 1, "subsets": {"10_cat": 1}},
            {"tag": "dog", "images": 1, "total": 1, "subsets": {"4_dog": 1}},
        ],
    }


def test_a_filter_counts_what_stands_beside_it(inside: Cli, dataset: Path) -> None:
    result = inside("tags", dataset, "--where", "tag:cat", "--json")
    document = json.loads(result.stdout)
    assert (document["where"], document["images"], document["total"]) == ("tag:cat", 2, 3)
    assert [(row["tag"], row["images"], row["total"]) for row in document["tags"]] == [
        ("cat", 2, 2),
        ("blue sky", 1, 1),
        ("red sky", 1, 2),
    ]


def test_a_line_a_tag_for_people(inside: Cli, dataset: Path) -> None:
    result = inside("tags", dataset)
    assert [line.split() for line in result.stdout.splitlines()][:2] == [
        ["2", "cat", "(10_cat", "2)"],
        ["2", "red", "sky"],
    ]
    assert result.stderr == "4 tags in 3 images.\n"
    assert inside("tags", dataset, "--where", "dog").stderr == "2 tags in 1 of 3 images.\n"


def test_hostile_tags_do_not_reach_the_terminal(inside: Cli, tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png", caption="\x1b[2Jgone, \u202eevil")
    result = inside("tags", tmp_path)
    assert result.returncode == 0 and "\x1b" not in result.stdout and "\u202e" not in result.stdout
    assert {row["tag"] for row in json.loads(inside("tags", tmp_path, "--json").stdout)["tags"]} == {
        "\x1b[2Jgone",
        "\u202eevil",
    }
