"""Runs at a glance: what a list of them shows. A run that has ended is read once and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from sdtui.base.errors import WriteError
from sdtui.base.files import make_folder, write_atomic
from sdtui.base.json_record import decode
from sdtui.base.paths import cache_dir
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.following.losses import Losses, losses_of
from sdtui.runs.live import Life, life_of
from sdtui.runs.log.log_bytes import log_at
from sdtui.runs.record import RunRecord, RunState, RunView, run_folder


class Glance(msgspec.Struct, frozen=True):
    """A run and what its loss came to."""

    view: RunView
    losses: Losses


class Standing:
    """Whether files still stand, each folder read once: the runs of a project share theirs."""

    def __init__(self) -> None:
        self._folders: dict[str, frozenset[str]] = {}

    def has(self, path: str) -> bool:
        """Whether ``path`` stands there, or did when its folder was read; False where that cannot be read."""
        folder, name = os.path.split(path)
        if folder not in self._folders:
            try:
                self._folders[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 -- names, not paths
            except OSError:
                self._folders[folder] = frozenset()
        return name in self._folders[folder]


def summary(home: Path, record: RunRecord) -> RunView:
    """What is known about the run now. For one that ended, files that were deleted since are left out."""
    return glance(home, record).view


def glance(home: Path, record: RunRecord, standing: Standing | None = None) -> Glance:
    """As ``summary``, with its losses. ``standing``: shared by calls that follow upon each other."""
    remembered = _place(home, record)
    if remembered is not None:
        try:
            found = decode(remembered.read_bytes(), Glance)
            return Glance(_still_there(found.view, standing.has if standing else os.path.exists), found.losses)
        except (OSError, msgspec.MsgspecError):
            pass  # not read yet
    follower = follower_of(home, record)
    view = follower.poll()
    found = Glance(view, losses_of(follower.curves(), view))
    follower.close()
    if remembered is not None and view.state.ended:
        with contextlib.suppress(WriteError):  # it is only a cache
            make_folder(remembered.parent)
            write_atomic(remembered, msgspec.json.encode(found), durable=False)
    return found


def _place(home: Path, record: RunRecord) -> Path | None:
    """Where an ended run is remembered, None while it has not ended."""
    stamp = _ended(home, record)
    if stamp is None:
        return None
    folder = os.path.realpath(run_folder(home, record.id))
    key = hashlib.sha256(f"{folder}\0{stamp}".encode("utf-8", errors="surrogateescape"))
    return cache_dir() / "runs" / f"{key.hexdigest()[:32]}.json"


def _ended(home: Path, record: RunRecord) -> str | None:
    """What tells this run from another in the same folder, once nothing of it can change any more.

    ``exit.json`` is written once. A run that was lost has none: it is known by its console.
    """
    folder = run_folder(home, record.id)
    try:
        return str((folder / store.EXIT).stat().st_mtime_ns)
    except OSError:
        pass
    if record.host != processes.host() or life_of(home, record) is not Life.GONE:
        return None  # a run on another machine may only have been silent
    try:
        said = log_at(folder / store.CONSOLE).stat()
    except OSError:
        return None
    return f"{RunState.LOST.value} {said.st_mtime_ns} {said.st_size}"


def _still_there(view: RunView, stands: Callable[[str], bool]) -> RunView:
    return msgspec.structs.replace(
        view,
        checkpoints=tuple(one for one in view.checkpoints if stands(one.path)),
        samples=tuple(one for one in view.samples if stands(one.path)),
    )
