"""Pictures that are decoded once, kept on disk, and never wrong."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from sdtui.base import files
from sdtui.base.work import WorkCancelled
from sdtui.images.decoder import Decoder, ImageProblem, Picture
from sdtui.images.thumbnail_store import ThumbnailStore
from sdtui.images.thumbnails import Thumbnails
from tests.images.samples import SIZE, gradient


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def closed() -> Decoder:
    """Raises WorkCancelled when it is asked for a picture."""
    decoder = Decoder()
    decoder.close()
    return decoder


@pytest.fixture
def png(tmp_path: Path) -> Path:
    gradient().save(tmp_path / "a.png")
    return tmp_path / "a.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_is_decoded_once(decoder: Decoder, closed: Decoder, png: Path, folder: Path) -> None:
    first = Thumbnails(decoder, folder).get(png, 50, 50)
    again = Thumbnails(closed, folder).get(png, 50, 50)
    assert (again.width, again.height, again.full_width, again.full_height) == (50, 30, *SIZE)
    assert (again.format, again.mode) == (first.format, first.mode) == ("PNG", "RGB")
    assert again.rgb == first.rgb


@pytest.mark.slow
def test_a_large_picture_is_kept_small(decoder: Decoder, closed: Decoder, tmp_path: Path, folder: Path) -> None:
    Image.effect_noise((1200, 900), 50).convert("RGB").save(tmp_path / "a.png")
    first = Thumbnails(decoder, folder).get(tmp_path / "a.png", 800, 800)
    again = Thumbnails(closed, folder).get(tmp_path / "a.png", 800, 800)
    assert (again.width, again.height) == (800, 600)
    images = [Image.frombytes("RGB", (800, 600), picture.rgb) for picture in (first, again)]
    assert max(ImageStat.Stat(ImageChops.difference(*images)).mean) < 4
    assert sum(path.stat().st_size for path in entries(folder)) < len(first.rgb) // 3


def test_they_are_kept_in_the_users_cache(decoder: Decoder, png: Path, own_home: Path) -> None:
    Thumbnails(decoder).get(png, 50, 50)
    assert len(entries(own_home / ".cache" / "sdtui" / "thumbnails")) == 1


def test_a_link_is_the_picture_that_it_leads_to(decoder: Decoder, closed: Decoder, png: Path, folder: Path) -> None:
    link = png.with_name("link.png")
    link.symlink_to(png)
    Thumbnails(decoder, folder).get(png, 50, 50)
    assert Thumbnails(closed, folder).get(link, 50, 50).width == 50


def test_another_box_is_another_picture(decoder: Decoder, png: Path, folder: Path) -> None:
    thumbnails = Thumbnails(decoder, folder)
    assert [thumbnails.get(png, side, side).width for side in (50, 20, 50)] == [50, 20, 50]


def test_a_changed_file_is_decoded_anew(decoder: Decoder, png: Path, folder: Path) -> None:
    thumbnails = Thumbnails(decoder, folder)
    thumbnails.get(png, 50, 50)
    before = png.stat()
    Image.new("RGB", (30, 30), "red").save(png, "BMP")
    os.utime(png, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert thumbnails.get(png, 50, 50).full_width == 30
    size = png.stat().st_size
    Image.new("RGB", (30, 30), "blue").save(png, "BMP")
    assert png.stat().st_size == size
    os.utime(png, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert tuple(thumbnails.get(png, 50, 50).rgb[:3]) == (0, 0, 255)


@pytest.mark.parametrize("damage", [b"", b"garbage", None], ids=["empty", "garbage", "half"])
def test_a_damaged_entry_is_made_anew(
    damage: bytes | None, decoder: Decoder, closed: Decoder, png: Path, folder: Path
) -> None:
    Thumbnails(decoder, folder).get(png, 50, 50)
    [entry] = entries(folder)
    entry.write_bytes(entry.read_bytes()[:-400] if damage is None else damage)
    with pytest.raises(WorkCancelled):
        Thumbnails(closed, folder).get(png, 50, 50)
    assert Thumbnails(decoder, folder).get(png, 50, 50).width == 50
    assert Thumbnails(closed, folder).get(png, 50, 50).width == 50


def test_a_picture_that_someone_else_put_there_is_not_believed(decoder: Decoder, png: Path, folder: Path) -> None:
    thumbnails = Thumbnails(decoder, folder)
    thumbnails.get(png, 50, 50)
    [entry] = entries(folder)
    Image.new("RGB", (9, 9)).save(entry, "JPEG")
    assert thumbnails.get(png, 50, 50).width == 50


def test_a_full_disk_is_no_reason_to_show_nothing(
    decoder: Decoder, png: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.kernel, "write", full)
    assert Thumbnails(decoder, folder).get(png, 50, 50).width == 50
    assert entries(folder) == []


def test_a_cache_that_cannot_be_made_is_no_reason_to_show_nothing(decoder: Decoder, png: Path) -> None:
    assert Thumbnails(decoder, png / "below a file").get(png, 50, 50).width == 50


def test_what_cannot_be_opened_is_not_tried_each_time_but_again_when_it_changes(
    decoder: Decoder, png: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = png.read_bytes()
    png.write_bytes(whole[: len(whole) * 6 // 10])
    tried: list[Path] = []
    decode = decoder.picture

    def picture(path: Path, *rest: object) -> Picture:
        tried.append(path)
        return decode(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(decoder, "picture", picture)
    thumbnails = Thumbnails(decoder, folder)
    for _ in range(3):
        with pytest.raises(ImageProblem, match="damaged"):
            thumbnails.get(png, 50, 50)
    assert len(tried) == 1
    png.write_bytes(whole)
    assert thumbnails.get(png, 50, 50).width == 50


def test_a_missing_file_is_a_sentence(decoder: Decoder, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageProblem, match="does not exist"):
        Thumbnails(decoder, folder).get(tmp_path / "none.png", 50, 50)


def test_threads_may_share_it(decoder: Decoder, tmp_path: Path, folder: Path) -> None:
    for n in range(10):
        Image.new("RGB", (20 + n, 20)).save(tmp_path / f"{n}.png")
    thumbnails = Thumbnails(decoder, folder)
    with ThreadPoolExecutor(8) as pool:
        widths = list(pool.map(lambda n: thumbnails.get(tmp_path / f"{n % 10}.png", 50, 50).width, range(60)))
    assert widths == [20 + n % 10 for n in range(60)]


def test_the_folder_stays_below_its_size_and_loses_the_oldest(folder: Path) -> None:
    picture = Picture(*SIZE, gradient().tobytes(), *SIZE, "PNG", "RGB")
    store = ThumbnailStore(folder, most_bytes=10**9)
    for n in range(30):
        store.store(f"{n:064x}", picture)
        [entry] = [path for path in entries(folder) if path.stem.endswith(f"{n:x}") and path.stat().st_mtime > 1000]
        os.utime(entry, (n, n))
    size = sum(path.stat().st_size for path in entries(folder))
    ThumbnailStore(folder, most_bytes=size // 2).prune()
    left = sorted(int(path.stat().st_mtime) for path in entries(folder))
    assert left == list(range(30 - len(left), 30))
    assert size // 4 < sum(path.stat().st_size for path in entries(folder)) <= size // 2


def test_what_is_used_again_counts_as_new(folder: Path) -> None:
    store = ThumbnailStore(folder, most_bytes=10**9)
    store.store("ab" * 32, Picture(*SIZE, gradient().tobytes(), *SIZE, "PNG", "RGB"))
    [entry] = entries(folder)
    os.utime(entry, (1, 1))
    assert store.load("ab" * 32) is not None
    assert entry.stat().st_mtime > 1


def test_the_folder_is_pruned_by_itself(folder: Path) -> None:
    picture = Picture(2, 2, bytes(12), 2, 2, "PNG", "RGB")
    ThumbnailStore(folder, most_bytes=10**9).store("00" * 32, picture)
    ThumbnailStore(folder, most_bytes=1).store("11" * 32, picture)
    assert entries(folder) == []
