"""Which image goes to which bucket and what is cut from it, as sd-scripts itself does it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import toml

from sdtui.base.work import finish
from sdtui.dataset.bucket_preview import NO_BUCKETS, DatasetBuckets, bucket_preview
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project, scan
from sdtui.trainer.buckets import BucketRules, Buckets
from sdtui.trainer.crop import crop_of
from sdtui.trainer.dataset_arguments import read_arguments
from tests.dataset.making import image
from tests.trainer.golden import load, make_files

CASES = list(zip(load("training_steps.json"), load("bucket_images.json"), strict=True))
PARTS = 8


def rows(dataset: DatasetBuckets) -> list[list[Any]]:
    """As the trainer's answers are written down."""
    found = []
    for each in dataset.images:
        crop = each.crop
        assert crop is not None and each.placement.bucket is not None
        assert (crop.width, crop.height) == each.placement.bucket
        found.append(
            [each.sample.name, each.entries, *each.placement.bucket, *crop.resized, crop.left, crop.top],
        )
    return sorted(found)


def project_of(case: dict[str, Any], folder: Path) -> Project:
    make_files(folder, case["files"])
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(toml.dumps(case["config"]), "utf-8")
    return finish(scan(Path("config.toml"), command_line=read_arguments(case["words"]).config))


@pytest.mark.parametrize("part", [0, 1, *(pytest.param(part, marks=pytest.mark.slow) for part in range(2, PARTS))])
def test_every_image_is_placed_and_cut_as_the_trainer_does(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0
    for number, (case, expected) in list(enumerate(CASES))[part::PARTS]:
        (tmp_path / str(number)).mkdir()
        monkeypatch.chdir(tmp_path / str(number))
        project = project_of(case, Path.cwd())
        preview = bucket_preview(project)
        for ours, theirs in zip(preview.datasets, expected, strict=True):
            wanted = sorted([PurePosixPath(row[0]).name, *row[1:]] for row in theirs["images"])
            if ours.options.validation_split and ours.options.validation_seed is None:
                assert len(rows(ours)) == len(wanted), number
            else:
                assert rows(ours) == wanted, number
                compared += len(wanted)
    assert compared > 100


@pytest.mark.parametrize("case", load("crops.json"), ids=lambda case: "x".join(map(str, case["size"])))
def test_the_rectangle_in_the_picture_is_what_the_trainer_keeps_of_it(case: dict[str, Any]) -> None:
    width, height = case["size"]
    rules = BucketRules(
        tuple(case["resolution"]), True, case["no_upscale"], case["steps"], case["minimum"], case["maximum"]
    )
    placed = Buckets(rules).place(width, height)
    assert placed.bucket is not None and placed.resized is not None
    box = crop_of(placed.bucket, placed.resized).box((width, height))
    for axis in (0, 1):
        half = (width, height)[axis] / placed.resized[axis] / 2  # what the trainer says is the middle of a pixel
        first, last = case["ends"][axis]
        assert box[axis] == pytest.approx(first + 0.5 - half, abs=0.51)
        assert box[axis + 2] == pytest.approx(last + 0.5 + half, abs=0.51)


def config(folder: Path, dataset: str, subset: str = "") -> Project:
    path = folder / "dataset.toml"
    path.write_text(f"[[datasets]]\n{dataset}\n[[datasets.subsets]]\nimage_dir = '{folder}/a'\n{subset}\n")
    return open_project(path)


def test_batches_that_are_not_full_are_counted_by_bucket(tmp_path: Path) -> None:
    for number in range(5):
        image(tmp_path / "a" / f"square_{number}.png", 512, 512)
    image(tmp_path / "a" / "wide.png", 640, 384)
    project = config(tmp_path, "resolution = 512\nenable_bucket = true\nbatch_size = 4", "num_repeats = 3")
    (dataset,) = bucket_preview(project).datasets
    found = {bucket.size: (bucket.entries, bucket.batches, bucket.short_batch) for bucket in dataset.buckets}
    assert found == {(512, 512): (15, 4, 3), (640, 384): (3, 1, 3)}
    assert dataset.batches == 5
    (other,) = bucket_preview(project, 3).datasets
    assert [bucket.short_batch for bucket in other.buckets] == [0, 0]


def test_what_is_enlarged_small_or_short_is_said(tmp_path: Path) -> None:
    image(tmp_path / "a" / "large.png", 2000, 1000)
    image(tmp_path / "a" / "small.png", 300, 300)
    image(tmp_path / "a" / "thin.png", 1800, 40)
    (dataset,) = bucket_preview(config(tmp_path, "resolution = 512\nenable_bucket = true")).datasets
    found = {each.sample.name: (each.enlarged, each.under_resolution, each.short_side) for each in dataset.images}
    assert found == {
        "large.png": (False, False, False),
        "small.png": (True, True, False),
        "thin.png": (True, True, True),
    }
    (thin,) = [each for each in dataset.images if each.short_side]
    assert thin.cut > 0.9


def test_images_that_no_bucket_takes_stand_apart(tmp_path: Path) -> None:
    image(tmp_path / "a" / "fine.png", 512, 512)
    image(tmp_path / "a" / "thin.png", 1800, 40)
    rules = "resolution = 512\nenable_bucket = true\nbucket_no_upscale = true"
    (dataset,) = bucket_preview(config(tmp_path, rules)).datasets
    assert [each.sample.name for each in dataset.unplaced] == ["thin.png"]
    assert "too small for the bucket step" in (dataset.unplaced[0].stops or "")
    assert dataset.unplaced[0].crop is None


def test_without_buckets_other_sizes_stop_a_run_that_caches_no_latents(tmp_path: Path) -> None:
    image(tmp_path / "a" / "exact.png", 512, 512)
    image(tmp_path / "a" / "larger.png", 600, 700)
    (dataset,) = bucket_preview(config(tmp_path, "resolution = 512")).datasets
    assert {each.sample.name: each.stops for each in dataset.images} == {"exact.png": None, "larger.png": NO_BUCKETS}
    (cut,) = bucket_preview(config(tmp_path, "resolution = 512", "random_crop = true")).datasets
    larger = next(each for each in cut.images if each.sample.name == "larger.png")
    assert (larger.random, larger.stops, larger.scale) == (True, None, 1.0)
    assert larger.box == (44.0, 94.0, 556.0, 606.0)


def test_refused_rules_are_a_sentence_and_no_crash(tmp_path: Path) -> None:
    image(tmp_path / "a" / "fine.png", 512, 512)
    (dataset,) = bucket_preview(config(tmp_path, "resolution = 128\nenable_bucket = true")).datasets
    assert dataset.refused is not None and "min_bucket_reso" in dataset.refused
    assert dataset.images == ()


def test_regularization_that_is_not_needed_is_counted_apart(tmp_path: Path) -> None:
    image(tmp_path / "a" / "fine.png", 512, 512)
    for number in range(4):
        image(tmp_path / "reg" / f"{number}.png", 512, 512)
    more = f"[[datasets.subsets]]\nimage_dir = '{tmp_path}/reg'\nis_reg = true"
    (dataset,) = bucket_preview(config(tmp_path, "resolution = 512\nenable_bucket = true", more)).datasets
    assert len(dataset.images) == 2
    assert dataset.unused == 3
