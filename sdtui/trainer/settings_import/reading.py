"""Which program wrote a file of settings, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sdtui.base.errors import SyntaxProblem, UsageError
from sdtui.base.files import read_bytes
from sdtui.trainer.dataset_config import parse
from sdtui.trainer.settings_import.found import Found
from sdtui.trainer.settings_import.kohya_gui import is_kohya_gui, read_kohya_gui
from sdtui.trainer.settings_import.lora_easy import is_lora_easy, read_lora_easy
from sdtui.trainer.settings_import.sd_scripts import read_config_file

_BOM = b"\xef\xbb\xbf"


def read_settings(path: Path) -> Found:
    """What the file at ``path`` says. Raises UnreadableError, SyntaxProblem, UsageError for what is no settings."""
    data = read_bytes(path)
    if path.suffix.lower() == ".json":
        return _json(path, data)
    if path.suffix.lower() != ".toml":
        raise UsageError("Settings are read from .toml and .json files", path=path)
    values: dict[str, Any] = parse(path, data.removeprefix(_BOM))
    if "datasets" in values:
        raise UsageError("This is a dataset config, not settings", path=path, remedy="Open it: sdtui open FILE.")
    found = read_lora_easy(values) if is_lora_easy(values) else read_config_file(values)
    return _with_something(found, path)


def _json(path: Path, data: bytes) -> Found:
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SyntaxProblem(f"This is no JSON ({error})", path=path) from error
    if isinstance(values, dict) and is_kohya_gui(values):
        return _with_something(read_kohya_gui(values), path)
    raise UsageError(
        "These are no settings of kohya_ss' GUI", path=path, remedy="Save them in its LoRA tab, or give a .toml file."
    )


def _with_something(found: Found, path: Path) -> Found:
    if not any(value is not None for value in found.arguments.values()):
        raise UsageError("There is no setting in this file", path=path)
    return found
