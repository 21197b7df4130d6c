"""Asks sd-scripts what it reads in prompt files: ``python loaded_prompts.py SD_SCRIPTS FILE...``, where it runs.

Prints a JSON list: for each file what load_prompts gives, or null where it stops.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "trainer" / "data"), sys.argv[1]]
logging.disable(logging.CRITICAL)

from operators import declare_missing_operators  # noqa: E402 -- this script runs where the trainer runs

declare_missing_operators()

from library import train_util  # noqa: E402


def loaded(path: str) -> list[dict[str, Any]] | None:
    try:
        return train_util.load_prompts(path)
    except (Exception, AssertionError):  # whatever it is, the run ends
        return None


print(json.dumps([loaded(path) for path in sys.argv[2:]]))
