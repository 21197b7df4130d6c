"""Samples: sizes, captions, masks, problems; progress while they are read."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sdtui.base.work import Progress, WorkCancelled, finish
from sdtui.dataset.project import CaptionSource
from sdtui.dataset.scan import SubsetScanned, open_project, scan
from tests.dataset.making import image, reason, sample
from tests.trainer.golden import png_header


def test_captions_own_borrowed_class_and_none(tmp_path: Path) -> None:
    folder = tmp_path / "2_cat"
    image(folder / "own.png", caption="  a red circle  \nsecond line")
    image(folder / "face_1_2_3_4.png", caption=None)
    (folder / "face.txt").write_text("a face, borrowed")
    image(folder / "class.png", caption=None)
    image(tmp_path / "1_" / "none.png", caption=None)
    project = open_project(tmp_path)
    own, borrowed = sample(project, "own.png"), sample(project, "face_1_2_3_4.png")
    assert (own.caption, own.caption_source, own.tokens) == ("a red circle", CaptionSource.OWN, 3)
    assert (borrowed.caption, borrowed.caption_source) == ("a face, borrowed", CaptionSource.BORROWED)
    assert borrowed.caption_read_from == folder / "face.txt"
    assert borrowed.caption_path == folder / "face_1_2_3_4.txt"
    by_class = sample(project, "class.png")
    assert (by_class.caption, by_class.caption_source, by_class.tokens) == (None, CaptionSource.CLASS, 1)
    nothing = sample(project, "none.png")
    assert (nothing.caption, nothing.caption_source, nothing.tokens) == (None, CaptionSource.NONE, 0)
    assert project.ignored == ()


def test_a_caption_may_be_borrowed_from_above_by_the_folders_underscores(tmp_path: Path) -> None:
    deep = tmp_path / "x" / "1_a_b" / "c_d"
    image(deep / "e.png", caption=None)
    borrowed = Path("_".join(str(deep / "e").split("_")[:-4]) + ".txt")
    borrowed.write_text("from far above")
    found = sample(open_project(deep), "e.png")
    assert found.caption == "from far above"
    assert found.caption_read_from == borrowed


def test_what_the_trainer_would_stop_at_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / "1_x"
    image(folder / "empty.png", caption=b"")
    image(folder / "latin.png", caption="caf\xe9".encode("latin-1"))
    image(folder / "blank.png", caption="   \n")
    (folder / "zero.png").write_bytes(b"")
    (folder / "noise.png").write_bytes(b"not a picture at all")
    (folder / "lfs.png").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    project = open_project(tmp_path)
    for name, words in {
        "empty.png": "empty (0 bytes)",
        "latin.png": "not UTF-8",
        "zero.png": "empty (0 bytes)",
        "noise.png": "not a picture",
        "lfs.png": "Git LFS",
        "folder.png": "a folder",
        "pipe.png": "no regular file",
    }.items():
        problem = sample(project, name).problem
        assert problem is not None, name
        assert words in problem, name
    blank = sample(project, "blank.png")
    assert (blank.problem, blank.caption, blank.caption_source) == (None, "", CaptionSource.OWN)
    assert sample(project, "latin.png").caption is None


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp"])
def test_a_truncated_image_is_found_without_decoding(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "1_x"
    folder.mkdir()
    Image.effect_noise((80, 60), 60).convert("RGB").save(folder / f"whole.{ending}")
    data = (folder / f"whole.{ending}").read_bytes()
    (folder / f"cut.{ending}").write_bytes(data[: len(data) * 2 // 3])
    (folder / f"more.{ending}").write_bytes(data + b"appended by a phone" * 10)
    project = open_project(tmp_path)
    assert sample(project, f"whole.{ending}").problem is None
    assert sample(project, f"more.{ending}").problem is None
    cut = sample(project, f"cut.{ending}")
    assert (cut.width, cut.height) == (80, 60)
    assert cut.problem == "The file is cut off: its end is missing."


def test_the_size_is_the_stored_one_whatever_the_orientation_says(tmp_path: Path) -> None:
    folder = tmp_path / "1_x"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 60)).save(folder / "turned.jpg", exif=exif)
    found = sample(open_project(tmp_path), "turned.jpg")
    assert (found.width, found.height) == (80, 60)


def test_files_that_the_trainer_does_not_read_are_listed_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "1_x"
    image(folder / "a.png")
    for name in ("a.Png", "b.gif", "c.tiff", ".d.png", "notes.md", "orphan.txt", "a.caption", "a_te_outputs.npz"):
        (folder / name).touch()
    image(folder / "nested" / "deep.png")
    project = open_project(tmp_path)
    for name, words in {
        "a.Png": "mixture",
        "b.gif": ".gif",
        "c.tiff": ".tiff",
        ".d.png": "dot",
        "notes.md": "neither an image",
        "orphan.txt": "No image has this name",
        "a.caption": "read from .txt",
        "nested": "does not look into folders",
    }.items():
        assert words in reason(project, name), name
    assert len(project.ignored) == 8


def test_captions_end_in_caption_only_where_nothing_else_does(tmp_path: Path) -> None:
    image(tmp_path / "1_old" / "a.png", caption=None)
    (tmp_path / "1_old" / "a.caption").write_text("an old one")
    image(tmp_path / "2_new" / "b.png")
    project = open_project(tmp_path)
    assert [subset.caption_extension for subset in project.subsets] == [".caption", ".txt"]
    assert sample(project, "a.png").caption == "an old one"
    assert project.caption_extension == ".txt"


def test_masks_that_do_not_fit_are_said(tmp_path: Path) -> None:
    folder = tmp_path / "1_x"
    for name in ("fits", "missing", "small"):
        image(folder / f"{name}.png", 64, 48)
    image(folder / "conditioning" / "fits.png", 64, 48, caption=None)
    image(folder / "conditioning" / "small.png", 32, 32, caption=None)
    image(folder / "conditioning" / "extra.png", 64, 48, caption=None)
    project = open_project(tmp_path)
    assert sample(project, "fits.png").problem is None
    assert "no mask" in str(sample(project, "missing.png").problem)
    assert "32x32" in str(sample(project, "small.png").problem)
    assert "refuses to start" in reason(project, "extra.png")


def test_a_scan_reports_progress_and_each_subset(tmp_path: Path) -> None:
    for number in range(3):
        for index in range(4):
            image(tmp_path / f"{number + 1}_x" / f"{index}.png")
    seen: list[Progress] = []
    project = finish(scan(tmp_path), seen.append)
    subsets = [event.subset for event in seen if isinstance(event, SubsetScanned)]
    assert subsets == list(project.subsets)
    assert (seen[-1].done, seen[-1].total) == (12, 12)


def test_a_scan_can_be_given_up(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png")
    with pytest.raises(WorkCancelled):
        finish(scan(tmp_path, cancelled=lambda: True))


def test_an_unreadable_subset_is_listed_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image(tmp_path / "1_open" / "a.png")
    image(tmp_path / "2_closed" / "b.png")
    real = os.scandir

    def scandir(path: Path) -> Any:  # root reads everything, so no mode would do
        if Path(path).name == "2_closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    project = open_project(tmp_path)
    assert [subset.name for subset in project.subsets] == ["1_open"]
    assert "Permission denied" in reason(project, "2_closed")


def test_a_huge_caption_file_is_not_read_whole(tmp_path: Path) -> None:
    path = image(tmp_path / "1_x" / "a.png")
    with path.with_suffix(".txt").open("wb") as file:
        file.truncate(1 << 33)
    assert "larger than 4 MB" in str(sample(open_project(tmp_path), "a.png").problem)


def test_an_image_of_any_size_needs_only_its_header(tmp_path: Path) -> None:
    (tmp_path / "1_x").mkdir()
    (tmp_path / "1_x" / "bomb.png").write_bytes(png_header(60_000, 60_000))
    assert sample(open_project(tmp_path), "bomb.png").width == 60_000
