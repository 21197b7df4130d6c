"""The real sd-scripts, where ``SD_SCRIPTS`` names a checkout, for the tests that ask it."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import pytest

from sdtui.trainer.location import MARK, TrainerInstall, describe

CHECKOUT = os.environ.get("SD_SCRIPTS", "")
"""Read before any test has a home and variables of its own."""

_ODDITIES = Path(__file__).parent / "data" / "oddities"


def _reason() -> str | None:
    if not CHECKOUT:
        return "SD_SCRIPTS names no checkout of sd-scripts"
    if not (Path(CHECKOUT) / MARK).is_file():
        return f"SD_SCRIPTS names {CHECKOUT}, which holds no sd-scripts"
    return install().problem


@functools.cache
def install() -> TrainerInstall:
    """The checkout with its Python. Only where there is one."""
    return describe(Path(CHECKOUT))


@functools.cache
def environment() -> dict[str, str]:
    """Variables that its Python needs beside those that there are: none, where its torchvision fits its torch."""
    asked = subprocess.run([install().python, "-c", "import torchvision"], capture_output=True, check=False)
    return {} if asked.returncode == 0 else {"PYTHONPATH": str(_ODDITIES)}


@functools.cache
def _skipped_for() -> str | None:
    return _reason()


needs_sd_scripts = pytest.mark.skipif(_skipped_for() is not None, reason=str(_skipped_for()))
"""For a test that asks the real trainer."""
