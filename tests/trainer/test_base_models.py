"""Base models to choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.settings import UserSettings
from sdtui.trainer.base_models import base_models, find_model, model_folders


def make_model(path: Path, size: int = 600_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_large_weights_and_diffusers_folders_count_and_small_files_do_not(tmp_path: Path) -> None:
    big = make_model(tmp_path / "sdxl" / "base10.safetensors")
    small = make_model(tmp_path / "base9.ckpt")
    make_model(tmp_path / "lora.safetensors", 1000)
    make_model(tmp_path / "notes.txt")
    diffusers = tmp_path / "tiny"
    diffusers.mkdir()
    (diffusers / "model_index.json").touch()
    (tmp_path / "broken.safetensors").symlink_to(tmp_path / "nowhere")
    assert base_models(UserSettings(models=str(tmp_path))) == (small, big, diffusers)


def test_folders_come_from_settings_the_variable_and_usual_places(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = own_home / "ComfyUI" / "models" / "checkpoints"
    for folder in (tmp_path / "set", tmp_path / "named", usual):
        folder.mkdir(parents=True)
    monkeypatch.setenv("SD_MODELS_PATH", str(tmp_path / "named"))
    assert model_folders(UserSettings(models=str(tmp_path / "set"))) == (tmp_path / "set", tmp_path / "named", usual)


def test_a_model_is_found_by_path_and_by_its_name_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model(tmp_path / "models" / "xl" / "base.safetensors")
    settings = UserSettings(models=str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    for text in (str(model), "models/xl/base.safetensors", "xl/base.safetensors", "base.safetensors"):
        assert find_model(text, settings) == model
    assert find_model("other.safetensors", settings) is None
    assert find_model("no/base.safetensors", settings) is None
