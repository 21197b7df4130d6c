"""Shares, steps and buckets of a project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sdtui.dataset.epoch import epoch_of, placement
from sdtui.dataset.project import DatasetOptions, Project
from sdtui.dataset.scan import open_project
from sdtui.dataset.totals import totals_of
from tests.dataset.making import image, sample


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for index in range(4):
        image(tmp_path / "images" / "3_cat" / f"{index}.png", 512, 512)
    for index in range(2):
        image(tmp_path / "images" / "1_dog" / f"{index}.png", 512, 1024, caption=None)
    for index in range(5):
        image(tmp_path / "regularization" / "1_animal" / f"{index}.png", 512, 512)
    return open_project(tmp_path)


def test_regularization_is_repeated_until_it_equals_the_rest(project: Project) -> None:
    epoch = epoch_of(project)
    assert {part.name: part.entries for part in epoch.subsets} == {"3_cat": 12, "1_dog": 2, "1_animal": 14}
    assert (epoch.train_entries, epoch.reg_entries, epoch.entries) == (14, 14, 28)
    assert sum(part.share for part in epoch.subsets) == pytest.approx(1)


def test_each_bucket_rounds_up_its_batches(project: Project) -> None:
    epoch = epoch_of(project, 4, resolution=(512, 512))
    assert epoch.datasets[0].buckets == {(320, 704): 2, (512, 512): 26}
    assert epoch.batches == sum(-(-count // 4) for count in epoch.datasets[0].buckets.values())
    assert epoch.steps(accumulation=3) == -(-epoch.batches // 3)
    assert epoch.assumed is None
    assert epoch_of(project).assumed == 512, "small pictures: what an exported config would say"


def test_surplus_regularization_is_counted_as_unused(tmp_path: Path) -> None:
    image(tmp_path / "images" / "2_cat" / "a.png")
    for index in range(5):
        image(tmp_path / "regularization" / "1_animal" / f"{index}.png")
    epoch = epoch_of(open_project(tmp_path))
    assert (epoch.reg_entries, epoch.reg_unused) == (2, 3)
    assert [part.images for part in epoch.subsets] == [1, 2]


def test_options_that_the_trainer_refuses_are_said(project: Project) -> None:
    refused = replace(project, datasets=(DatasetOptions((512, 512), enable_bucket=True, min_bucket_reso=768),))
    (dataset,) = epoch_of(refused).datasets
    assert "min_bucket_reso" in str(dataset.refused)
    assert dataset.batches == 0


def test_what_fits_no_bucket_is_named(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / "sliver.png", 4000, 20)
    image(tmp_path / "1_x" / "good.png", 512, 512)
    project = open_project(tmp_path)
    options = DatasetOptions((512, 512), enable_bucket=True, bucket_no_upscale=True)
    (dataset,) = epoch_of(replace(project, datasets=(options,))).datasets
    assert [path.name for path in dataset.unplaced] == ["sliver.png"]


def test_the_bucket_of_one_image(project: Project) -> None:
    found = placement(project, sample(replace(project, subsets=project.subsets[:1]), "0.png"), resolution=(512, 512))
    assert found.bucket is not None
    assert found.bucket[0] < found.bucket[1], "the first subset's images are upright"


def test_a_project_that_is_still_being_scanned_has_an_epoch(project: Project) -> None:
    half = replace(project, datasets=(), subsets=project.subsets[:1])
    assert epoch_of(half).entries == epoch_of(half).subsets[0].entries > 0
    assert epoch_of(replace(project, datasets=(), subsets=())).entries == 0


def test_repeats_beyond_all_sense_are_counted(project: Project) -> None:
    huge = tuple(replace(subset, num_repeats=10**200) for subset in project.subsets)
    assert epoch_of(replace(project, subsets=huge), 3).batches > 10**200


def test_totals_add_up(project: Project) -> None:
    totals = totals_of(project)
    assert (totals.subsets, totals.images, totals.reg_images, totals.entries_per_epoch) == (3, 6, 5, 28)
    assert (totals.without_text, totals.problems, totals.over_75) == (0, 0, 0)
