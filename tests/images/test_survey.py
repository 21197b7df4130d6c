"""The facts of pictures: as the real trainer meets each kind of file, and found out once only."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from sdtui.base.work import Progress, WorkCancelled, finish
from sdtui.images.decoder import Decoder
from sdtui.images.facts import PictureFacts, Transparency
from sdtui.images.problems import ImageProblem, Kind
from sdtui.images.survey import Look, survey
from sdtui.trainer.names import is_image
from tests.images.hard import SIZE, gradient, turned, write_hard

VERDICTS = json.loads((Path(__file__).parent / "data" / "trainer_images.json").read_text())


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hard") / "images"
    write_hard(folder)
    return folder


@pytest.fixture(scope="module")
def looks(hard: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Look]:
    found = finish(survey(hard.iterdir(), cache=tmp_path_factory.mktemp("cache") / "c.sqlite", processes=2))
    return {path.name: look for path, look in found.items()}


def test_just_those_files_are_images_that_the_trainer_lists(hard: Path) -> None:
    for path in hard.iterdir():
        assert is_image(path.name) == VERDICTS[path.name]["listed"], path.name


def test_just_those_pictures_have_facts_that_the_trainer_opens_at_the_size_that_it_has(
    looks: Mapping[str, Look],
) -> None:
    for name, verdict in VERDICTS.items():
        if name not in looks or not verdict["listed"]:
            continue  # this Pillow cannot write it, or the trainer never opens it
        look = looks[name]
        assert isinstance(look, PictureFacts) == verdict["opens"], (name, look)
        if isinstance(look, PictureFacts):
            assert [look.width, look.height] == verdict["size"], name


def test_a_picture_is_shown_with_the_pixels_that_the_trainer_reads(hard: Path) -> None:
    with Decoder() as decoder:
        for name, verdict in VERDICTS.items():
            if verdict.get("pixels"):
                shown = decoder.picture(hard / name, 10_000, 10_000)
                assert hashlib.sha256(shown.rgb).hexdigest() == verdict["pixels"], name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("empty.png", Kind.EMPTY),
        ("pointer.png", Kind.LFS_POINTER),
        ("page.jpg", Kind.NO_PICTURE),
        ("text.png", Kind.NO_PICTURE),
        ("heic_called.jpg", Kind.OTHER_FORMAT),
        ("folder.png", Kind.NO_FILE),
        ("lost_link.png", Kind.ABSENT),
        ("bomb.png", Kind.TOO_LARGE),
        *((name, Kind.DAMAGED) for name in VERDICTS if name.startswith(("cut_", "stub_"))),
        ("damaged.png", Kind.DAMAGED),
        ("without_end.jpg", Kind.DAMAGED),
    ],
)
def test_what_is_wrong_with_a_file_is_told_apart(looks: Mapping[str, Look], name: str, kind: Kind) -> None:
    look = looks[name]
    assert isinstance(look, ImageProblem)
    assert look.kind is kind


def test_what_a_picture_is_does_not_depend_on_what_it_is_called(looks: Mapping[str, Look]) -> None:
    def facts(name: str) -> PictureFacts:
        look = looks[name]
        assert isinstance(look, PictureFacts)
        return look

    assert [facts(f"turned_{number}.jpg").orientation for number in range(1, 9)] == [*range(1, 9)]
    assert [facts(f"turned_png_{number}.png").orientation for number in range(1, 9)] == [*range(1, 9)]
    assert facts("turned_webp.webp").turned
    assert not facts("turned_unknown.jpg").turned
    see_through = {name for name in looks if getattr(looks[name], "transparency", None) is Transparency.USED}
    assert see_through == {
        "la.png",
        "rgba.png",
        "rgba_webp.webp",
        "palette_transparent.png",
        "one_colour_transparent.png",
        "deep_la.png",
        "deep_rgba.png",
    }
    assert facts("rgba_opaque.png").transparency is Transparency.OPAQUE
    assert {name for name in looks if getattr(looks[name], "clipped", False)} == {"deep_grey.png"}
    assert facts("deep_rgb.png").depth == 16
    assert {name for name in looks if getattr(looks[name], "animated", False)} == {
        "animated_webp.webp",
        "animated_png.png",
        "animated_gif_called.png",
    }
    assert (facts("jpeg_called.png").format, facts("cmyk_tiff_called.png").mode) == ("JPEG", "CMYK")


def surveyed(path: Path, cache: Path) -> Look:
    return finish(survey([path], cache=cache, processes=1))[path]


def test_a_picture_is_decoded_again_only_after_it_has_changed(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.bmp", tmp_path / "cache" / "c.sqlite"
    gradient().save(path)
    first = surveyed(path, cache)
    seen = path.stat()
    path.write_bytes(bytes(seen.st_size))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert surveyed(path, cache) == first, "it was decoded though neither its size nor its time has changed"
    os.utime(path)
    assert isinstance(surveyed(path, cache), ImageProblem)


def test_a_problem_is_remembered_in_the_same_words(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.png", tmp_path / "c.sqlite"
    path.write_bytes(b"hello")
    first, second = surveyed(path, cache), surveyed(path, cache)
    assert isinstance(first, ImageProblem)
    assert isinstance(second, ImageProblem)
    assert (first.sentence(), first.kind) == (second.sentence(), second.kind)


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(100)])
def test_a_broken_cache_only_costs_time(tmp_path: Path, content: bytes) -> None:
    gradient().save(tmp_path / "a.png")
    (tmp_path / "c.sqlite").write_bytes(content)
    look = surveyed(tmp_path / "a.png", tmp_path / "c.sqlite")
    assert isinstance(look, PictureFacts)
    assert (look.width, look.height) == SIZE


@pytest.mark.slow
def test_what_was_decoded_before_a_cancel_is_kept_and_no_process_stays(tmp_path: Path) -> None:
    for number in range(40):
        gradient().save(tmp_path / f"{number:02}.jpg", exif=turned(6))
    paths, cache = sorted(tmp_path.glob("*.jpg")), tmp_path / "c.sqlite"
    asked = 0

    def after_a_while() -> bool:
        nonlocal asked
        asked += 1
        return asked > len(paths) + 3

    with pytest.raises(WorkCancelled):
        finish(survey(paths, cache=cache, processes=1, cancelled=after_a_while))
    assert not [one for one in psutil.Process().children() if "sdtui.images.worker" in " ".join(one.cmdline())]
    told: list[Progress] = []
    looks = finish(survey(paths, cache=cache, processes=1), told.append)
    assert len(looks) == 40
    assert all(isinstance(look, PictureFacts) and look.orientation == 6 for look in looks.values())


def test_names_that_can_be_no_files_are_problems(tmp_path: Path) -> None:
    for name in ("a\0.png", "b\ud800\udfff.png", "x" * 300 + ".png"):
        look = surveyed(tmp_path / name, tmp_path / "c.sqlite")
        assert isinstance(look, ImageProblem)
