"""Lets a torchvision be imported beside a torch that it was not built for (a CPU torch, say).

The trainer's dataset code wants its transforms alone, which need none of its compiled operators.
"""

from __future__ import annotations

import importlib


def declare_missing_operators() -> None:
    """Declare what torchvision misses, where it misses something. Does nothing where it imports as it is."""
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        torch = importlib.import_module("torch")
        for operator in ("nms", "qnms"):
            torch.library.define(
                f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            )
