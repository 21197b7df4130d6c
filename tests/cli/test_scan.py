"""``sdtui scan`` as scripts and people use it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.conftest import Cli
from tests.dataset.making import image
from tests.terminal import Terminal


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    image(tmp_path / "10_circle" / "a.png", 640, 480, "a red circle")
    image(tmp_path / "10_circle" / "b.png", caption=None)
    image(tmp_path / "10_circle" / "c.png", caption=" ".join(["word"] * 80))
    image(tmp_path / "2_mask" / "m.png", caption=b"")
    image(tmp_path / "2_mask" / "conditioning" / "m.png", caption=None)
    (tmp_path / "10_circle" / "d.gif").touch()
    return tmp_path


def scanned(sdtui: Cli, *arguments: object, **how: Any) -> dict[str, Any]:
    result = sdtui("scan", *arguments, "--json", **how)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_one_json_document_with_the_promised_keys(sdtui: Cli, dataset: Path) -> None:
    document = scanned(sdtui, dataset)
    assert list(document) == ["root", "kind", "caption_extension", "subsets", "images", "ignored", "totals"]
    assert (document["root"], document["kind"], document["caption_extension"]) == (str(dataset), "subsets", ".txt")
    assert document["subsets"] == [
        {
            "name": "2_mask",
            "image_dir": str(dataset / "2_mask"),
            "num_repeats": 2,
            "is_reg": False,
            "masked": True,
            "class_tokens": "mask",
            "img_count": 1,
        },
        {
            "name": "10_circle",
            "image_dir": str(dataset / "10_circle"),
            "num_repeats": 10,
            "is_reg": False,
            "masked": False,
            "class_tokens": "circle",
            "img_count": 3,
        },
    ]
    assert document["images"][1] == {
        "path": str(dataset / "10_circle" / "a.png"),
        "subset": "10_circle",
        "width": 640,
        "height": 480,
        "caption_source": "own",
        "tokens": 3,
        "problem": None,
    }
    assert [each["caption_source"] for each in document["images"]] == ["own", "own", "class", "own"]
    assert "empty" in document["images"][0]["problem"]
    assert document["ignored"] == [
        {
            "path": str(dataset / "10_circle" / "d.gif"),
            "reason": "The trainer does not read .gif files; convert it to png, jpg or webp.",
        }
    ]
    totals = document["totals"]
    assert (totals["images"], totals["entries_per_epoch"], totals["over_75"], totals["problems"]) == (4, 32, 1, 1)


def test_a_table_for_people(sdtui: Cli, dataset: Path) -> None:
    result = sdtui("scan", dataset)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    (row,) = [line for line in lines if line.startswith("10_circle")]
    assert row.split() == ["10_circle", "10×", "3", "30", "94%", "·", "1"]
    assert "4 images · 32 entries per epoch" in lines
    assert any(line.startswith("problem: 2_mask/m.png: The caption file is empty") for line in lines)
    assert any(line.startswith("ignored: 10_circle/d.gif: ") for line in lines)


def test_columns_line_up_with_wide_names(sdtui: Cli, tmp_path: Path) -> None:
    image(tmp_path / "1_日本" / "a.png")
    image(tmp_path / "1_abcdef" / "a.png")
    rows = [line for line in sdtui("scan", tmp_path).stdout.splitlines() if "1×" in line]
    assert len(rows) == 2
    assert len({cell_len(row[: row.index("1×")]) for row in rows}) == 1


def test_the_current_folder_is_meant_where_none_is_named(sdtui: Cli, dataset: Path) -> None:
    assert scanned(sdtui, cwd=dataset)["root"] == str(dataset)


def test_a_config_works_as_well_as_a_folder(sdtui: Cli, dataset: Path) -> None:
    config = dataset / "set.toml"
    config.write_text(
        '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "10_circle"\nnum_repeats = 5\n'
    )
    document = scanned(sdtui, config, cwd=dataset)
    assert (document["kind"], document["caption_extension"]) == ("toml", ".caption")
    assert document["subsets"][0]["num_repeats"] == 5


def test_a_note_goes_to_stderr_beside_json(sdtui: Cli, dataset: Path) -> None:
    result = sdtui("scan", dataset / "10_circle", "--json")
    assert json.loads(result.stdout)["kind"] == "single"
    assert f"its parent folder is {dataset}" in result.stderr


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: root / "gone", "no such file or folder"),
        (lambda root: root, "No images to train on here"),
        (lambda root: _written(root / "set.toml", "[[datasets]]\nresolution = \n"), "line 2, column 1"),
        (lambda root: _written(root / "set.toml", "\ufeff[general]\n"), "byte order mark"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_3(sdtui: Cli, tmp_path: Path, make: Any, words: str) -> None:
    result = sdtui("scan", make(tmp_path))
    assert result.returncode == 3
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def _written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_hostile_names_do_not_reach_the_terminal(sdtui: Cli, tmp_path: Path) -> None:
    image(tmp_path / "1_\x1b]0;owned\x07" / "\x1b[2J.png", caption=b"")
    image(tmp_path / "1_\x1b]0;owned\x07" / "caf\udce9.gif", caption=None)
    result = sdtui("scan", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    document = scanned(sdtui, tmp_path)
    assert document["images"][0]["path"] == os.fspath(tmp_path / "1_\x1b]0;owned\x07" / "\x1b[2J.png")


def test_the_table_fits_the_terminal_and_a_pipe_gets_whole_names(sdtui: Cli, tmp_path: Path) -> None:
    name = "10_" + "長い" * 40 + "x" * 10
    image(tmp_path / name / "a.png")
    with Terminal("scan", tmp_path, cwd=tmp_path, columns=80) as terminal:
        terminal.wait_for("1 image ·")
    (row,) = [line for line in terminal.text.splitlines() if "10×" in line]
    assert row.startswith("10_長")
    assert "…" in row
    assert row.split()[-6:] == ["10×", "1", "10", "100%", "·", "·"]
    assert name in sdtui("scan", tmp_path).stdout
