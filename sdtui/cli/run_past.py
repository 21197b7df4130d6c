"""What runs came to, for a person and as JSON."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sdtui.base.text import duration, safe
from sdtui.cli.run_text import document, steps
from sdtui.runs.following.losses import CheckpointLoss
from sdtui.runs.past.history import PastRun

_NOTE_AT_MOST = 40


def past_document(past: PastRun) -> dict[str, Any]:
    """The run as ``runs show`` prints it, with what it came to, its note and its star."""
    losses, best = past.losses, past.best
    return {
        **document(past.view),
        "starred": past.note.starred,
        "note": past.note.text,
        "final_loss": _finite(losses.final),
        "best_loss": _finite(losses.best),
        "best_step": losses.best_step,
        "best_checkpoint": best_document(best) if best is not None else None,
    }


def best_document(best: CheckpointLoss) -> dict[str, Any]:
    """A checkpoint with the loss that it was judged by."""
    return {"path": best.path, "step": best.step, "epoch": best.epoch, "loss": best.loss, "by": best.by}


def past_table(runs: Sequence[PastRun]) -> Iterator[str]:
    """A line a run, under a heading. ``*`` is a star."""
    width = max(2, *(len(past.view.id) for past in runs)) if runs else 2
    yield f"{'ID':<{width}}    {'STATE':<15}  {'STEP':>15}  {'LOSS':>8}  {'BEST':>8}  {'TIME':>10}  NOTE".rstrip()
    for past in runs:
        view = past.view
        yield (
            f"{safe(view.id):<{width}}  {'*' if past.note.starred else ' '} {view.state.value:<15}  {steps(view):>15}"
            f"  {number(_newest(past)):>8}  {number(past.losses.best):>8}  {elapsed(past):>10}  {_first_line(past)}"
        ).rstrip()


def past_facts(past: PastRun) -> Iterator[str]:
    """What is not in a RunView: the losses, the best checkpoint, the note."""
    losses, best = past.losses, past.best
    if losses.best is not None:
        yield f"{'best loss':<12}{number(losses.best)} at step {losses.best_step:,}, at the end {number(losses.final)}"
    if best is not None:
        yield f"{'best saved':<12}{safe(best.path.rsplit('/', 1)[-1])}, {judged(best)}"
    for line in past.note.text.splitlines():
        yield f"{'note':<12}{safe(line)}"
    if past.note.starred:
        yield f"{'star':<12}yes"
    if past.note_problem is not None:
        yield f"{'note':<12}{safe(past.note_problem)}"


def judged(best: CheckpointLoss) -> str:
    """``smoothed loss 0.08123, the least of all checkpoints``."""
    return f"{best.by} loss {number(best.loss)}, the least of all checkpoints"


def number(value: float | None) -> str:
    """A loss, a dot where there is none."""
    return "·" if value is None else f"{value:.4g}"


def elapsed(past: PastRun) -> str:
    """From its start to its end, or to now."""
    if past.view.started is None:
        return "·"
    return duration((past.view.ended if past.view.ended is not None else time.time()) - past.view.started)


def _newest(past: PastRun) -> float | None:
    """At the end the smoothed loss, as it is compared; before that what the trainer says."""
    if past.view.state.ended and past.losses.final is not None:
        return past.losses.final
    return past.view.avr_loss if past.view.avr_loss is not None else past.view.loss


def _first_line(past: PastRun) -> str:
    text = safe(past.note.text.splitlines()[0]) if past.note.text else ""
    return text if len(text) <= _NOTE_AT_MOST else text[: _NOTE_AT_MOST - 1] + "…"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
