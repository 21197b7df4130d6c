"""``--config_file`` of sd-scripts: arguments by name, in sections that mean nothing."""

from __future__ import annotations

from typing import Any

from sdtui.trainer.settings_import.found import Found


def read_config_file(data: dict[str, Any]) -> Found:
    """Flattened as library/train_util.py, read_config_from_file, does it: one level, the later one wins."""
    found = Found("sd-scripts --config_file")
    for name, value in data.items():
        for key, inner in value.items() if isinstance(value, dict) else ((name, value),):
            if isinstance(inner, dict):
                found.leave(f"{name}.{key}", inner, "The trainer reads sections of one level only.")
            else:
                found.arguments[key] = None if inner == "" else inner
    return found
