"""The model that a run starts from, and the other files that it reads: there, whole, and of the right kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sdtui.base.paths import typed_path
from sdtui.base.settings import UserSettings
from sdtui.base.there import is_file, is_folder, is_there
from sdtui.checks.finding import Finding, Severity
from sdtui.trainer.base_models import find_model
from sdtui.trainer.model_kind import NAMES, extra_channels, folder_kind, kind_of, trained_kinds
from sdtui.trainer.profiles import Settings
from sdtui.trainer.weights_file import Tensor, read_weights

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_FILES = (
    *("vae", "network_weights", "base_weights", "resume", "weights"),
    *("clip_l", "clip_g", "t5xxl", "ae", "gemma2", "qwen3", "text_encoder", "byt5"),
)
_PARTS: Mapping[str, tuple[str, ...]] = {
    "flux_": ("clip_l", "t5xxl", "ae"),
    "lumina_": ("gemma2", "ae"),
    "hunyuan_image_": ("text_encoder", "byt5", "vae"),
    "anima_": ("qwen3", "vae"),
}
"""Beginnings of scripts, and what each loads beside the base model (load_target_model, or train)."""
_SCRIPTS = {
    "sd1": "train_network.py",
    "sd2": "train_network.py with v2=true",
    "sdxl": "sdxl_train_network.py",
    "flux": "flux_train_network.py",
    "sd3": "sd3_train_network.py",
}
_KEY = "pretrained_model_name_or_path"


def model_of(settings: Settings, user: UserSettings | None = None) -> Path | None:
    """The base model on this machine, None where none is chosen or it is not here."""
    text = settings.text(_KEY)
    return find_model(text, user) if text else None


def base_model_findings(settings: Settings, user: UserSettings | None = None) -> Iterator[Finding]:
    """The findings about the base model and the other weights that ``settings`` name."""
    text = settings.text(_KEY)
    model = model_of(settings, user)
    if model is not None:
        yield from _of_model(model, settings)
    elif not text:
        fix = f"Set {_KEY}."
        yield Finding("missing-base-model", Severity.ERROR, "No base model is chosen.", fix=fix)
    elif _is_repository(text):
        message = f"{text} is no file here, so the trainer will look for it on Hugging Face."
        yield Finding("base-model-from-hub", Severity.INFO, message)
    else:
        why = "The trainer stops when it loads the model."
        message = f"There is no {text} on this machine."
        yield Finding("missing-base-model", Severity.ERROR, message, files=(Path(text),), why=why)
    yield from _parts(settings)
    yield from _others(settings)


def weights_of(model: Path) -> Mapping[str, Tensor]:
    """The arrays of a base model, those of a folder of diffusers taken together; empty where they are not known."""
    if is_folder(model):
        parts = [*model.glob("unet/*.safetensors"), *model.glob("text_encoder*/*.safetensors")]
        whole = [part for part in parts if ".fp16." not in part.name] or parts
        return {f"{part.parent.name}.{name}": one for part in whole for name, one in read_weights(part).tensors.items()}
    return read_weights(model).tensors if model.suffix.lower() == ".safetensors" else {}


def _is_repository(text: str) -> bool:
    return bool(_REPOSITORY.fullmatch(text)) and Path(text).suffix.lower() not in (".safetensors", ".ckpt")


def _of_model(model: Path, settings: Settings) -> Iterator[Finding]:
    if is_folder(model):
        yield from _of_kind(model, folder_kind(model), settings)
    elif model.suffix.lower() == ".safetensors":
        weights = read_weights(model)
        if weights.problem is not None:
            message = f"{model.name} {weights.problem}."
            why = "The trainer stops when it loads the model."
            fix = "Download it again."
            yield Finding("base-model-unreadable", Severity.ERROR, message, model, files=(model,), why=why, fix=fix)
        yield from _of_kind(model, kind_of(weights.tensors), settings)
        yield from _inpainting(model, weights.tensors, settings)


def _of_kind(model: Path, kind: str | None, settings: Settings) -> Iterator[Finding]:
    trained = trained_kinds(settings.script)
    if kind is None or not trained:
        return
    if kind not in trained:
        message = f"{model.name} is {NAMES[kind]}, which {settings.script} does not train."
        other = _SCRIPTS.get(kind)
        fix = f"Choose another model, or a script for this one such as {other}." if other else "Choose another model."
        why = "The trainer stops when it loads the model, or trains something that is none."
        yield Finding("base-model-kind", Severity.ERROR, message, model, files=(model,), why=why, fix=fix)
    elif (kind == "sd2") != bool(settings["v2"]) and is_file(model):
        message = f"{model.name} is {NAMES[kind]}, and v2 is {'on' if settings['v2'] else 'off'}."
        why = "The trainer stops when it loads the model: its arrays have other shapes."
        fix = f"Set v2={'true' if kind == 'sd2' else 'false'}."
        yield Finding("base-model-v2", Severity.ERROR, message, model, files=(model,), why=why, fix=fix)


def _inpainting(model: Path, tensors: Mapping[str, Tensor], settings: Settings) -> Iterator[Finding]:
    channels = extra_channels(tensors)
    if channels is not None and trained_kinds(settings.script):
        message = f"{model.name} is made for inpainting: its first layer takes {channels} channels instead of 4."
        why = "sd-scripts makes its own U-Net with 4 channels, which the weights do not fit."
        fix = "Choose the plain model that it was made from."
        yield Finding("base-model-inpainting", Severity.ERROR, message, model, files=(model,), why=why, fix=fix)


def _parts(settings: Settings) -> Iterator[Finding]:
    """What a large model consists of is loaded from files of its own, and none of them may be left out."""
    needed = next((parts for start, parts in _PARTS.items() if settings.script.startswith(start)), ())
    chroma = settings.text("model_type") == "chroma"  # it has no CLIP-L
    left_out = [key for key in needed if not settings.text(key) and not (chroma and key == "clip_l")]
    if left_out:
        yield Finding(
            "model-part-unset",
            Severity.ERROR,
            f"{settings.script} loads {', '.join(left_out)} too, and nothing is set for it.",
            why="The trainer stops when it loads the model.",
            fix=f"Set {' and '.join(left_out)} to a file.",
        )


def _others(settings: Settings) -> Iterator[Finding]:
    for key in _FILES:
        value = settings.given.get(key)
        for text in value if isinstance(value, tuple) else (value,):
            if not isinstance(text, str) or not text or (key == "vae" and _is_repository(text)):
                continue
            path = Path.cwd() / typed_path(text)
            if is_there(path) or (key == "resume" and settings["resume_from_huggingface"]):
                continue
            message = f"There is no {text} on this machine, which {key} names."
            why = "The trainer stops when it loads it."
            yield Finding("missing-weights", Severity.ERROR, message, files=(path,), why=why, fix="Check the path.")
