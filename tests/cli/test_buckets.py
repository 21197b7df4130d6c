"""``sdtui buckets``: where each image goes, what is cut of it, and which batches are not full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.dataset.making import image


@pytest.fixture
def config(tmp_path: Path) -> Path:
    image(tmp_path / "3_x" / "square.png", 1024, 1024)
    image(tmp_path / "3_x" / "wide\x1b[31m.png", 1000, 200)
    image(tmp_path / "3_x" / "small.png", 100, 100)
    path = tmp_path / "dataset.toml"
    path.write_text(
        "[[datasets]]\nresolution = 512\nenable_bucket = true\nbatch_size = 2\n"
        f"[[datasets.subsets]]\nimage_dir = '{tmp_path}/3_x'\nnum_repeats = 3\n"
    )
    return path


def test_the_document_has_every_image_with_its_crop(sdtui: Cli, config: Path) -> None:
    result = sdtui("buckets", config, "--json")
    assert result.returncode == 0, result.stderr
    (dataset,) = json.loads(result.stdout)["datasets"]
    square, wide = dataset["buckets"]
    assert (square["resolution"], square["count"], square["batches"], square["short_batch"]) == ([512, 512], 6, 3, 0)
    assert (wide["resolution"], wide["count"], wide["batches"], wide["short_batch"]) == ([1024, 256], 3, 2, 1)
    (cut,) = wide["images"]
    assert (cut["size"], cut["scaled_to"], cut["crop"]) == ([1000, 200], [1280, 256], [100.0, 0.0, 900.0, 200.0])
    assert (cut["cut"], cut["enlarged"], cut["under_resolution"]) == (0.2, True, True)


def test_people_are_told_what_is_cut_enlarged_and_short(sdtui: Cli, config: Path) -> None:
    said = sdtui("buckets", config, "--images").stdout
    assert "3 entries in 2 batches, the last of 1" in said
    assert "scaled to 128%, 20.0% cut off" in said
    assert "2 images enlarged" in said
    assert "1 image cut by 10% or more" in said
    assert "1 batch not full" in said
    assert "\x1b" not in said


def test_a_folder_is_shown_as_it_would_be_exported(sdtui: Cli, config: Path) -> None:
    said = sdtui("buckets", config.parent, "--resolution", "256", "--batch-size", "9").stdout
    assert said.startswith("dataset 1 · 256×256 · batch 9 · 3 images")


def test_what_the_trainer_refuses_is_said(sdtui: Cli, config: Path) -> None:
    config.write_text(config.read_text().replace("enable_bucket = true", "enable_bucket = false"))
    result = sdtui("buckets", config)
    assert "unless its latents are cached. So it is with 2 other images." in result.stderr
    config.write_text(
        config.read_text().replace("enable_bucket = false", "enable_bucket = true\nmin_bucket_reso = 640")
    )
    assert "min_bucket_reso 640 is larger" in sdtui("buckets", config).stderr
