"""What stands in a folder of saved state (``--save_state``): where the training stood, and whether it is whole."""

from __future__ import annotations

import json
import os
import pickletools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from sdtui.base.errors import UnreadableError
from sdtui.trainer.zip_damage import DAMAGED

_NAME = re.compile(r"(?P<name>.+?)(?:-(?P<epoch>\d{6,})|-step(?P<step>\d{8,}))?-state")
_RANDOM = "random_states_"
_SCHEDULER_MOST = 1 << 20
"""Bytes of the pickled part of a scheduler's state that are read: it is a few hundred."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """One folder of state, as its own files and name tell of it. Steps and epochs as the trainer counted them."""

    path: Path
    name: str
    """output_name of the run that wrote it."""
    told_step: int | None
    """Of ``train_state.json`` (train_network.py, save_model_hook): what those scripts go on from."""
    named_step: int | None
    """Of the folder's name, as the next."""
    named_epoch: int | None
    last: bool
    """Whether it is the one written at the end of a run."""
    scheduled: int | None
    """Steps of the learning rate schedule, which a resume restores: of all parts, times the number of processes."""
    saved: float
    """When it was written, in seconds since the epoch."""
    size: int
    """Bytes."""
    problem: str | None = None
    """A sentence where it cannot be resumed from."""

    @property
    def counted_step(self) -> int | None:
        """Where the trainer's own count of steps stood, None where nothing says it."""
        return self.told_step if self.told_step is not None else self.named_step


def read_state(folder: Path) -> SavedState:
    """What ``folder`` holds. Raises UnreadableError where it is no folder that can be read."""
    try:
        entries = list(os.scandir(folder))
        written = [entry.stat() for entry in entries if entry.is_file()]
        saved = max((one.st_mtime for one in written), default=folder.stat().st_mtime)
    except OSError as error:
        raise UnreadableError("There is no such state", path=folder, remedy="Check the path.") from error
    names = frozenset(entry.name for entry in entries)
    told = _NAME.fullmatch(folder.name)
    return SavedState(
        path=folder,
        name=told["name"] if told else folder.name,
        told_step=_told_step(folder),
        named_step=_int(told["step"]) if told else None,
        named_epoch=_int(told["epoch"]) if told else None,
        last=told is not None and told["step"] is None and told["epoch"] is None,
        scheduled=_scheduled(folder / "scheduler.bin"),
        saved=saved,
        size=sum(one.st_size for one in written),
        problem=_problem(names),
    )


def find_states(output_dir: Path) -> tuple[SavedState, ...]:
    """The folders of state in ``output_dir``, oldest first; none where it cannot be read."""
    return tuple(sorted(_states(output_dir), key=lambda state: (state.saved, state.path.name)))


def _states(output_dir: Path) -> Iterator[SavedState]:
    try:
        entries = [entry.path for entry in os.scandir(output_dir) if entry.name.endswith("-state") and entry.is_dir()]
    except OSError:
        return
    for path in entries:
        try:
            yield read_state(Path(path))
        except UnreadableError:
            continue  # removed meanwhile (save_last_n_epochs_state)


def _problem(names: frozenset[str]) -> str | None:
    """accelerate, save_accelerator_state: the states of the random generators are written last."""
    if any(name.startswith(_RANDOM) for name in names):
        return None
    if not names:
        return "This folder is empty."
    return "It was not saved whole: the training ended, or the disk was full, while it was written."


def _told_step(folder: Path) -> int | None:
    try:
        data = json.loads((folder / "train_state.json").read_bytes())
    except (OSError, ValueError, RecursionError):  # of brackets in brackets
        return None
    step = data.get("current_step") if isinstance(data, dict) else None
    return step if _is_count(step) else None


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _scheduled(path: Path) -> int | None:
    """``last_epoch`` of the schedule, which counts its steps (torch, LRScheduler). The file is a pickle in a zip.

    It is looked through and not unpickled: that could run anything.
    """
    try:
        with zipfile.ZipFile(path) as file:
            name = next((name for name in file.namelist() if name.endswith("/data.pkl")), None)
            if name is None or file.getinfo(name).file_size > _SCHEDULER_MOST:
                return None
            data = file.read(name)
    except OSError:
        return None
    except DAMAGED:
        return None
    return _number_of("last_epoch", data)


def _number_of(key: str, pickled: bytes) -> int | None:
    """The whole number that stands at ``key`` in a pickled dictionary; None where none does."""
    found = False
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if found and opcode.name in ("BININT", "BININT1", "BININT2", "LONG1", "INT"):
                return argument if _is_count(argument) else None
            if "PUT" not in opcode.name and opcode.name != "MEMOIZE":
                found = argument == key
    except (ValueError, IndexError):
        return None
    return None


def _int(text: str | None) -> int | None:
    return int(text) if text is not None else None
