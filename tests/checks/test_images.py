"""Findings about image files, and the Plans that mend them: found no more afterwards, and undone to the last byte."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.work import WorkCancelled, finish
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.image_fixes import IMAGE_FIXES
from sdtui.checks.images import image_findings
from sdtui.dataset.scan import open_project
from sdtui.edits.proposal import Proposal
from sdtui.plans.journal import Journal
from tests.conftest import Cli
from tests.images import hard
from tests.images.hard import SIZE, encoded, gradient, hard_files, png, turned

BIG = (96, 64, 32)
"""Fill colour of images that have nothing wrong with them."""


def subset(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The dataset ``folder`` with ``files``, and one good image, in ``5_thing``."""
    place = folder / "5_thing"
    place.mkdir(parents=True)
    Image.new("RGB", (600, 600), BIG).save(place / "good.png")
    for name, data in files.items():
        (place / name).write_bytes(data)
    return folder


def found(path: Path) -> dict[str, Finding]:
    """By code; sizes left out, for most images here are small."""
    findings = finish(image_findings(open_project(path)))
    return {one.code: one for one in findings if one.code != "image-under-resolution"}


def names(finding: Finding) -> list[str]:
    return sorted(path.name for path in finding.files)


def proposed(path: Path, code: str) -> Proposal:
    return finish(IMAGE_FIXES[code](open_project(path), found(path)[code]))


def standing(root: Path) -> dict[str, str]:
    """Every file of the dataset with what it holds, our own records left out."""
    files = (path for path in root.rglob("*") if ".sdtui" not in path.parts and not path.is_dir())
    return {str(path.relative_to(root)): _content(path) for path in files}


def _content(path: Path) -> str:
    return str(path.readlink()) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()


HARD = {
    "image-empty": (Severity.ERROR, {"empty.png"}),
    "image-lfs-pointer": (Severity.ERROR, {"pointer.png"}),
    "image-no-picture": (Severity.ERROR, {"page.jpg", "text.png"}),
    "image-other-format": (Severity.ERROR, {"heic_called.jpg"}),
    "image-damaged": (Severity.ERROR, {"damaged.png", "cut_jpg.jpg", "stub_webp.webp"}),
    "image-too-large": (Severity.ERROR, {"bomb.png"}),
    "image-exif-rotated": (Severity.WARNING, {"turned_6.jpg", "turned_png_3.png", "turned_webp.webp"}),
    "image-transparent": (Severity.WARNING, {"rgba.png", "la.png", "palette_transparent.png"}),
    "image-16-bit-grey": (Severity.WARNING, {"deep_grey.png"}),
    "image-16-bit": (Severity.INFO, {"deep_rgb.png"}),
    "image-cmyk": (Severity.WARNING, {"cmyk.jpg"}),
    "image-animated": (Severity.INFO, {"animated_webp.webp", "animated_png.png"}),
    "image-ending-case": (Severity.WARNING, {"mixed.Png", "mixed_b.jPG"}),
    "image-ending-unread": (Severity.WARNING, {"other.gif", "other.heic"}),
    "image-ending-jpeg": (Severity.INFO, {"plain.jpeg"}),
}
FINE = {"rgb.png", "upper_a.PNG", "rgba_opaque.png", "grey.png", "jpeg_called.png", "trailing.jpg", "without_end.png"}


def test_each_kind_of_image_is_one_finding_with_all_its_files(tmp_path: Path) -> None:
    wanted = {name for _, those in HARD.values() for name in those} | FINE
    files = {name: data for name, data in hard_files().items() if name in wanted}
    root = subset(tmp_path / "d", files)
    findings = found(root)
    assert {code: (one.severity, set(names(one))) for code, one in findings.items()} == HARD
    for finding in findings.values():
        assert finding.path == root
        assert finding.why
        assert finding.fix
        assert str(len(finding.files)) in finding.message


def test_a_folder_and_a_link_to_nowhere_are_found(tmp_path: Path) -> None:
    root = subset(tmp_path / "d", {})
    (root / "5_thing" / "folder.png").mkdir()
    (root / "5_thing" / "lost.png").symlink_to("nowhere.png")
    assert {code: names(one) for code, one in found(root).items()} == {
        "image-no-file": ["folder.png"],
        "image-broken-link": ["lost.png"],
    }


def test_images_of_one_stem_are_named_together(tmp_path: Path) -> None:
    image = encoded(gradient(), "PNG")
    root = subset(tmp_path / "d", {"a.png": image, "a.PNG": image, "a.b.png": image, "b.png": image})
    assert names(found(root)["image-duplicate-stem"]) == ["a.PNG", "a.png"]


