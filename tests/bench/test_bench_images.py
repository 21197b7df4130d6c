"""Pictures through the worker and the cache against opening them in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.work import finish
from sdtui.images.decoder import Decoder
from sdtui.images.header import read_size
from sdtui.images.survey import survey
from sdtui.images.thumbnails import Thumbnails
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.jpg" for n in range(20)]
    for path in paths:
        Image.effect_noise((1216, 832), 60).convert("RGB").save(path, quality=90)
    return paths


def in_this_process(path: Path) -> bytes:
    with Image.open(path) as image:
        image.thumbnail((160, 160))
        return image.convert("RGB").tobytes()


def test_decoding_in_a_worker(photos: list[Path], compare: Compare) -> None:
    with Decoder() as decoder:
        decoder.picture(photos[0], 160, 160)
        compare(
            "decoding 20 photos in a worker",
            lambda: [decoder.picture(path, 160, 160) for path in photos],
            "Pillow in this process",
            lambda: [in_this_process(path) for path in photos],
        )


def test_kept_thumbnails(photos: list[Path], tmp_path: Path, compare: Compare) -> None:
    with Decoder() as decoder:
        thumbnails = Thumbnails(decoder, tmp_path / "cache")
        compare(
            "20 kept thumbnails",
            lambda: [thumbnails.get(path, 160, 160) for path in photos],
            "decoding them",
            lambda: [decoder.picture(path, 160, 160) for path in photos],
        )


def test_sizes(photos: list[Path], compare: Compare) -> None:
    def by_pillow() -> None:
        for path in photos:
            with Image.open(path) as image:
                assert image.size == (1216, 832)

    compare("reading 20 sizes", lambda: [read_size(path) for path in photos], "Pillow", by_pillow, rounds=20)


def test_a_second_check_of_all_images(tmp_path: Path, compare: Compare) -> None:
    """10,000 images whose facts are known, against listing the folder and looking at each file."""
    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (64, 64)).save(folder / "0.png")
    for number in range(1, 10_000):
        (folder / f"{number}.png").hardlink_to(folder / "0.png")
    paths = sorted(folder.iterdir())
    cache = tmp_path / "c.sqlite"
    finish(survey(paths, cache=cache))
    compare(
        "the known facts of 10,000 images",
        lambda: finish(survey(paths, cache=cache)),
        "a stat of each",
        lambda: [path.stat() for path in folder.iterdir()],
    )
