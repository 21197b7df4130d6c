"""What the machine did while a run lived: a reading now and then in ``machine.jsonl`` of the run's folder.

Written by the run's attendant, so that on Monday there is a history of Friday night, screen or no screen.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from sdtui.base.json_record import decode
from sdtui.base.text import duration
from sdtui.machine import load, processes, usage
from sdtui.machine.filesystems import free_space
from sdtui.machine.gpu import Gpu
from sdtui.runs.record import RunRecord
from sdtui.trainer.causes import GPU_MEMORY, MEMORY

MACHINE_LOG = "machine.jsonl"
_JUST_BEFORE = 120.0


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The machine at one moment."""

    at: float
    """Seconds since the epoch."""
    cpu: float
    """Percent of all cores since the reading before (0 at the first)."""
    cores: int
    memory_used: int
    """Bytes, of the whole machine."""
    memory_total: int
    disk_free: int | None = None
    """Bytes where the checkpoints go; None where nobody says."""
    own_cpu: float | None = None
    """Cores that the run's processes kept busy since the reading before; None at the first, and from elsewhere."""
    own_memory: int | None = None
    """Bytes that they hold."""
    gpus: tuple[Gpu, ...] = ()


class Meter:
    """Reads the machine beside one run. Not for two threads at once."""

    def __init__(self, record: RunRecord, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._output = Path(record.output_dir)
        self._before: tuple[float, float] | None = None
        """(when, processor seconds of the run's processes until then)"""
        self.pids: frozenset[int] = frozenset()
        """The run's processes at the last reading."""

    def read(self, record: RunRecord, now: float, gpus: tuple[Gpu, ...]) -> Reading:
        """The machine at ``now`` (seconds since the epoch) with its cards. ``record`` as it is known by now."""
        machine = load.read()
        own = self._own(record)
        return Reading(
            at=now,
            cpu=machine.cpu,
            cores=machine.cores,
            memory_used=machine.memory_used,
            memory_total=machine.memory_total,
            disk_free=free_space(self._output),
            own_cpu=self._busy(own),
            own_memory=own.memory if own is not None else None,
            gpus=gpus,
        )

    def _own(self, record: RunRecord) -> usage.Usage | None:
        if record.trainer is None or record.host != processes.host():
            return None
        self.pids = frozenset(processes.group_members(record.trainer))
        found = usage.usage_of(self.pids)
        return found if found.processes else None

    def _busy(self, own: usage.Usage | None) -> float | None:
        """Cores in use since the last time. A process that ended took its seconds with it: no negative work."""
        if own is None:
            self._before = None
            return None
        moment, before = self._clock(), self._before
        self._before = (moment, own.cpu_seconds)
        if before is None or moment <= before[0]:
            return None
        return max(0.0, own.cpu_seconds - before[1]) / (moment - before[0])


def without_processes(reading: Reading) -> Reading:
    """The reading as it is kept: who was on a card is only asked for now."""
    return msgspec.structs.replace(reading, gpus=tuple(replace(gpu, processes=None) for gpu in reading.gpus))


def keep(folder: Path, reading: Reading) -> None:
    """Write ``reading`` down in a run's folder. A full disk loses it: nothing depends on it."""
    plain = without_processes(reading)
    with contextlib.suppress(OSError):
        handle = os.open(folder / MACHINE_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            os.write(handle, msgspec.json.encode(plain) + b"\n")
        finally:
            os.close(handle)


class MachineLog:
    """The readings of one run, read as they come."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the run's."""
        self.readings: list[Reading] = []
        """Oldest first."""
        self._path = folder / MACHINE_LOG
        self._offset = 0

    def read_new(self) -> Sequence[Reading]:
        """All readings, after what was written since the last time was added. A damaged line is left out."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return self.readings
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            with contextlib.suppress(msgspec.MsgspecError):
                self.readings.append(decode(line, Reading))
        return self.readings


def memory_before_the_end(folder: Path, ended: float, trouble: str | None) -> str | None:
    """What was in use of the memory that ran out, a moment before a run ended; None where nobody looked then.

    ``folder`` is the run's, ``ended`` in seconds since the epoch, ``trouble`` one of those in ``trainer.causes``.
    """
    if trouble not in (GPU_MEMORY, MEMORY):
        return None
    before = [one for one in MachineLog(folder).read_new() if 0 <= ended - one.at <= _JUST_BEFORE]
    if not before:
        return None
    last = before[-1]
    when = f"{duration(ended - last.at)} before the end"
    if trouble == MEMORY:
        return f"{when}, {_share(last.memory_used, last.memory_total)} of the computer's memory were in use."
    full = [
        f"{_share(card.memory_used, card.memory_total)} of GPU {card.index}"
        for card in last.gpus
        if card.memory_used is not None and card.memory_total
    ]
    return f"{when}, {' and '.join(full)} were in use." if full else None


def _share(used: int, total: int | None) -> str:
    return f"{used / 2**30:.1f} of {(total or 0) / 2**30:.1f} GB"