@pytest.mark.slow
def test_the_fix_of_every_kind_mends_it_and_can_be_taken_back(tmp_path: Path) -> None:
    wanted = {name for _, those in HARD.values() for name in those} - {"bomb.png", "other.heic"}
    files = {name: data for name, data in hard_files().items() if name in wanted}
    files["same.png"] = files["same.jpg"] = encoded(gradient(), "PNG")
    files["large.png"] = png(19000, 10000, 1, 0, (b"\0" + bytes(2375)) * 10000)
    files["same.txt"] = b"a caption"
    root = subset(tmp_path / "d", files)
    before, journal = standing(root), Journal(root / ".sdtui")
    for code in sorted(set(found(root)) & set(IMAGE_FIXES)):
        proposal = proposed(root, code)
        assert not proposal.empty, code
        assert standing(root) == before, f"{code}: proposing it has changed something"
        assert journal.apply(proposal.plan).left == ()
        assert code not in found(root)
        assert journal.undo().refused == ()
        assert standing(root) == before, code
    assert set(found(root)) - set(IMAGE_FIXES) == {"image-lfs-pointer", "image-other-format"}


@pytest.mark.slow
def test_a_bomb_cannot_be_shrunk_and_is_left_with_a_reason(tmp_path: Path) -> None:
    root = subset(tmp_path / "d", {"bomb.png": png(20000, 20000, 8, 2, bytes(1000))})
    proposal = proposed(root, "image-too-large")
    assert proposal.empty
    ((path, reason),) = proposal.left_out
    assert (path.name, "damaged" in reason) == ("bomb.png", True)


@pytest.mark.slow
def test_what_is_meant_as_a_mask_is_not_complained_about(tmp_path: Path) -> None:
    root = subset(tmp_path / "d", {"rgba.png": hard_files()["rgba.png"]})
    config = tmp_path / "config.toml"
    dataset = "[[datasets]]\nresolution = 64\nenable_bucket = true\nmin_bucket_reso = 64\n"
    text = dataset + '[[datasets.subsets]]\n{}image_dir = "{}"\n'
    config.write_text(text.format("", root / "5_thing"))
    assert set(found(config)) == {"image-transparent"}
    config.write_text(text.format("alpha_mask = true\n", root / "5_thing"))
    assert set(found(config)) == set()


DATASETS = {
    "buckets": "resolution = 64\nenable_bucket = true\nmin_bucket_reso = 64\nmax_bucket_reso = 128\n",
    "no_upscale": "resolution = 512\nenable_bucket = true\nbucket_no_upscale = true\n",
    "off": "resolution = [96, 64]\n",
}
"""As in ``tests/images/data/make_trainer_images.py``."""


@pytest.mark.slow
def test_just_those_images_are_errors_at_which_the_real_trainer_stops(tmp_path: Path) -> None:
    verdicts = json.loads((Path(hard.__file__).parent / "data" / "trainer_images.json").read_text())
    place = tmp_path / "images"
    hard.write_hard(place)
    for name, dataset in DATASETS.items():
        (tmp_path / "c.toml").write_text(f'[[datasets]]\n{dataset}[[datasets.subsets]]\nimage_dir = "{place}"\n')
        findings = finish(image_findings(open_project(tmp_path / "c.toml")))
        stops = {
            path.name
            for finding in findings
            if finding.severity is Severity.ERROR or finding.code == "image-not-resolution"
            for path in finding.files
        }
        standing_here = {path.name for path in place.iterdir()}
        assert stops == {image for image in standing_here if verdicts[image].get("ends", {}).get(name)}, name


BUCKETS = "resolution = 512\nenable_bucket = true"
NO_UPSCALE = f"{BUCKETS}\nbucket_no_upscale = true"
RANDOM = "resolution = 512\nrandom_crop = true"
SIZES = [
    (BUCKETS, (512, 512), None),
    (BUCKETS, (1000, 300), None),
    (BUCKETS, (500, 500), ("image-under-resolution", Severity.INFO)),
    (BUCKETS, (300, 300), ("image-under-resolution", Severity.WARNING)),
    (NO_UPSCALE, (600, 600), None),
    (NO_UPSCALE, (300, 301), ("image-under-resolution", Severity.INFO)),
    (NO_UPSCALE, (300, 60), ("image-under-bucket-step", Severity.ERROR)),
    ("resolution = 512", (512, 512), None),
    ("resolution = 512", (512, 513), ("image-not-resolution", Severity.WARNING)),
    (RANDOM, (600, 513), None),
    (RANDOM, (600, 500), ("image-not-resolution", Severity.WARNING)),
]


