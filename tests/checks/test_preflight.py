"""The whole preflight against sd-scripts: what it calls an error stops the trainer, and nothing else does.

``data/verdicts.json`` holds what the trainer made of the datasets of ``cases.py`` (``data/make_verdicts.py``).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.work import WorkCancelled, finish
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.preflight import Report, preflight, report_of
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.images.survey import survey
from sdtui.trainer.cached_sizes import matched_caches, size_in_name
from sdtui.trainer.profiles import parse_settings
from tests.checks.cases import SEED, cases, write
from tests.dataset.making import image
from tests.trainer import real

VERDICTS = json.loads((Path(__file__).parent / "data" / "verdicts.json").read_text("utf-8"))
MAKER = Path(__file__).parent / "data" / "make_verdicts.py"

CODES = {
    "caption file is empty": "caption-empty",
    "UnicodeDecodeError": "caption-undecodable",
    "random_crop is not supported": "mask-random-crop",
    "extra conditioning data": "mask-surplus",
    "missing conditioning data": "mask-none",
    "size of conditioning image is not match": "mask-size",
    "empty separator": "caption-separator-empty",
    "not enough values to unpack": "latents-name metadata-size-form",
    "too many values to unpack": "metadata-size-form",
    'can only concatenate str (not "list")': "metadata-entry",
    "does not support item assignment": "metadata-entry",
}
"""What the trainer says, and the codes of which one tells it."""

DEPENDS = {"image-not-resolution", "latents-size", "latents-other-image", "latents-as-image"}
"""Whether the trainer stops at these depends: on whether latents are cached, on what size was read from a name."""
NO_ERROR = {"nothing-to-train"}
"""Here the trainer does nothing, and ends as if all was well."""


def agree(
    numbers: Iterable[int], root: Path, *, seed: int = SEED, verdicts: Sequence[dict[str, Any]] = VERDICTS
) -> None:
    every = cases(seed)
    said = {verdict["name"]: verdict for verdict in verdicts}
    configs = {number: write(every[number], root / str(number)) for number in numbers}
    projects = {number: open_project(config) for number, config in configs.items()}
    finish(survey([path for project in projects.values() for path in _pictures(project)]))
    for number, project in projects.items():
        report = finish(preflight(project))
        verdict = said[every[number]["name"]]
        assert_told(report, verdict)
        assert_same_images(project, verdict, root / str(number))


def _pictures(project: Project) -> Iterable[Path]:
    for sample in (sample for subset in project.subsets for sample in subset.samples):
        yield sample.path
        if sample.mask_path is not None:
            yield sample.mask_path


def assert_told(report: Report, verdict: dict[str, Any]) -> None:
    codes = {finding.code for finding in report.findings}
    if codes & NO_ERROR:
        assert (verdict["error"], verdict["images"]) == (None, {})
    elif not codes & DEPENDS:
        assert report.ok == (verdict["error"] is None), (verdict, codes)
    if "cannot identify image file" in (verdict["error"] or "") and "_sd.npz" in verdict["error"]:
        assert "latents-as-image" in codes
    for said, told in CODES.items():
        if said in (verdict["error"] or ""):
            errors = {finding.code for finding in report.findings if finding.severity is Severity.ERROR}
            assert errors & set(told.split()), (verdict, codes)


def assert_same_images(project: Project, verdict: dict[str, Any], root: Path) -> None:
    """The captions that are trained, and the sizes that are taken from the names of caches."""
    if "images" not in verdict:
        return
    ours: dict[str, list[Any]] = {}
    for subset in project.subsets:
        if subset.metadata_file is not None:
            ours |= {str(one.path.relative_to(root)): [[one.width, one.height], one.caption] for one in subset.samples}
            continue
        caches = [str(path) for path in subset.image_dir.glob("*_sd.npz")]
        names = matched_caches([str(sample.path) for sample in subset.samples], caches)
        for sample, cache in zip(subset.samples, names, strict=True):
            size = size_in_name(cache) if cache else (sample.width, sample.height)
            caption = sample.caption if sample.caption is not None else subset.class_tokens or ""
            ours[str(sample.path.relative_to(root))] = [list(size), caption]
    theirs = {name: image for name, image in verdict["images"].items() if not name.endswith(".npz")}
    assert {name: image for name, image in ours.items() if name in theirs} == theirs
    assert len(ours) == len(verdict["images"])


@pytest.fixture
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without an underscore: those of the whole path decide about captions that are borrowed, and about caches."""
    return tmp_path_factory.mktemp("verdicts")


