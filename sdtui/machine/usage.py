"""What a set of processes takes: processor time and memory, and what they wait for. Read from ``/proc``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from sdtui.machine import processes

_TICKS, _MEMORY = (11, 12), 21
"""Places in ``/proc/PID/stat`` after the name: utime and stime in ticks, resident memory in pages (man 5 proc)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Several processes together, at one moment."""

    processes: int
    cpu_seconds: float
    """Since each of them began."""
    memory: int
    """Resident, in bytes; what they share is counted for each."""
    waiting_for_disk: int
    """How many are in an uninterruptible sleep, which is nearly always a disk or a driver."""
    stopped: int
    """How many are held by a signal (SIGSTOP, ctrl+z)."""


def usage_of(pids: Iterable[int]) -> Usage:
    """What ``pids`` take now; those that have ended count for nothing."""
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    cpu, memory, states = 0.0, 0, []
    for pid in pids:
        try:
            text = (processes.PROC / str(pid) / "stat").read_bytes().decode("utf-8", errors="replace")
        except OSError:
            continue
        fields = text[text.rfind(")") + 2 :].split()
        if len(fields) <= _MEMORY or fields[0] in "ZXx":
            continue
        states.append(fields[0])
        cpu += sum(int(fields[place]) for place in _TICKS) / ticks
        memory += int(fields[_MEMORY]) * page
    return Usage(len(states), cpu, memory, states.count("D"), states.count("T") + states.count("t"))