def test_sizes_are_judged_by_the_dataset_that_the_image_stands_in(tmp_path: Path) -> None:
    config = ""
    for number, (dataset, size, _) in enumerate(SIZES):
        place = tmp_path / str(number)
        place.mkdir()
        Image.new("RGB", size, BIG).save(place / "a.png")
        config += f'[[datasets]]\n{dataset}\n[[datasets.subsets]]\nimage_dir = "{place}"\n'
    (tmp_path / "c.toml").write_text(config)
    findings = finish(image_findings(open_project(tmp_path / "c.toml")))
    said = {path.parent.name: (one.code, one.severity) for one in findings for path in one.files}
    assert said == {str(number): expected for number, (_, _, expected) in enumerate(SIZES) if expected}
    assert sum(len(one.files) for one in findings) == len(said), "an image has one finding about its size"


def test_buckets_are_turned_on_for_the_datasets_whose_images_need_them_and_can_have_them(tmp_path: Path) -> None:
    config = "# mine\n"
    for name, dataset in (("a", "resolution = 512"), ("b", "resolution = 512"), ("c", "resolution = 64")):
        (tmp_path / name).mkdir()
        Image.new("RGB", (512 if name == "b" else 600, 512), BIG).save(tmp_path / name / "x.png")
        config += f'[[datasets]]\n{dataset}\n[[datasets.subsets]]\nimage_dir = "{tmp_path / name}"\n'
    path = tmp_path / "c.toml"
    path.write_text(config)
    project = open_project(path)
    [finding] = finish(image_findings(project))
    assert {file.parent.name for file in finding.files} == {"a", "c"}
    proposal = finish(IMAGE_FIXES["image-not-resolution"](project, finding))
    assert ["min_bucket_reso 256" in reason for _, reason in proposal.left_out] == [True]
    Journal(project.home).apply(proposal.plan)
    assert path.read_text().startswith("# mine")
    assert [one.enable_bucket for one in open_project(path).datasets] == [True, False, False]


def test_an_image_that_metadata_names_and_that_is_absent_is_told_by_the_metadata_check_alone(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "turned.jpg").write_bytes(encoded(gradient(), "JPEG", exif=turned(6)))
    entries = {str(tmp_path / "images" / name): {"caption": "x"} for name in ("turned.jpg", "gone.jpg")}
    (tmp_path / "m.json").write_text(json.dumps(entries))
    (tmp_path / "c.toml").write_text(
        f'[[datasets]]\nresolution = 512\nenable_bucket = true\n[[datasets.subsets]]\nimage_dir = "{tmp_path}/images"\n'
        f'metadata_file = "{tmp_path}/m.json"\n'
    )
    assert {code: names(one) for code, one in found(tmp_path / "c.toml").items()} == {
        "image-exif-rotated": ["turned.jpg"]
    }


def test_a_cancelled_check_ends(tmp_path: Path) -> None:
    root = subset(tmp_path / "d", {})
    with pytest.raises(WorkCancelled):
        finish(image_findings(open_project(root), cancelled=lambda: True))


@pytest.mark.slow
def test_the_check_of_hostile_names_ends_with_findings(tmp_path: Path) -> None:
    data = encoded(gradient(), "JPEG", exif=turned(6))
    hostile = [
        "\x1b[31mred.jpg",
        "a\nb.jpg",
        "‮gpj.jpg",
        "🙂.jpg",
        "-rf.jpg",
        os.fsdecode(b"caf\xe9.jpg"),
        "[b]x.jpg",
    ]
    root = subset(tmp_path / "d", dict.fromkeys(hostile, data))
    assert len(found(root)["image-exif-rotated"].files) == len(hostile)
    before, journal = standing(root), Journal(root / ".sdtui")
    assert journal.apply(proposed(root, "image-exif-rotated").plan).left == ()
    assert "image-exif-rotated" not in found(root)
    for name in hostile:
        with Image.open(root / "5_thing" / name) as image:
            assert image.size == SIZE[::-1]
    journal.undo()
    assert standing(root) == before


@pytest.mark.slow
def test_the_command_line_mends_images_and_keeps_nothing_of_what_was_only_looked_at(sdtui: Cli, tmp_path: Path) -> None:
    root = subset(tmp_path / "d", {"turned.png": hard_files()["turned_png_6.png"]})
    before = standing(root)
    looked = sdtui("check", root, "--fix", "image-exif-rotated", "--dry-run")
    assert "put the new 5_thing/turned.png in its place" in looked.stdout
    assert standing(root) == before
    assert list((root / ".sdtui").rglob("*.png")) == []
    mended = sdtui("check", root, "--fix", "image-exif-rotated", "--yes", "--json")
    assert "image-exif-rotated" not in [one["code"] for one in json.loads(mended.stdout)["findings"]]
    with Image.open(root / "5_thing" / "turned.png") as image:
        assert image.size == SIZE[::-1]
