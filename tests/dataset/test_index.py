"""The cache of sizes and token counts: it is used, and it never stands in the way."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from sdtui.base.paths import cache_dir
from sdtui.dataset.index import Entry, Index
from sdtui.dataset.scan import open_project
from tests.dataset.making import image, sample
from tests.trainer.golden import png_header


def swap_behind_its_back(path: Path, data: bytes) -> None:
    """Other bytes, but the time and length that the index goes by."""
    status = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_second_scan_does_not_open_the_images_again(tmp_path: Path) -> None:
    path = image(tmp_path / "1_x" / "a.png", 64, 64)
    open_project(tmp_path)
    swap_behind_its_back(path, png_header(99, 99))
    assert sample(open_project(tmp_path), "a.png").width == 64


def test_a_changed_image_and_a_changed_caption_are_read_again(tmp_path: Path) -> None:
    path = image(tmp_path / "1_x" / "a.png", 64, 64, "one two three")
    assert sample(open_project(tmp_path), "a.png").tokens == 3
    path.write_bytes(png_header(100, 50) + b" ")
    path.with_suffix(".txt").write_text("one")
    found = sample(open_project(tmp_path), "a.png")
    assert (found.width, found.tokens) == (100, 1)


def test_the_two_modes_of_counting_do_not_mix(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png", caption="ﬁne “quotes” ＡＢＣ")
    plain, fixed, again = (
        sample(open_project(tmp_path, mode="plain"), "a.png").tokens,
        sample(open_project(tmp_path, mode="ftfy"), "a.png").tokens,
        sample(open_project(tmp_path, mode="plain"), "a.png").tokens,
    )
    assert plain == again != fixed


def test_a_file_that_is_no_database_is_replaced(tmp_path: Path) -> None:
    cache_dir().mkdir(parents=True)
    (cache_dir() / "index.sqlite").write_bytes(b"this is no database at all" * 100)
    path = image(tmp_path / "1_x" / "a.png", 64, 64)
    open_project(tmp_path)
    swap_behind_its_back(path, png_header(99, 99))
    assert sample(open_project(tmp_path), "a.png").width == 64


def test_a_locked_index_only_costs_time(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png")
    open_project(tmp_path)
    other = sqlite3.connect(cache_dir() / "index.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert sample(open_project(tmp_path), "a.png").width == 64
    finally:
        other.close()


def test_a_cache_folder_that_cannot_be_made_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "below"))
    image(tmp_path / "1_x" / "a.png")
    assert sample(open_project(tmp_path), "a.png").width == 64


def test_a_table_that_was_damaged_only_costs_time(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "a.png")
    open_project(tmp_path)
    with sqlite3.connect(cache_dir() / "index.sqlite") as db:
        db.execute("DROP TABLE image")
    db.close()
    assert sample(open_project(tmp_path), "a.png").width == 64


def test_an_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript("CREATE TABLE image (something TEXT); PRAGMA user_version = 99;")
    db.close()
    index = Index(path)
    entry = Entry(1, 2, 3, 4, None, b"key", 5)
    index.remember(tmp_path, {"caf\udce9.png": entry})
    assert index.known(tmp_path) == {"caf\udce9.png": entry}
    index.remember(tmp_path, {}, gone=["caf\udce9.png"])
    assert index.known(tmp_path) == {}
    index.close()
    assert index.trouble is None
