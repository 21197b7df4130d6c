"""The machine beside a run, as Monitor gathers it: now, since it looks, and over the whole run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdtui.machine.filesystems import free_space
from sdtui.machine.gpu import Gpu
from sdtui.runs.following import disk
from sdtui.runs.record import RunRecord, RunView, run_folder
from sdtui.runs.supervising.machine_log import MachineLog, Meter, Reading, without_processes

_EVERY = 0.9
_MOST = 1200
"""Seconds between readings of its own, and how many are kept: twenty minutes."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine says beside the run."""

    gpus: tuple[Gpu, ...] = ()
    """As they are now; of a run that has ended, as they were last."""
    disk_free: int | None = None
    """Bytes where the checkpoints go; None where nobody says."""
    checkpoint_bytes: int = 0
    """What the run's checkpoints take together."""
    now: Reading | None = None
    history: tuple[Reading, ...] = ()
    """Over the whole run, oldest first: what was kept of it, then what was seen since this screen looks."""
    own: frozenset[int] = frozenset()
    """Pids of the run's processes."""
    cards: tuple[int, ...] | None = None
    """The cards that the run was given; None: it may use all."""
    output: str = ""
    """The folder of its checkpoints."""


class MachineSide:
    """Reads the machine beside one run. Not for two threads at once."""

    def __init__(self, home: Path, record: RunRecord) -> None:
        self._log = MachineLog(run_folder(home, record.id))
        self._meter = Meter(record)
        self._sizes: dict[str, int] = {}
        self._seen: deque[Reading] = deque(maxlen=_MOST)
        self._merged: tuple[Reading, ...] = ()
        self._current: Reading | None = None

    def look(self, record: RunRecord, view: RunView, now: float, gpus: Callable[[], tuple[Gpu, ...]]) -> Machine:
        """The machine at ``now`` (seconds since the epoch). Of a run that has ended only its history is read."""
        kept = self._log.read_new()
        current = None if view.state.ended else self._read(record, now, gpus)
        self._merge(tuple(kept))
        last = current or (self._merged[-1] if self._merged else None)
        return Machine(
            gpus=last.gpus if last is not None else (),
            disk_free=current.disk_free if current is not None else free_space(Path(record.output_dir)),
            checkpoint_bytes=disk.written_since((one.path for one in view.checkpoints), self._sizes),
            now=current,
            history=self._merged,
            own=self._meter.pids,
            cards=record.gpus,
            output=record.output_dir,
        )

    def _read(self, record: RunRecord, now: float, gpus: Callable[[], tuple[Gpu, ...]]) -> Reading:
        """The machine now; at most once a second, for every process of it is looked at."""
        if self._current is None or not 0 <= now - self._current.at < _EVERY:
            self._current = self._meter.read(record, now, gpus())
            self._seen.append(without_processes(self._current))
        return self._current

    def _merge(self, kept: tuple[Reading, ...]) -> None:
        """What was kept until this screen began to look, then what it saw itself."""
        first = self._seen[0].at if self._seen else float("inf")
        merged = (*(reading for reading in kept if reading.at < first), *self._seen)
        if len(merged) != len(self._merged) or merged[-1:] != self._merged[-1:]:
            self._merged = merged
