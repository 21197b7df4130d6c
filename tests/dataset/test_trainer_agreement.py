"""Whole configs, scanned by us and loaded by sd-scripts: the same captions, entries, buckets and batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import toml

from sdtui.base.errors import SdtuiError
from sdtui.dataset.epoch import Epoch, epoch_of
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.scan import open_project
from sdtui.dataset.trained import trained
from tests.trainer.golden import load, make_files

CASES = load("datasets.json")


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project | SdtuiError:
    make_files(tmp_path, request.param["files"])
    (tmp_path / "config.toml").write_text(toml.dumps(request.param["config"]), "utf-8")
    monkeypatch.chdir(tmp_path)
    try:
        return open_project(Path("config.toml"))
    except SdtuiError as error:
        return error


def with_case(wanted: bool) -> pytest.MarkDecorator:
    cases = [(case, case) for case in CASES if ("error" in case["expect"]) == wanted]
    return pytest.mark.parametrize(("opened", "case"), cases, indirect=["opened"])


@with_case(False)
def test_what_the_trainer_loads_is_what_we_show(opened: Project | SdtuiError, case: dict[str, Any]) -> None:
    assert isinstance(opened, Project), opened
    epoch = epoch_of(opened)
    for number, expected in enumerate(case["expect"]["datasets"]):
        subsets = [subset for subset in opened.subsets if subset.dataset == number]
        assert [_row(subset, epoch) for subset in subsets] == [_expected_row(row) for row in expected["subsets"]]
        made = epoch.datasets[number]
        assert made.batch_size == expected["batch_size"]
        assert made.batches == expected["batches"]
        assert [[*size, count] for size, count in made.buckets.items()] == expected["buckets"]
        captions = {key: text for subset in subsets for key, text in _captions(subset)}
        assert {key: captions.get(str(Path(key))) for key in expected["captions"]} == expected["captions"]
    assert epoch.batches == case["expect"]["batches"]


@with_case(True)
def test_what_stops_the_trainer_is_said(opened: Project | SdtuiError, case: dict[str, Any]) -> None:
    if isinstance(opened, SdtuiError):
        assert opened.sentence()
        return
    epoch = epoch_of(opened)
    said = [
        *(sample.problem for subset in opened.subsets for sample in subset.samples if sample.problem),
        *(entry.reason for entry in opened.ignored if "stops at this" in entry.reason or "refuses" in entry.reason),
        *(note for note in opened.notes if "refuses" in note),
        *(dataset.refused for dataset in epoch.datasets if dataset.refused),
        *(path for dataset in epoch.datasets for path in dataset.unplaced),
    ]
    assert said, case["expect"]


def _row(subset: Subset, epoch: Epoch) -> tuple[object, ...]:
    part = next(part for part in epoch.subsets if part.name == subset.name)
    return subset.num_repeats, subset.is_reg, subset.class_tokens, part.images, part.entries


def _expected_row(row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(row[key] for key in ("num_repeats", "is_reg", "class_tokens", "images", "entries"))


def _captions(subset: Subset) -> list[tuple[str, str]]:
    """By the path that the config makes of each image, as the trainer would say it."""
    folder = Path(subset.options["image_dir"])
    keys = subset.keys or tuple(str(folder / sample.name) for sample in subset.samples)
    return [(key, _text(sample, subset)) for key, sample in zip(keys, subset.samples, strict=True)]


def _text(sample: Sample, subset: Subset) -> str:
    """The caption before any rule changes it; the editor, which holds the whole file, comes to the same."""
    (read,) = trained(subset, sample, cached_text_encoder=True).texts
    if sample.caption_read_from is not None and subset.metadata_file is None:
        typed = sample.caption_read_from.read_text("utf-8")
        assert trained(subset, sample, typed, cached_text_encoder=True).texts == (read,)
    return read.text
