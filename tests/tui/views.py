"""RunViews made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sdtui.runs.record import Checkpoint, RunState, RunView, SampleImage


def view(saved: Iterable[tuple[int | None, int | None]] = (), **changes: Any) -> RunView:
    """A run in training; ``saved`` are (step, epoch) of its checkpoints."""
    fields: dict[str, Any] = {
        "id": "20261121-120000-circle",
        "name": "circle",
        "state": RunState.TRAINING,
        "reason": None,
        "step": 0,
        "total_steps": 1000,
        "epoch": None,
        "epochs": None,
        "loss": None,
        "avr_loss": None,
        "lr": None,
        "it_per_s": None,
        "eta_s": None,
        "started": 1_000.0,
        "ended": None,
        "exit_code": None,
        "checkpoints": tuple(
            Checkpoint(f"/out/circle-{epoch or 0:06}-{step or 0}.safetensors", step, epoch) for step, epoch in saved
        ),
        "samples": (),
        "warnings": (),
    }
    return RunView(**{**fields, **changes})


def sample(prompt: int, step: int | None = None, epoch: int | None = None, name: str = "") -> SampleImage:
    """A sample picture of a prompt at a step or epoch."""
    where = f"e{epoch:06}" if step is None else f"{step:06}"
    return SampleImage(name or f"/out/sample/circle_{where}_{prompt:02}_20261121120000.png", step, epoch, prompt, 42)
