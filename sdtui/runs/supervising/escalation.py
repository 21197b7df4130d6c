"""How a group of processes is asked to end: SIGINT, then SIGTERM, then SIGKILL, each after a grace."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Stage(str, Enum):
    """How far the supervisor has gone in ending a run. The values stand in ``status.json``."""

    RUNNING = "running"
    LINGERING = "lingering"
    """The trainer has ended, something that it started has not; it is given a moment to end by itself."""
    INTERRUPTING = "interrupting"
    TERMINATING = "terminating"
    KILLING = "killing"


SIGNALS = {
    Stage.INTERRUPTING: signal.SIGINT,
    Stage.TERMINATING: signal.SIGTERM,
    Stage.KILLING: signal.SIGKILL,
}

NEXT: Mapping[Stage, Stage] = {
    # No interrupt for what was left behind: its KeyboardInterrupt in the log would hide why its launcher ended.
    Stage.LINGERING: Stage.TERMINATING,
    Stage.INTERRUPTING: Stage.TERMINATING,
    Stage.TERMINATING: Stage.KILLING,
}


@dataclass(frozen=True)
class Grace:
    """Seconds that each stage is given before the next one."""

    linger: float = 5.0
    interrupt: float = 20.0
    terminate: float = 10.0
    kill: float = 30.0
    """A process that outlives SIGKILL this long hangs in the kernel, and is let be."""


class Escalation:
    """Where the ending of a run stands. Knows times, not processes: ``due(now)`` says which signal to send now."""

    def __init__(self, grace: Grace) -> None:
        self.stage = Stage.RUNNING
        self._grace = grace
        self._enters: dict[Stage, float] = {}
        self._sent = False

    def linger(self, now: float) -> None:
        """The trainer has ended; what it left behind may follow it by itself."""
        if self.stage is Stage.RUNNING:
            self._enter(Stage.LINGERING, now)

    def interrupt(self, now: float) -> None:
        """Somebody asked for a stop. Asking again changes nothing."""
        if self.stage in (Stage.RUNNING, Stage.LINGERING):
            self._enter(Stage.INTERRUPTING, now)

    def harder(self, now: float) -> None:
        """Somebody does not want to wait for the next signal."""
        if self.stage in NEXT:
            self._enter(NEXT[self.stage], now)

    def kill(self, now: float) -> None:
        """Somebody asked for it to end at once."""
        if self.stage is not Stage.KILLING:
            self._enter(Stage.KILLING, now)

    @property
    def deadline(self) -> float | None:
        """When the next stage begins (or, when killing, is given up); None while it runs."""
        return None if self.stage is Stage.RUNNING else self._enters[self.stage] + self._length(self.stage)

    def due(self, now: float) -> signal.Signals | None:
        """The signal to send now: each stage's once, when it is entered."""
        deadline = self.deadline
        if deadline is not None and now >= deadline and self.stage is not Stage.KILLING:
            self._enter(NEXT[self.stage], now)
        if self._sent or self.stage not in SIGNALS:
            return None
        self._sent = True
        return SIGNALS[self.stage]

    def hopeless(self, now: float) -> bool:
        """Whether even SIGKILL has had its grace."""
        deadline = self.deadline
        return self.stage is Stage.KILLING and deadline is not None and now >= deadline

    def _enter(self, stage: Stage, now: float) -> None:
        self.stage = stage
        self._enters[stage] = now
        self._sent = False

    def _length(self, stage: Stage) -> float:
        return {
            Stage.LINGERING: self._grace.linger,
            Stage.INTERRUPTING: self._grace.interrupt,
            Stage.TERMINATING: self._grace.terminate,
            Stage.KILLING: self._grace.kill,
        }[stage]
