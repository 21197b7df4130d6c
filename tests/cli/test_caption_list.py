"""``sdtui captions list`` and its filters, as scripts and people use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdtui.dataset.marks import MarkBook
from sdtui.dataset.saved_filters import save
from sdtui.dataset.scan import open_project
from tests.conftest import Cli
from tests.dataset.making import image, sample


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    image(tmp_path / "10_cat" / "a.png", 512, 768, "a red cat\nsecond line")
    image(tmp_path / "10_cat" / "a_1_2_3_4.png", caption=None)
    image(tmp_path / "10_cat" / "b.png", caption=b"")
    image(tmp_path / "10_cat" / "c.png", caption=None)
    image(tmp_path / "4_dog" / "long.png", caption=" ".join(["word"] * 80))
    return tmp_path


def listed(cli: Cli, *arguments: object) -> dict[str, Any]:
    result = cli("captions", "list", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_one_json_document_with_the_promised_keys(sdtui: Cli, dataset: Path) -> None:
    project = open_project(dataset)
    MarkBook(project).set([sample(project, "a.png")], reviewed=True, flagged=True)
    document = listed(sdtui, dataset)
    assert {key: document[key] for key in ("root", "where", "limit", "total")} == {
        "root": str(dataset),
        "where": "",
        "limit": 75,
        "total": 5,
    }
    images = {Path(one["path"]).name: one for one in document["images"]}
    assert images["a.png"] == {
        "path": str(dataset / "10_cat" / "a.png"),
        "subset": "10_cat",
        "width": 512,
        "height": 768,
        "caption": "a red cat",
        "caption_source": "own",
        "caption_file": str(dataset / "10_cat" / "a.txt"),
        "trained": ["a red cat"],
        "tokens": 3,
        "marks": ["reviewed", "flagged"],
        "problem": None,
    }
    borrowed, bare, empty = (images[name] for name in ("a_1_2_3_4.png", "c.png", "b.png"))
    assert (borrowed["caption"], borrowed["caption_source"]) == ("a red cat", "borrowed")
    assert borrowed["caption_file"] == str(dataset / "10_cat" / "a.txt")
    assert (bare["caption"], bare["caption_source"], bare["caption_file"]) == (None, "class", None)
    assert (bare["trained"], empty["trained"]) == (["cat"], [])
    assert empty["caption"] is None and "0 bytes" in empty["problem"]


def test_a_filter_and_the_limit(inside: Cli, dataset: Path) -> None:
    document = listed(inside, dataset, "--where", "is:over or is:missing")
    assert [Path(one["path"]).name for one in document["images"]] == ["long.png", "c.png"]
    assert document["where"] == "is:over or is:missing" and document["total"] == 5
    assert listed(inside, dataset, "--where", "is:over", "--limit", "150")["images"] == []


def test_a_saved_filter_is_meant_by_its_name(inside: Cli, dataset: Path) -> None:
    save(dataset / ".sdtui", "my dogs", "subset:dog")
    document = listed(inside, dataset, "--where", "@my dogs")
    assert [one["subset"] for one in document["images"]] == ["4_dog"] and document["where"] == "subset:dog"
    result = inside("captions", "list", dataset, "--where", "@cats")
    assert result.returncode == 2 and 'no filter saved as "cats". There are: @my dogs.' in result.stderr


@pytest.mark.parametrize("command", [("captions", "list"), ("tags",)])
def test_a_wrong_filter_is_shown_with_a_caret_under_the_character(
    inside: Cli, dataset: Path, command: tuple[str, ...]
) -> None:
    result = inside(*command, dataset, "--where", "日本 is:ovr\x1b", "--json")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[:2] == ["  日本 is:ovr␛", "          ^"]
    assert result.stderr.splitlines()[2].startswith("sdtui: There is no is:ovr␛. Did you mean is:over?")


def test_a_long_filter_is_shown_around_its_error(inside: Cli, dataset: Path) -> None:
    result = inside("captions", "list", dataset, "--where", "a " * 500 + "is:x " + "b " * 500)
    shown, caret, _ = result.stderr.splitlines()
    assert len(shown) < 130 and shown[caret.index("^") :].startswith("x b b") and shown.endswith("…")


def test_a_regular_expression_that_takes_too_long_is_an_error_too(inside: Cli, tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png", caption="a" * 40 + "!")
    result = inside("captions", "list", tmp_path, "--where", "caption:~/(a|aa)+$/")
    assert result.returncode == 2 and "takes too long" in result.stderr and "          ^" in result.stderr


def test_lines_for_people(inside: Cli, dataset: Path) -> None:
    project = open_project(dataset)
    MarkBook(project).set([sample(project, "a.png")], starred=True)
    result = inside("captions", "list", dataset)
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["10_cat/a.png"].split() == ["10_cat/a.png", "3/75", "tok", "★", "a", "red", "cat"]
    assert lines["10_cat/a_1_2_3_4.png"].endswith("≈ a red cat")
    assert "▲  80/75 tok" in lines["4_dog/long.png"]
    assert lines["10_cat/c.png"].endswith("(class tokens)")
    assert "! The caption file is empty (0 bytes)" in lines["10_cat/b.png"]
    assert result.stderr == "5 of 5 images.\n"


def test_hostile_captions_do_not_reach_the_terminal(inside: Cli, tmp_path: Path) -> None:
    image(tmp_path / "1_\x1b]0;x\x07" / "\x1b[2J.png", caption="\x1b[31m\u202e[red]")
    result = inside("captions", "list", tmp_path)
    assert result.returncode == 0 and "\x1b" not in result.stdout and "[red]" in result.stdout


def test_marks_that_cannot_be_read_are_told(inside: Cli, dataset: Path) -> None:
    (dataset / ".sdtui" / "marks.jsonl").mkdir(parents=True)
    result = inside("captions", "list", dataset)
    assert result.returncode == 0 and "marks.jsonl" in result.stderr


@pytest.mark.parametrize("command", [("captions", "list"), ("tags",), ("captions", "edit", "--append", "x", "--yes")])
def test_a_metadata_file_that_cannot_be_read_is_told(sdtui: Cli, tmp_path: Path, command: tuple[str, ...]) -> None:
    image(tmp_path / "images" / "a.png", caption=None)
    (tmp_path / "meta.json").write_text('{"a.png": {"caption": "a c')
    config = tmp_path / "fine.toml"
    config.write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{tmp_path}/images"\n'
        f'metadata_file = "{tmp_path}/meta.json"\n'
    )
    result = sdtui(*command, config)
    assert "A subset is left out" in result.stderr and "meta.json: This is no valid metadata" in result.stderr
