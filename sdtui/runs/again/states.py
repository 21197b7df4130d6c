"""Saved states and where in a training they stand: all its parts counted, since sd-scripts counts from 0 again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.runs import store
from sdtui.runs.record import RunRecord
from sdtui.trainer.saved_state import SavedState, find_states, read_state

_COARSE = 2.0
"""Seconds by which a file's time may be too early: FAT keeps even seconds."""


@dataclass(frozen=True, slots=True)
class StatePoint:
    """A state that a training can be resumed from."""

    state: SavedState
    run: str | None
    """ID of the run that wrote it, None where no run of the project did."""
    step: int
    """Steps that were trained before it, of all parts."""
    epoch: int
    """Whole epochs that were trained before it, of all parts."""

    @property
    def path(self) -> Path:
        """The folder."""
        return self.state.path


def state_at(home: Path, folder: Path) -> StatePoint:
    """The state in ``folder``. Raises UnreadableError where there is none."""
    return _point(read_state(folder), store.list_runs(home))


def states_of_run(home: Path, record: RunRecord) -> tuple[StatePoint, ...]:
    """The states that a run can go on from, the furthest first: its own, and those of the parts before it.

    Of an earlier part, only those up to where the next part goes on; those that were deleted are gone.
    """
    records = store.list_runs(home)
    parts = parts_of(home, record)
    folders = dict.fromkeys(part.output_dir for part in parts)
    points = [_point(state, records) for folder in folders for state in find_states(Path(folder))]
    ends = {part.id: following.continues.step for part, following in pairwise(parts) if following.continues}
    ids = {part.id for part in parts}
    own = [point for point in points if point.run in ids and point.step <= ends.get(point.run or "", point.step)]
    return tuple(sorted(own, key=lambda point: (point.step, point.state.saved), reverse=True))


def parts_of(home: Path, record: RunRecord) -> tuple[RunRecord, ...]:
    """``record`` and the parts that it goes on from, the first part first, as far as they are known."""
    parts = [record]
    while (continues := parts[0].continues) is not None and continues.run is not None:
        if any(part.id == continues.run for part in parts):
            break
        try:
            parts.insert(0, store.load(home, continues.run))
        except SdtuiError:  # it was deleted, or is damaged
            break
    return tuple(parts)


def steps_per_epoch_of(record: RunRecord) -> int | None:
    """Expected optimizer steps of an epoch of the run; None where an older sdtui did not write it down."""
    epochs = record.settings.get("max_train_epochs", "")
    if record.steps_per_epoch or not record.total_steps or not epochs.isdecimal() or not int(epochs):
        return record.steps_per_epoch
    return record.total_steps // int(epochs)


def _point(state: SavedState, records: Sequence[RunRecord]) -> StatePoint:
    owner = _owner(state, records)
    if owner is None:
        step = _scheduled(state, 1)
        return StatePoint(state, None, step if step is not None else state.counted_step or 0, state.named_epoch or 0)
    base = owner.continues
    counted = _counted(state, owner)
    step = counted + (base.step - base.steps_counted if base is not None else 0)
    epochs = base.epoch if base is not None else 0
    per_epoch = steps_per_epoch_of(owner)
    if per_epoch:
        epochs += counted // per_epoch
    elif state.named_epoch is not None:
        epochs += state.named_epoch - (base.epochs_counted if base is not None else 0)
    return StatePoint(state, owner.id, step, epochs)


def _counted(state: SavedState, owner: RunRecord) -> int:
    """Where the trainer's own count of steps stood: scripts without ``train_state.json`` say it only for some."""
    if state.counted_step is not None:
        return state.counted_step
    per_epoch = steps_per_epoch_of(owner)
    if state.named_epoch is not None and per_epoch:
        return state.named_epoch * per_epoch
    base = owner.continues
    before = base.step - base.steps_counted if base is not None else 0
    scheduled = _scheduled(state, _processes(owner))
    if scheduled is not None:
        return max(0, scheduled - before)
    return max(0, (owner.total_steps or 0) - before) if state.last else 0


def _scheduled(state: SavedState, processes: int) -> int | None:
    """Steps by the schedule, which goes on over all parts (accelerate steps it once for each process)."""
    return state.scheduled // processes if state.scheduled is not None else None


def _processes(record: RunRecord) -> int:
    counts = [record.settings.get(key, "1") for key in ("num_processes", "num_machines")]
    processes, machines = (int(text) if text.isdecimal() else 1 for text in counts)
    # num_processes are those of all machines together.
    return max(1, processes, machines)


def _owner(state: SavedState, records: Sequence[RunRecord]) -> RunRecord | None:
    """The run that wrote it: of those with its name and folder, the newest that is older than it."""
    folder = os.path.realpath(state.path.parent)
    candidates = [
        record
        for record in records
        if record.name == state.name
        and record.created - _COARSE <= state.saved
        and os.path.realpath(record.output_dir) == folder
    ]
    return max(candidates, key=lambda record: record.created, default=None)
