"""Which runs are listed, in which order, and what their columns say."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from enum import Enum

from sdtui.base.text import count, duration, safe
from sdtui.runs.past.history import PastRun
from sdtui.runs.past.settings_told import brief


class Order(Enum):
    """What runs can be sorted by."""

    DATE = "date, newest first"
    BEST = "best loss"
    FINAL = "loss at the end"
    TIME = "time, longest first"
    NAME = "name"
    STATE = "state"
    STAR = "star first"


def arranged(runs: Sequence[PastRun], order: Order, letters: str) -> list[PastRun]:
    """The runs that hold all the words in ``letters`` somewhere, in order; of equals the newest first."""
    words = letters.casefold().split()
    found = [past for past in runs if all(word in _searched(past) for word in words)]
    return sorted(found, key=_KEYS[order]) if order in _KEYS else found


def _searched(past: PastRun) -> str:
    star = "star ★" if past.note.starred else ""
    parts = (past.view.id, past.view.name, past.record.profile, past.view.state.value, brief(past.record), star)
    return "\n".join((*parts, past.note.text)).casefold()


def _number(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) else math.inf


_KEYS: dict[Order, Callable[[PastRun], tuple[float, str]]] = {
    Order.BEST: lambda past: (_number(past.losses.best), ""),
    Order.FINAL: lambda past: (_number(past.losses.final), ""),
    Order.TIME: lambda past: (-(spent(past) or 0.0), ""),
    Order.NAME: lambda past: (0.0, past.view.name.casefold()),
    Order.STATE: lambda past: (0.0, past.view.state.value),
    Order.STAR: lambda past: (float(not past.note.starred), ""),
}


def spent(past: PastRun, now: float | None = None) -> float | None:
    """Seconds from its start to its end, or to ``now`` (seconds since the epoch; None: the clock's)."""
    view = past.view
    if view.started is None:
        return None
    return max(0.0, (view.ended if view.ended is not None else time.time() if now is None else now) - view.started)


def name_text(past: PastRun) -> str:
    """What its files are called; its ID where the record has no name."""
    return safe(past.view.name.strip() or past.record.id)


def state_text(past: PastRun) -> str:
    """``done``, ``training 62%``."""
    view = past.view
    if view.state.ended or not view.total_steps:
        return view.state.value
    return f"{view.state.value} {round(100 * min(1.0, view.step / view.total_steps))}%"


def time_text(past: PastRun) -> str:
    """``2 h 14 m``, a dot where it has not begun."""
    seconds = spent(past)
    return duration(seconds) if seconds is not None else "·"


def steps_text(past: PastRun) -> str:
    """``1,240/2,000``; one number where it went through all of them."""
    view = past.view
    if view.total_steps is None or view.step == view.total_steps:
        return count(view.step)
    return f"{count(view.step)}/{count(view.total_steps)}"


def final_text(past: PastRun) -> str:
    """The loss at the end; where it is none, that it broke."""
    if past.losses.broken_at is not None:
        return "NaN"
    return loss_text(past.losses.final)


def loss_text(value: float | None) -> str:
    """``0.0812``; a dot where there is none."""
    return "·" if value is None or not math.isfinite(value) else f"{value:.4f}" if value < 100 else f"{value:.3g}"


def started_text(past: PastRun, *, year: bool) -> str:
    """``2026-11-22 06:21``; without the year where there is little room."""
    return time.strftime("%Y-%m-%d %H:%M" if year else "%m-%d %H:%M", time.localtime(past.record.created))


def note_text(past: PastRun) -> str:
    """The first line of the note."""
    return safe(past.note.text.splitlines()[0]) if past.note.text else ""
