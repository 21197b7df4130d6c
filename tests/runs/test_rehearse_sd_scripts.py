"""Rehearsals with the real sd-scripts, where ``SD_SCRIPTS`` names a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.work import finish
from sdtui.dataset.scan import scan
from sdtui.runs.rehearsing.real_rehearsal import rehearse
from sdtui.runs.rehearsing.rehearsed import Rehearsed, log_of
from sdtui.trainer.profiles import parse_settings
from tests.rehearsal.trainer import base_model
from tests.trainer import real

pytestmark = [pytest.mark.slow, real.needs_sd_scripts]

SMALL = ("width=256", "height=256", "min_bucket_reso=64", "mixed_precision=no", "save_precision=")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "cats" / "2_cat"
    images.mkdir(parents=True)
    for number in range(4):
        Image.new("RGB", (300 + 20 * number, 280), (number * 60, 0, 0)).save(images / f"{number}.png")
        (images / f"{number}.txt").write_text(f"a cat, number {number}")
    return images.parent


def rehearsed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, *texts: str) -> Rehearsed:
    for name, value in real.environment().items():
        monkeypatch.setenv(name, value)
    model = base_model(tmp_path / "models")
    settings = parse_settings(profile, (f"pretrained_model_name_or_path={model}", *texts))
    return finish(rehearse(finish(scan(folder)), settings, real.install()))


def said(folder: Path, profile: str) -> str:
    return log_of(folder / ".sdtui", profile).read_text("utf-8", errors="replace")


def test_a_lora_passes_and_writes_nothing_beside_the_images(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    found = rehearsed(folder, tmp_path, monkeypatch, "sd15-lora", *SMALL, "cache_latents_to_disk=true", "network_dim=4")
    assert found.passed, (found.sentence, said(folder, "sd15-lora"))
    assert (found.steps, found.images, found.images_read) == (2, 4, 4)
    after = {
        path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and ".sdtui" not in path.parts
    }
    assert after == before
    assert not (folder / "model").exists()


def test_a_full_fine_tune_of_sdxl_passes_with_every_caption_encoded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = ("width=256", "height=256", "min_bucket_reso=64", "train_batch_size=2")
    found = rehearsed(folder, tmp_path, monkeypatch, "sdxl-finetune", *small)
    assert found.passed, (found.sentence, said(folder, "sdxl-finetune"))
    assert (found.images_read, found.captions_encoded) == (4, 4)


def test_an_image_that_only_decoding_shows_to_be_broken_is_found(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = folder / "2_cat" / "3.png"
    data = bytearray(image.read_bytes())
    middle = data.index(b"IDAT") + 20
    data[middle : middle + 8] = b"\xff" * 8
    image.write_bytes(data)
    found = rehearsed(folder, tmp_path, monkeypatch, "sd15-lora", *SMALL, "network_dim=4")
    assert not found.passed and found.set_up, found
    assert str(image) in (found.sentence or "")
