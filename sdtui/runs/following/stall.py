"""Whether a run that lives still does something: a log that says nothing for far longer than usual."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sdtui.base.text import duration
from sdtui.machine import processes, usage
from sdtui.runs.record import RunRecord, RunState

TIMES = 30
"""How many usual steps without a new line are odd."""
_LEAST = {
    RunState.TRAINING: 120.0,
    RunState.SAMPLING: 300.0,
    RunState.VALIDATING: 300.0,
    RunState.CACHING: 600.0,
    RunState.SAVING: 900.0,
    RunState.STARTING: 900.0,
}
"""Seconds of silence that are not odd in any case: a large model loads slowly from 9p, and saves slowly to it."""
_IDLE = 0.02
"""Cores below which nothing is being worked on."""
_MEASURED = 3.0
"""Seconds over which the use of the processor is taken, at least."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A run that says nothing."""

    seconds: float
    sentence: str
    """Since when, what its processes do, and what to do."""


def patience(state: RunState, step_seconds: float | None) -> float | None:
    """Seconds of silence from which a run may hang; None where it is not expected to say anything."""
    least = _LEAST.get(state)
    if least is None or step_seconds is None:
        return least
    return max(least, TIMES * step_seconds)


class Silence:
    """How long a run's log has said nothing. Counted by a clock that stands while the machine sleeps."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._size = -1
        self._since = 0.0
        self._used: tuple[float, float] | None = None
        """(when, processor seconds until then) at the first look since it is silent"""
        self._cores: float | None = None

    def look(
        self, record: RunRecord, state: RunState, *, size: int, age: float, step_seconds: float | None
    ) -> Stall | None:
        """What is odd about a log of ``size`` bytes; None where nothing is.

        ``age``: seconds since it was last written, which counts at the first look only. ``step_seconds``: of a step
        as it usually is.
        """
        now = self._clock()
        if size != self._size:
            self._since = now - (max(0.0, age) if self._size < 0 else 0.0)
            self._size, self._used, self._cores = size, None, None
        limit = patience(state, step_seconds)
        seconds = now - self._since
        if limit is None or seconds < limit:
            return None
        return Stall(seconds, " ".join((_what(seconds, state, step_seconds), self._doing(record, now))))

    def _doing(self, record: RunRecord, now: float) -> str:
        own = _own(record)
        if own is None or not own.processes:
            return "See the end of its log."
        if own.stopped == own.processes:
            return "Its processes are held by a signal: let them go on, or stop the run."
        self._measure(own, now)
        if self._cores is None:
            return "See the end of its log."
        if self._cores > _IDLE:
            return (
                f"Its processes keep {self._cores:.1f} cores busy, so it may work on something that it does not tell: "
                "see the end of its log, and give it time."
            )
        if own.waiting_for_disk:
            return "It waits for a disk or a driver: see dmesg, and whether the disk answers."
        return (
            "Its processes do nothing: stop it and start it again or from its last state. A data loader that died "
            "(set max_data_loader_n_workers to 0), a network drive that went away, or one card of several are common "
            "causes."
        )

    def _measure(self, own: usage.Usage, now: float) -> None:
        if self._used is None:
            self._used = (now, own.cpu_seconds)
        elif now - self._used[0] >= _MEASURED:
            self._cores = max(0.0, own.cpu_seconds - self._used[1]) / (now - self._used[0])
            self._used = (now, own.cpu_seconds)


def _what(seconds: float, state: RunState, step_seconds: float | None) -> str:
    usual = ""
    if state is RunState.TRAINING and step_seconds is not None:
        usual = f", and a step usually takes {_short(step_seconds)}"
    return f"No new line for {duration(seconds)}{usual}: it may hang."


def _short(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _own(record: RunRecord) -> usage.Usage | None:
    if record.trainer is None or record.host != processes.host():
        return None
    return usage.usage_of(processes.group_members(record.trainer))
