"""How busy the machine itself is: processor and memory."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Load:
    """Processor in percent of all cores since the last reading (0.0 at the first), memory in bytes."""

    cpu: float
    cores: int
    memory_used: int
    memory_total: int


def read() -> Load:
    """The machine as it is now; never waits."""
    memory = psutil.virtual_memory()
    return Load(
        cpu=psutil.cpu_percent(interval=None),
        cores=psutil.cpu_count() or 1,
        memory_used=memory.total - memory.available,
        memory_total=memory.total,
    )
