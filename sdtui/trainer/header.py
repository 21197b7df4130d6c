"""The block of numbers that the trainer prints before its first step."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from sdtui.trainer.events import TrainingHeader

_LINES = (
    (re.compile(r"num (?:train images \* repeats|examples)\b"), "train_images"),
    (re.compile(r"num validation images\b"), "validation_images"),
    (re.compile(r"num reg images\b"), "reg_images"),
    (re.compile(r"num batches per epoch\b"), "batches_per_epoch"),
    (re.compile(r"num epochs\b"), "epochs"),
    (re.compile(r"batch size per device\b"), "batch_sizes"),
    (re.compile(r"gradient a?c?cumulation steps\b"), "accumulation"),
    (re.compile(r"total optimization steps\b"), "total_steps"),
)
_VALUE = re.compile(r"[:=]\s*(\d[\d, ]*)\Z")


class HeaderReader:
    """Collects the block from the lines after ``running training``."""

    def __init__(self) -> None:
        self._open = False
        self._header = TrainingHeader()

    def line(self, text: str) -> TrainingHeader | None:
        """The whole block when ``text`` is its last line, else None."""
        if text.startswith("running training"):
            self._open, self._header = True, TrainingHeader()
        if not self._open or not (value := _VALUE.search(text)):
            return None
        name = next((name for pattern, name in _LINES if pattern.match(text)), None)
        if name is None:
            return None
        numbers = tuple(int(part) for part in value.group(1).replace(" ", "").split(",") if part)
        number: dict[str, Any] = {name: numbers if name == "batch_sizes" else numbers[0]}
        self._header = dataclasses.replace(self._header, **number)
        if name != "total_steps":
            return None
        self._open = False
        return self._header