def test_a_preflight_agrees_with_the_trainer(root: Path) -> None:
    agree(range(0, 400, 20), root)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, 20))
def test_every_preflight_agrees_with_the_trainer(part: int, root: Path) -> None:
    agree(range(part, 400, 20), root)


@pytest.mark.slow
@real.needs_sd_scripts
def test_other_preflights_agree_with_the_trainer_that_is_installed(tmp_path: Path, root: Path) -> None:
    seed, answers = 2026, tmp_path / "verdicts.json"
    trainer = real.install()
    words = [trainer.python, MAKER, trainer.folder, str(seed), answers]
    subprocess.run(words, check=True, env={**os.environ, **real.environment()})
    agree(range(0, 400, 4), root, seed=seed, verdicts=json.loads(answers.read_text("utf-8")))


def test_the_verdicts_tell_of_every_kind() -> None:
    said = [verdict["error"] for verdict in VERDICTS if verdict["error"]]
    assert all(any(words in error for error in said) for words in CODES)
    assert 100 < sum(verdict["error"] is None for verdict in VERDICTS) < 300


def finding(code: str, severity: Severity, *files: str) -> Finding:
    return Finding(code, severity, f"{code}.", files=tuple(map(Path, files)))


def test_a_report_is_sorted_and_grouped() -> None:
    later = finding("b-warning", Severity.WARNING, "/one")
    report = report_of(
        [
            finding("a-note", Severity.INFO),
            later,
            finding("z-error", Severity.ERROR, "/one", "/two"),
            finding("a-warning", Severity.WARNING),
            later,
            finding("z-error", Severity.ERROR, "/two", "/three"),
        ]
    )
    assert [(group.code, len(group.findings)) for group in report.groups] == [
        ("z-error", 2),
        ("a-warning", 1),
        ("b-warning", 1),
        ("a-note", 1),
    ]
    assert [path.name for path in report.groups[0].files] == ["one", "two", "three"]
    assert (report.ok, report.clean, report.count(Severity.ERROR)) == (False, False, 2)
    assert report_of([finding("a-note", Severity.INFO)]).clean


def test_a_preflight_is_given_up_when_asked(tmp_path: Path) -> None:
    image(tmp_path / "1_dog" / "a.png")
    with pytest.raises(WorkCancelled):
        finish(preflight(open_project(tmp_path), cancelled=lambda: True))


def test_a_run_sets_the_masked_loss_by_itself(tmp_path: Path) -> None:
    image(tmp_path / "dog" / "a.png")
    image(tmp_path / "dog" / "masks" / "a.png", caption=None)
    config = tmp_path / "c.toml"
    config.write_text(
        f'[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dog"\ncaption_extension=".txt"\n'
        f'conditioning_data_dir="{tmp_path}/dog/masks"\n'
    )
    project = open_project(config)
    assert finish(preflight(project)).of("needs-masked-loss")
    assert not finish(preflight(project, parse_settings("rehearsal"))).of("needs-masked-loss")


def test_what_stops_only_a_subset_that_a_run_leaves_out_is_no_error_of_the_run(tmp_path: Path) -> None:
    image(tmp_path / "2_dog" / "a.png")
    image(tmp_path / "2_cat" / "a.png", caption=b"")

    def empty(profile: str | None) -> Finding:
        settings = parse_settings(profile) if profile else None
        (finding,) = finish(preflight(open_project(tmp_path), settings)).of("caption-empty")
        return finding

    assert empty(None).severity is Severity.ERROR
    assert empty("sdxl-lora").severity is Severity.WARNING
    config = tmp_path / "d.toml"
    rows = "".join(f'[[datasets.subsets]]\nimage_dir = "{tmp_path}/2_{name}"\n' for name in ("cat", "dog"))
    config.write_text(f"[[datasets]]\nresolution = 64\ncaption_extension = '.txt'\n{rows}")
    report = finish(preflight(open_project(config), parse_settings("sdxl-lora")))
    assert [one.severity for one in report.of("caption-empty")] == [Severity.ERROR]
