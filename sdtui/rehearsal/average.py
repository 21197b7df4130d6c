"""A slow average of the weights: what is sampled and saved. The weights themselves jump about at a high rate."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from sdtui.rehearsal.model import Denoiser

_SLOWNESS = 0.98


class Average:
    """Follows a model; its first steps count more, so that an untrained start is soon forgotten."""

    def __init__(self, model: Denoiser) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self._steps = 0

    @torch.no_grad()
    def follow(self, model: nn.Module) -> None:
        """One optimizer step was taken."""
        slowness = min(_SLOWNESS, (1 + self._steps) / (10 + self._steps))
        self._steps += 1
        for mine, new in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(new.to(mine.dtype), 1 - slowness)

    def state_dict(self) -> dict[str, Any]:
        """For ``--save_state``."""
        return {"model": self.model.state_dict(), "steps": self._steps}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """For ``--resume``."""
        self.model.load_state_dict(state["model"])
        self._steps = int(state["steps"])
