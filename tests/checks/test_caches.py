"""Findings about caches: the trainer looks at names, and at which arrays there are, at nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.work import finish
from sdtui.checks.caches import cache_findings
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.fixes import fix
from sdtui.checks.sized import as_run
from sdtui.dataset.scan import open_project
from sdtui.plans.journal import Journal
from sdtui.trainer.profiles import parse_settings
from tests.checks.cases import npz
from tests.dataset.making import image

LATENTS = {"latents": [4, 64, 64]}
TO_DISK = ("cache_latents_to_disk=true", "cache_text_encoder_outputs_to_disk=true")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        image(tmp_path / "2_dog" / f"{name}.png", 512, 512, "a dog")
    return tmp_path / "2_dog"


def cache(path: Path, arrays: dict[str, Any] | None = None, *, age: float = 0) -> Path:
    """A cache that is ``age`` seconds older than what it was made of."""
    path.write_bytes(npz(arrays if arrays is not None else LATENTS))
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return path


def found(path: Path, *settings: str, profile: str | None = None) -> dict[str, Finding]:
    chosen = parse_settings(profile, settings) if profile else None
    findings = finish(cache_findings(as_run(open_project(path), chosen), chosen))
    return {finding.code: finding for finding in findings}


def names(finding: Finding) -> list[str]:
    return sorted(path.name for path in finding.files)


def test_caches_older_than_what_they_were_made_of(folder: Path) -> None:
    cache(folder / "a_0512x0512_sdxl.npz", age=60)
    cache(folder / "b_0512x0512_sdxl.npz", age=1)  # some file systems count in pairs of seconds
    cache(folder / "b_te_outputs.npz", {"hidden_state1": [77, 768]}, age=60)
    cache(folder / "c_te_outputs.npz", {"hidden_state1": [77, 768]})
    by_code = found(folder)
    assert {code: names(finding) for code, finding in by_code.items()} == {
        "latents-stale": ["a.png"],
        "text-cache-stale": ["b.png"],
    }
    assert all(finding.severity is Severity.WARNING for finding in by_code.values())


def test_only_caches_that_the_run_reads_are_looked_at(folder: Path) -> None:
    cache(folder / "a_0512x0512_sdxl.npz", age=60)
    cache(folder / "b_te_outputs.npz", {"hidden_state1": [77, 768]}, age=60)
    both = {"latents-stale", "text-cache-stale"}
    assert both & set(found(folder, *TO_DISK, "width=512", "height=512", profile="sdxl-lora")) == both
    assert not both & set(found(folder, "cache_latents_to_disk=true", profile="sd15-lora"))
    off = ("cache_latents_to_disk=false", "cache_text_encoder_outputs_to_disk=false")
    assert not both & set(found(folder, *off, profile="sdxl-lora"))
    assert not found(folder, profile="rehearsal")


def test_latents_of_another_resolution_are_found_by_their_shape(folder: Path) -> None:
    cache(folder / "a_0512x0512_sdxl.npz")
    cache(folder / "b_0512x0512_sdxl.npz", {"latents": [4, 128, 128]})
    small = (*TO_DISK, "width=512", "height=512")
    assert names(found(folder, *small, profile="sdxl-lora")["latents-resolution"]) == ["b.png"]
    large = (*TO_DISK, "width=1024", "height=1024", "bucket_no_upscale=false")
    assert names(found(folder, *large, profile="sdxl-lora")["latents-resolution"]) == ["a.png"]
    assert "latents-resolution" not in found(folder)  # nobody knows for which resolution


def test_an_old_cache_without_a_size_is_taken_first(folder: Path) -> None:
    cache(folder / "a.npz", {"latents": [4, 8, 8]})
    cache(folder / "a_0512x0512_sdxl.npz")
    settings = (*TO_DISK, "width=512", "height=512")
    assert names(found(folder, *settings, profile="sdxl-lora")["latents-resolution"]) == ["a.png"]


@pytest.mark.parametrize(("length", "stale"), [("", False), ("150", True), ("225", True)])
def test_text_caches_of_another_length(folder: Path, length: str, stale: bool) -> None:
    cache(folder / "a_te_outputs.npz", {"hidden_state1": [77, 768]})
    by_code = found(folder, *TO_DISK, f"max_token_length={length}", profile="sdxl-lora")
    assert ("text-cache-length" in by_code) == stale


def test_a_cache_of_225_tokens_fits_225_tokens(folder: Path) -> None:
    cache(folder / "a_te_outputs.npz", {"hidden_state1": [227, 768]})
    assert "text-cache-length" not in found(folder, *TO_DISK, "max_token_length=225", profile="sdxl-lora")


@pytest.mark.parametrize("data", [b"", b"no archive", npz(LATENTS)[:200]], ids=["empty", "no archive", "cut off"])
def test_a_cache_that_cannot_be_read_stops_the_trainer(folder: Path, data: bytes) -> None:
    broken = folder / "a_0512x0512_sd.npz"
    broken.write_bytes(data)
    sound = cache(folder / "a_te_outputs.npz", {"hidden_state1": [77, 768]})
    finding = found(folder)["cache-broken"]
    assert (finding.severity, names(finding)) == (Severity.ERROR, ["a.png"])
    project = open_project(folder)
    Journal(project.home).apply(finish(fix(project, finding)).plan)
    assert (broken.exists(), sound.exists()) == (False, True)


def test_the_name_of_a_cache_decides_the_size_also_where_nothing_is_cached(folder: Path) -> None:
    cache(folder / "a_0768x0512_sd.npz")
    cache(folder / "b_old_0640x0512_sd.npz")
    cache(folder / "c_0768x0512_sdxl.npz")
    off = "cache_latents_to_disk=false"
    by_code = found(folder, off, profile="sd15-lora")
    assert (names(by_code["latents-size"]), names(by_code["latents-other-image"])) == (["a.png"], ["b.png"])
    # sdxl_train.py only looks at them where it caches latents.
    assert "latents-size" not in found(folder, off, "cache_latents=false", profile="sdxl-finetune")
    assert names(found(folder, profile="sdxl-finetune")["latents-size"]) == ["c.png"]


INFO = {"caption": "a dog", "resolution": [512, 512]}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"a.png": {**INFO, "caption": "a cat"}}, "image-info-stale"),
        ({"a.png": {**INFO, "resolution": [512, 256]}}, "image-info-stale"),
        ({"a.png": None}, "image-info-stale"),
        ({"gone.png": INFO}, "image-info-broken"),
        ({"a.png": {"caption": "a dog"}}, "image-info-broken"),
    ],
)
def test_what_cache_info_remembers(folder: Path, changed: dict[str, Any], code: str | None) -> None:
    config = folder.parent / "c.toml"
    config.write_text(
        f'[[datasets]]\nresolution=512\n[[datasets.subsets]]\nimage_dir="{folder}"\ncaption_extension=".txt"\n'
        "cache_info=true\n"
    )
    assert found(config) == {}
    said = {**dict.fromkeys(("a.png", "b.png", "c.png"), INFO), **changed}
    file = folder / "metadata_cache.json"
    file.write_text(json.dumps({f"{folder}/{name}": entry for name, entry in said.items() if entry}))
    by_code = found(config)
    assert list(by_code) == ([code] if code else [])
    if code:
        project = open_project(config)
        Journal(project.home).apply(finish(fix(project, by_code[code])).plan)
        assert not file.exists()


def test_hostile_caches_end_with_findings(folder: Path) -> None:
    image(folder / "d.png", 512, 512, "a dog")
    for name in ("_sd.npz", "d_x_sd.npz", "\x1b[31m_0001x0001_sd.npz", "a_99999999999x1_sd.npz"):
        (folder / name).write_bytes(b"")
    (folder / "b_0512x0512_sd.npz").mkdir()
    (folder / "c_0512x0512_sd.npz").symlink_to("nowhere")
    by_code = found(folder)
    assert (by_code["latents-name"].severity, names(by_code["latents-name"])) == (Severity.ERROR, ["d.png"])
    assert names(by_code["cache-broken"]) == ["b.png"]  # a link to nowhere is no cache yet
