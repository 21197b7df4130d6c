"""How long a scan takes, against the plain way of doing it."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.paths import cache_dir
from sdtui.dataset.jump import fuzzy
from sdtui.dataset.scan import open_project, refresh
from tests.bench.conftest import Compare
from tests.dataset.making import image

pytestmark = pytest.mark.bench


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    rnd = random.Random(1)
    words = ["a", "red", "circle", "on", "blue", "background", "flat", "sharp", "edges", "1girl", "solo", "long hair"]
    for folder in range(10):
        for number in range(500):
            caption = ", ".join(rnd.choices(words, k=25))
            image(tmp_path / f"{folder + 1}_s" / f"{number:05}.png", rnd.choice([512, 768]), 512, caption)
    return tmp_path


def plain_scan(root: Path) -> int:
    """rglob, Pillow for the size, open() for the caption; no token counted."""
    found = 0
    for path in sorted(root.rglob("*.png")):
        with Image.open(path) as picture:
            found += picture.size[0] > 0
        with path.with_suffix(".txt").open(encoding="utf-8") as file:
            found += len(file.readline()) > 0
    return found


def test_a_second_scan(dataset: Path, compare: Compare) -> None:
    open_project(dataset)
    compare(
        "second scan of 5,000 images", lambda: open_project(dataset), "Pillow and open()", lambda: plain_scan(dataset)
    )


def test_a_first_scan(dataset: Path, compare: Compare) -> None:
    def first() -> None:
        (cache_dir() / "index.sqlite").unlink(missing_ok=True)
        open_project(dataset)

    compare("first scan of 5,000 images", first, "Pillow and open()", lambda: plain_scan(dataset))


def test_one_saved_caption(dataset: Path, compare: Compare) -> None:
    project = open_project(dataset)
    caption = project.subsets[0].samples[0].caption_path
    compare(
        "refresh after one caption was saved",
        lambda: refresh(project, [caption]),
        "a second scan",
        lambda: open_project(dataset),
    )


def test_a_jump_among_many_names(compare: Compare) -> None:
    names = [f"{number // 2000}_circle/IMG_{number:06}_photo.png" for number in range(100_000)]
    pattern = re.compile("c.*?i", re.IGNORECASE)
    compare(
        "fuzzy search of 100,000 names, ranked",
        lambda: fuzzy("ci 999", names),
        "a regular expression that only finds one term",
        lambda: [name for name in names if pattern.search(name)],
    )
