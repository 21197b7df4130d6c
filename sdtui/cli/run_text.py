"""A run as text for a person and as a JSON document."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from sdtui.base.paths import shown
from sdtui.base.text import count, duration, safe, speed
from sdtui.runs.record import RunState, RunView
from sdtui.runs.supervising.stop_cost import awaited_words


def document(view: RunView) -> dict[str, Any]:
    """The run as JSON knows it: numbers that are none are null (that the loss is not a number, ``warnings`` says)."""
    values: dict[str, Any] = msgspec.to_builtins(view)
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in values.items()
    }


def facts(view: RunView) -> Iterator[str]:
    """All that is known about a run, a line each, titles aligned."""
    for title, text in _facts(view):
        yield f"{title:<12}{text}".rstrip()


def progress(view: RunView) -> str:
    """Where the run stands, on one line."""
    if view.state is RunState.QUEUED:
        return f"{view.state.value}  {safe(view.waiting or '')}".rstrip()
    parts = ["paused" if view.paused else view.state.value, steps(view)]
    if view.epoch is not None:
        parts.append(f"epoch {view.epoch}/{view.epochs}")
    if loss(view) is not None:
        parts.append(f"loss {_number(loss(view))}")
    if not view.state.ended:
        parts += [speed(view.it_per_s)] if view.it_per_s else []
        parts.append(left(view))
        parts += [f"stops after {awaited_words(view.stop_after)}"] if view.stop_after else []
    return "  ".join(parts)


def ending(view: RunView) -> str:
    """How a run ended, to go on after its name: ``failed: The disk is full``."""
    how = {
        RunState.DONE: "is done",
        RunState.STOPPED: "was stopped",
        RunState.FAILED: "failed",
        RunState.LOST: "is lost",
    }[view.state]
    return f"{how}: {view.reason}".rstrip(".") if view.reason else how


def steps(view: RunView) -> str:
    """``1,240/2,000``."""
    return f"{count(view.step)}/{count(view.total_steps) if view.total_steps is not None else '?'}"


def loss(view: RunView) -> float | None:
    """The trainer's average, else the newest raw loss."""
    return view.avr_loss if view.avr_loss is not None else view.loss


def elapsed(view: RunView) -> str:
    """From its start to its end, or to now."""
    if view.started is None:
        return "·"
    return duration((view.ended if view.ended is not None else time.time()) - view.started)


def left(view: RunView) -> str:
    """``4 m 22 s left``, ``estimating``."""
    return f"{duration(view.eta_s)} left" if view.eta_s is not None else "estimating"


def _facts(view: RunView) -> Iterator[tuple[str, str]]:
    yield "run", safe(view.id)
    yield "name", safe(view.name)
    yield "state", view.state.value
    if view.reason:
        yield "reason", safe(view.reason)
    if view.waiting:
        yield "waits", safe(view.waiting)
    yield "step", steps(view) + (f"  epoch {view.epoch}/{view.epochs}" if view.epoch is not None else "")
    for part in view.parts:
        yield "resumed", f"at step {count(part.resumed_at)} of {safe(part.id)}"
        for change in part.changes:
            yield "changed", safe(change)
    yield "loss", f"{_number(view.loss)}  average {_number(view.avr_loss)}  learning rate {_number(view.lr)}"
    if view.it_per_s:
        yield "speed", speed(view.it_per_s)
    if view.state is not RunState.QUEUED:
        yield "time", elapsed(view) + (f"  {left(view)}" if not view.state.ended else "")
    if view.stop_after:
        yield "stops", f"after {awaited_words(view.stop_after)}"
    if view.exit_code is not None:
        yield "exit", str(view.exit_code)
    for checkpoint in view.checkpoints:
        yield "checkpoint", safe(shown(Path(checkpoint.path)))
    for sample in view.samples:
        yield "sample", safe(shown(Path(sample.path)))
    for warning in view.warnings:
        yield "warning", safe(warning)


def _number(value: float | None) -> str:
    return "·" if value is None else f"{value:.4g}"
