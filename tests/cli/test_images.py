"""``sdtui images``, ``subsets``, ``trigger``, ``quality`` and ``captions paste``, as a person or a script runs them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.cli.inside import run_inside
from tests.conftest import Cli
from tests.dataset.making import image
from tests.edits.making import contents


@pytest.fixture
def sdtui(monkeypatch: pytest.MonkeyPatch) -> Cli:
    return partial(run_inside, monkeypatch)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a", "b"):
        image(root / "10_cat" / f"{name}.png", caption=f"zhuoyue, cat {name}")
    image(root / "4_dog" / "d.png", caption="a dog")
    return root


def test_images_are_thrown_away_moved_and_brought_back(sdtui: Cli, root: Path) -> None:
    before = contents(root)
    shown = sdtui("images", "trash", root, "--where", "name:a.png", "--dry-run")
    assert shown.returncode == 0 and "move 10_cat/a.txt to .sdtui/trash/" in shown.stdout
    assert "1 of 3 images meant." in shown.stdout and contents(root) == before
    asked = sdtui("images", "trash", root, "--where", "name:a.png")
    assert asked.returncode == 3 and "--yes" in asked.stderr and contents(root) == before

    thrown = sdtui("images", "trash", root, "--where", "name:a.png", "--yes", "--json")
    document = json.loads(thrown.stdout)
    assert (document["images"], document["applied"], document["left_out"]) == (1, True, [])
    assert {one["kind"] for one in document["changes"]} == {"folder", "move"}
    moved = sdtui("images", "move", root, "--where", "cat", "--to", "dog", "--yes")
    assert moved.returncode == 0 and (root / "4_dog" / "b.txt").read_text() == "zhuoyue, cat b"
    assert "10_cat has no image left then" in moved.stderr
    for _ in range(2):
        assert sdtui("captions", "undo", root, "--yes").returncode == 0
    assert contents(root) == before


def test_a_slip_makes_no_subset_and_means_no_image(sdtui: Cli, root: Path) -> None:
    slip = sdtui("images", "copy", root, "--where", "cat", "--to", "dogg", "--yes")
    assert slip.returncode == 2 and "There are: 4_dog, 10_cat. To make it, say --make." in slip.stderr
    empty = sdtui("images", "trash", root, "--where", "", "--yes")
    assert empty.returncode == 2 and "every image" in empty.stderr
    made = sdtui("images", "copy", root, "--where", "cat", "--to", "3_new", "--make", "--yes")
    assert made.returncode == 0 and (root / "3_new" / "a.txt").exists() and (root / "10_cat" / "a.txt").exists()


def test_the_trash_is_emptied_for_good_only_after_a_yes(sdtui: Cli, root: Path) -> None:
    sdtui("images", "trash", root, "--where", "cat", "--yes")
    assert sdtui("images", "empty-trash", root).returncode == 3
    emptied = sdtui("images", "empty-trash", root, "--yes", "--json")
    assert json.loads(emptied.stdout)["files"] == 4 and not (root / ".sdtui" / "trash").exists()
    assert "Nothing was deleted" in sdtui("images", "empty-trash", root).stderr


def test_subsets_are_made_renamed_and_marked(sdtui: Cli, root: Path) -> None:
    assert sdtui("subsets", "make", root, "bird", "--repeats", "3", "--yes").returncode == 0
    renamed = sdtui("subsets", "rename", root, "cat", "lion", "--yes", "--json")
    assert json.loads(renamed.stdout)["title"] == "rename 10_cat to 10_lion"
    assert sdtui("subsets", "regularization", root, "dog", "--yes").returncode == 0
    assert sorted(path.name for path in root.iterdir() if path.name[0] != ".") == [
        "10_lion",
        "3_bird",
        "regularization",
    ]
    assert sdtui("subsets", "regularization", root, "dog", "--off", "--yes").returncode == 0
    assert (root / "4_dog" / "d.png").exists()
    refused = sdtui("subsets", "rename", root, "dog", "10_lion", "--yes")
    assert refused.returncode == 3 and "stands there already" in refused.stderr


def test_the_trigger_is_audited(sdtui: Cli, root: Path) -> None:
    found = sdtui("trigger", root, "zhuoyue", "--json")
    document = json.loads(found.stdout)
    assert found.returncode == 1 and document["subject_missing"] == [str(root / "4_dog" / "d.png")]
    assert document["tokens"] == len(document["pieces"]) > 1 and document["single"] is False
    assert sdtui("captions", "edit", root, "--trigger", "zhuoyue", "--yes").returncode == 0
    clean = sdtui("trigger", root, "zhuoyue")
    assert clean.returncode == 0 and "3 subject images begin with it" in clean.stderr


def test_quality_tiers_are_applied_changed_and_taken_away(sdtui: Cli, root: Path) -> None:
    before = contents(root)
    first = sdtui("quality", root, "10_cat=high quality:12", "dog=low quality", "--trigger", "zhuoyue", "--yes")
    assert first.returncode == 0, first.stderr
    assert (root / "12_cat" / "a.txt").read_text() == "zhuoyue, high quality, cat a"
    assert (root / "4_dog" / "d.txt").read_text() == "low quality, a dog"
    again = sdtui("quality", root, "--json")
    document = json.loads(again.stdout)
    assert document["tiers"]["cat"] == {"prefix": "high quality", "repeats": 12}
    assert again.returncode == 0 and document["changes"] == document["captions"] == []
    assert sdtui("quality", root, "cat=best quality: truly", "dog=", "--yes").returncode == 0
    assert (root / "12_cat" / "a.txt").read_text() == "zhuoyue, best quality: truly, cat a"
    assert (root / "4_dog" / "d.txt").read_text() == "a dog"
    for _ in range(2):
        sdtui("captions", "undo", root, "--yes")
    assert contents(root) == before
    assert sdtui("quality", root, "bird=x", "--yes").returncode == 2
    assert sdtui("quality", root, "nonsense", "--yes").returncode == 2


def test_the_previous_caption_is_pasted(sdtui: Cli, root: Path) -> None:
    pasted = sdtui("captions", "paste", root, "b.png", "--yes", "--json")
    (edit,) = json.loads(pasted.stdout)["captions"]
    assert (edit["before"], edit["after"]) == ("zhuoyue, cat b", "zhuoyue, cat a")
    other = sdtui("captions", "paste", root, "4_dog/d.png", "--from", root / "10_cat" / "a.png", "--append", "--yes")
    assert other.returncode == 0 and (root / "4_dog" / "d.txt").read_text() == "a dog, zhuoyue, cat a"
    assert sdtui("captions", "paste", root, "x.png", "--yes").returncode == 2
