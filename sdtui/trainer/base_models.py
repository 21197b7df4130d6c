"""The base models on this machine, to start a training from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sdtui.base.paths import natural_key, typed_path
from sdtui.base.settings import UserSettings
from sdtui.base.there import is_file

MODEL_SUFFIXES = (".safetensors", ".ckpt")
_SMALLEST = 500_000_000
"""Bytes: a base model is larger, a LoRA or a VAE is not."""
_PLACES = (
    "ComfyUI/models/checkpoints",
    "stable-diffusion-webui/models/Stable-diffusion",
    "stable-diffusion-webui-forge/models/Stable-diffusion",
    "sd-models",
    "models",
    "kohya_ss/models",
    "sd-scripts/models",
)
_DEEPEST = 3


def model_folders(settings: UserSettings | None = None) -> tuple[Path, ...]:
    """The folders that base models are looked for in: the settings', ``$SD_MODELS_PATH``, usual ones. All exist."""
    named = [settings.models if settings else None, os.environ.get("SD_MODELS_PATH")]
    folders = [typed_path(text) for text in named if text]
    folders += [Path.home() / place for place in _PLACES]
    return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))


def base_models(settings: UserSettings | None = None) -> tuple[Path, ...]:
    """Every base model in ``model_folders``: large weights files and folders in the format of diffusers."""
    found = {model for folder in model_folders(settings) for model in _models_in(folder, _DEEPEST)}
    return tuple(sorted(found, key=lambda model: (natural_key(model.name), str(model))))


def find_model(text: str, settings: UserSettings | None = None) -> Path | None:
    """The model that a path or a bare file name means, absolute; None where there is none."""
    written = typed_path(text)
    for candidate in (Path.cwd() / written, *(folder / written for folder in model_folders(settings))):
        if is_file(candidate) or is_file(candidate / "model_index.json"):
            return Path(os.path.abspath(candidate))  # noqa: PTH100 -- links stay as they are
    if written.name != text:
        return None
    return next((model for model in base_models(settings) if model.name == text), None)


def _models_in(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        path = Path(entry.path)
        try:
            if entry.is_dir():
                if (path / "model_index.json").is_file():
                    yield path
                elif depth > 1 and not entry.name.startswith("."):
                    yield from _models_in(path, depth - 1)
            elif path.suffix.lower() in MODEL_SUFFIXES and entry.stat().st_size >= _SMALLEST:
                yield path
        except OSError:
            continue  # a broken link
