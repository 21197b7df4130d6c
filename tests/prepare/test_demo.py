"""The demo dataset: as described, the same every time, and never written over somebody's files."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.errors import WriteError
from sdtui.base.work import WorkCancelled, finish
from sdtui.prepare.demo import ABOUT_NAME, HELD_OUT, make_demo

PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "demo"
    finish(make_demo(folder))
    return folder


def pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in PICTURES and path.parent.name != "conditioning")


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_it_has_the_subsets_formats_and_sizes_of_a_real_dataset(demo: Path) -> None:
    found = pictures(demo)
    assert 60 <= len(found) <= 120
    assert {path.parent.name for path in found} == {
        "10_circle",
        "4_square",
        "2_triangle",
        "3_star",
        "1_broken",
        "1_shape",
    }
    assert {path.suffix for path in found} == set(PICTURES)
    sizes = set(map(size_of, found))
    assert len(sizes) >= 5
    assert {width > height for width, height in sizes} == {True, False}


def test_every_picture_but_the_truncated_one_is_whole(demo: Path) -> None:
    for path in pictures(demo):
        with Image.open(path) as picture:
            if path.stem == "truncated":
                with pytest.raises(OSError, match="truncated"):
                    picture.load()
            else:
                picture.load()


def test_stars_have_masks_of_their_own_name_and_size(demo: Path) -> None:
    stars = pictures(demo / "images/3_star")
    masks = sorted((demo / "images/3_star/conditioning").iterdir())
    assert [mask.stem for mask in masks] == [star.stem for star in stars]
    for star, mask in zip(stars, masks, strict=True):
        with Image.open(star) as picture, Image.open(mask) as white:
            assert picture.size == white.size
            assert white.convert("L").getextrema() == (0, 255)


def test_what_is_wrong_on_purpose_is_there(demo: Path) -> None:
    circles = demo / "images/10_circle"
    without = [path.name for path in pictures(circles) if not path.with_suffix(".txt").exists()]
    assert without == ["c_1_2_3_4.png", "circle_007.jpg"]
    assert (circles / "c.txt").read_text() == "a small yellow circle on a green background"
    assert (circles / "circle_005.jpeg").exists()
    assert (demo / "images/1_broken/empty_caption.txt").stat().st_size == 0


def test_every_caption_but_the_long_ones_is_short(demo: Path) -> None:
    long = {path.stem: len(path.read_text().split()) for path in demo.glob("images/*/*.txt")}
    assert {name for name, words in long.items() if words > 40} == {"circle_003", "circle_004"}


def test_held_out_pairs_are_in_no_caption(demo: Path) -> None:
    captions = [path.read_text() for path in demo.glob("[ir]*/*/*.txt")]
    for shape, colour in HELD_OUT:
        assert not any(f"{colour} {shape}" in caption for caption in captions)
        assert any(f" {shape} on" in caption for caption in captions)


@pytest.mark.slow
def test_it_is_the_same_every_time_also_beside_records_of_sdtui(demo: Path, tmp_path: Path) -> None:
    (tmp_path / ".sdtui").mkdir()
    assert finish(make_demo(tmp_path)).written > 200
    assert (tmp_path / ABOUT_NAME).exists()
    assert digests(tmp_path) == digests(demo)


def test_a_finished_demo_is_kept_as_the_user_left_it(demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo, tmp_path, dirs_exist_ok=True)
    (tmp_path / "images/10_circle/circle_001.txt").write_text("my own words")
    (tmp_path / "images/10_circle/circle_002.txt").unlink()
    before = digests(tmp_path)
    assert finish(make_demo(tmp_path)).written == 0
    assert digests(tmp_path) == before


@pytest.mark.slow
def test_an_interrupted_demo_is_completed(demo: Path, tmp_path: Path) -> None:
    calls = iter(range(1000))
    with pytest.raises(WorkCancelled):
        finish(make_demo(tmp_path, cancelled=lambda: next(calls) == 20))
    assert 0 < len(pictures(tmp_path)) < 20
    finish(make_demo(tmp_path))
    assert digests(tmp_path) == digests(demo)


def test_a_folder_with_other_content_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(WriteError, match=r"holiday\.jpg"):
        finish(make_demo(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
