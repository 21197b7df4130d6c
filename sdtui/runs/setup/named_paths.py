"""Paths that settings name, as the trainer needs them: it starts in another folder, so that each must be absolute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from sdtui.base.errors import UsageError
from sdtui.base.paths import typed_path
from sdtui.base.settings import UserSettings
from sdtui.base.there import is_there
from sdtui.trainer.base_models import base_models, find_model
from sdtui.trainer.profiles import Settings

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
"""A name on Hugging Face."""
_BASE_MODEL = "pretrained_model_name_or_path"
_PATHS = (
    *("vae", "resume", "network_weights", "tokenizer_cache_dir", "log_tracker_config", "base_weights"),
    "accelerate_config",
)
_MUST_EXIST = ("vae", "resume", "network_weights", "base_weights", "accelerate_config")


def with_paths(settings: Settings, user: UserSettings) -> tuple[Settings, tuple[str, ...]]:
    """The settings with the base model found and every path absolute, and sentences about what is left to the trainer.

    Raises UsageError for a path that must be there and is not, and for no base model.
    """
    for key in _PATHS:
        value = settings.given.get(key)
        if isinstance(value, str) and value:
            settings = settings.with_value(key, _found(key, value, settings))
        elif isinstance(value, tuple):
            settings = settings.with_value(key, tuple(_found(key, one, settings) for one in value))
    if settings.profile.field(_BASE_MODEL) is None:
        return settings, ()
    model, notes = _base_model(settings.text(_BASE_MODEL), user)
    return settings.with_text(_BASE_MODEL, model), notes


def paths_that_are_there(settings: Settings) -> Iterator[Path]:
    """Those that a run with ``settings`` reads: the others are not here, or not yet."""
    for key in (_BASE_MODEL, *_PATHS):
        value = settings[key]
        if isinstance(value, str) and value and is_there(Path(value)):
            yield Path(value)


def folders_written_to(settings: Settings, base: Path) -> tuple[Path, Path]:
    """Where checkpoints and logs go: where the settings say, else to ``model`` and ``log`` in ``base``."""
    checkpoints, logs = _absolute(settings.text("output_dir")), _absolute(settings.text("logging_dir"))
    return checkpoints or base / "model", logs or base / "log"


def _absolute(text: str) -> Path | None:
    return Path.cwd() / typed_path(text) if text else None


def _found(key: str, text: str, settings: Settings) -> str:
    """A path that was given, absolute; as it is where the trainer may find or make it elsewhere."""
    path = Path.cwd() / typed_path(text)
    if is_there(path):
        return str(path)
    on_hub = _REPOSITORY.fullmatch(text) if key == "vae" else key == "resume" and settings["resume_from_huggingface"]
    if key in _MUST_EXIST and not on_hub:
        raise UsageError(f"What {key} names does not exist", path=path, remedy="Check the path.")
    return text


def _base_model(text: str, user: UserSettings) -> tuple[str, tuple[str, ...]]:
    """Where the model called ``text`` is, and what is to be said of that."""
    if not text:
        raise UsageError("No base model is chosen", remedy=f"Set {_BASE_MODEL}.{_listed(base_models(user))}")
    if model := find_model(text, user):
        return str(model), ()
    if _REPOSITORY.fullmatch(text) and Path(text).suffix.lower() not in (".safetensors", ".ckpt"):
        return text, (f"{text} is no file here, so the trainer will look for it on Hugging Face.",)
    models = {model.name: model for model in base_models(user)}
    near = get_close_matches(Path(text).name, models, n=3, cutoff=0.4)
    raise UsageError("There is no such base model", path=text, remedy=_listed([models[name] for name in near]).strip())


def _listed(models: Sequence[Path]) -> str:
    if not models:
        return ""
    more = f" and {len(models) - 5} more" if len(models) > 5 else ""
    return f" Found: {', '.join(map(str, models[:5]))}{more}."
