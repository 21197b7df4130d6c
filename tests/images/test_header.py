"""Sizes as the trainer learns them, and what a file is that has none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from sdtui.images.header import read_size
from sdtui.images.problems import why_unreadable
from tests.images.samples import GIT_LFS_POINTER, SIZE, bomb, gradient, write_all_kinds


def test_every_kind_of_picture_has_its_size(tmp_path: Path) -> None:
    kinds = write_all_kinds(tmp_path)
    assert {path.name: read_size(path) for path in kinds} == {path.name: SIZE for path in kinds}


def test_orientation_tags_are_ignored_as_the_trainer_does(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.webp"):
        exif = Image.Exif()
        exif[0x0112] = 6
        gradient().save(tmp_path / name, exif=exif)
        assert read_size(tmp_path / name) == SIZE


def test_what_imagesize_does_not_know_is_asked_of_pillow(tmp_path: Path) -> None:
    gradient().save(tmp_path / "a.png", "PCX")
    assert read_size(tmp_path / "a.png") == SIZE


def test_a_cut_off_picture_still_has_the_size_of_its_header(tmp_path: Path) -> None:
    gradient().save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:100])
    assert read_size(tmp_path / "a.png") == SIZE


def test_a_name_that_is_not_utf8_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    gradient().save(os.fsencode(path))
    assert read_size(path) == SIZE


def test_a_bomb_is_measured_in_silence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert read_size(bomb(tmp_path / "a.png", 60_000, 60_000)) == (60_000, 60_000)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (GIT_LFS_POINTER, "Git LFS pointer.*git lfs pull"),
        (b"<!DOCTYPE html><html>404", "web page"),
        (b"\n <html>", "web page"),
        (b"\x89PNG\r\n", "PNG picture is damaged or cut off"),
        (b"\xff\xd8\xff\xe0", "JPEG picture is damaged or cut off"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC.*Convert"),
        (b"\xff\x0a1234567", "JPEG XL.*Convert"),
        (b"hello", "not a picture in a format that the trainer reads"),
        (bytes(600), "not a picture in a format that the trainer reads"),
    ],
)
def test_what_is_not_a_picture_has_no_size_and_a_reason(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert read_size(path) == (0, 0)
    problem = why_unreadable(path)
    assert problem.path == path
    with pytest.raises(type(problem), match=sentence):
        raise problem


def test_nothing_is_read_from_what_is_not_a_file(tmp_path: Path) -> None:
    pipe, folder, missing, loop = (tmp_path / name for name in ("pipe.png", "folder.png", "missing.png", "loop.png"))
    os.mkfifo(pipe)
    folder.mkdir()
    loop.symlink_to(loop)
    for path, word in ((pipe, "not a file"), (folder, "not a file"), (missing, "does not exist"), (loop, "link")):
        assert read_size(path) == (0, 0)
        assert word in why_unreadable(path).sentence()
