"""After a change only what it concerns is read again, and the result is what a whole scan gives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sdtui.dataset.scan import open_project, refresh, rescan_subset
from tests.dataset.making import image
from tests.trainer.golden import png_header


def small_project(root: Path) -> None:
    for folder in ("1_a", "2_b"):
        for name in ("x", "y", "z_1_2_3_4"):
            image(root / folder / f"{name}.png")
    image(root / "2_b" / "conditioning" / "x.png", caption=None)


def test_an_edited_caption_is_read_and_nothing_else(tmp_path: Path) -> None:
    small_project(tmp_path)
    before = open_project(tmp_path)
    (tmp_path / "1_a" / "x.txt").write_text("edited")
    (tmp_path / "1_a" / "y.txt").write_text("edited too, but nobody said so")
    after = refresh(before, [tmp_path / "1_a" / "x.txt"])
    captions = {each.name: each.caption for each in after.subsets[0].samples}
    assert captions["x.png"] == "edited"
    assert captions["y.png"] == "a red circle"
    assert after.subsets[1] is before.subsets[1]
    assert rescan_subset(after, "1_a") == open_project(tmp_path)


def test_a_caption_that_others_borrow_concerns_them_too(tmp_path: Path) -> None:
    small_project(tmp_path)
    (tmp_path / "1_a" / "z_1_2_3_4.txt").unlink()
    before = open_project(tmp_path)
    assert before.subsets[0].samples[2].caption is None
    (tmp_path / "1_a" / "z.txt").write_text("lent")
    after = refresh(before, [tmp_path / "1_a" / "z.txt"])
    assert after.subsets[0].samples[2].caption == "lent"
    (tmp_path / "1_a" / "z.txt").write_text("lent again")
    assert refresh(after, [tmp_path / "1_a" / "z.txt"]).subsets[0].samples[2].caption == "lent again"


def test_a_renamed_subset_folder_is_followed(tmp_path: Path) -> None:
    small_project(tmp_path)
    before = open_project(tmp_path)
    (tmp_path / "1_a").rename(tmp_path / "5_a")
    after = refresh(before, [tmp_path / "1_a", tmp_path / "5_a"])
    assert after == open_project(tmp_path)
    assert [(each.name, each.num_repeats) for each in after.subsets] == [("2_b", 2), ("5_a", 5)]


def test_a_changed_config_is_read_again(tmp_path: Path) -> None:
    small_project(tmp_path)
    text = "[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = '{}'\nnum_repeats = {}\n"
    config = tmp_path / "set.toml"
    config.write_text(text.format(tmp_path / "1_a", 3))
    before = open_project(config)
    config.write_text(text.format(tmp_path / "1_a", 7))
    after = refresh(before, [config])
    assert after.subsets[0].num_repeats == 7
    assert after == open_project(config)


def step(root: Path, rnd: random.Random) -> list[Path]:
    """One change of a random kind; the paths that it touched."""
    folder = root / rnd.choice(["1_a", "2_b", "2_b/conditioning"])
    path = folder / (
        rnd.choice(["x", "y", "z", "z_1_2_3_4", "new"]) + rnd.choice([".png", ".txt", ".webp", ".caption"])
    )
    kind = rnd.choice(["write", "write", "delete", "move"])
    if kind == "write" or not path.exists():
        size = rnd.randint(1, 200)
        path.write_bytes(png_header(size, 64) if path.suffix in (".png", ".webp") else b"w " * size)
        return [path]
    if kind == "delete":
        path.unlink()
        return [path]
    target = path.with_name("moved" + path.suffix)
    path.rename(target)
    return [path, target]


@pytest.mark.parametrize("seed", range(8))
def test_refreshing_step_by_step_ends_where_a_whole_scan_does(tmp_path: Path, seed: int) -> None:
    small_project(tmp_path)
    rnd = random.Random(seed)
    project = open_project(tmp_path)
    for _ in range(25):
        changed = step(tmp_path, rnd) + (step(tmp_path, rnd) if rnd.random() < 0.3 else [])
        project = refresh(project, changed)
        assert project == open_project(tmp_path), changed
    assert refresh(project, None) == project
