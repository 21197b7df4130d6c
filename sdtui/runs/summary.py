"""Runs at a glance: what a list of them shows. An ended run is read once and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from sdtui.base.errors import WriteError
from sdtui.base.files import make_folder, write_atomic
from sdtui.base.paths import cache_dir
from sdtui.runs import store
from sdtui.runs.lineage import follower_of
from sdtui.runs.record import RunRecord, RunView, run_folder


def summary(home: Path, record: RunRecord) -> RunView:
    """What is known about the run now. For one that ended, files that were deleted since are left out."""
    remembered = _place(home, record)
    if remembered is None:
        return follower_of(home, record).poll()
    try:
        return _still_there(msgspec.json.decode(remembered.read_bytes(), type=RunView))
    except (OSError, msgspec.MsgspecError):
        view = follower_of(home, record).poll()
    if view.state.ended:
        with contextlib.suppress(WriteError):  # it is only a cache
            make_folder(remembered.parent)
            write_atomic(remembered, msgspec.json.encode(view), durable=False)
    return view


def _place(home: Path, record: RunRecord) -> Path | None:
    """Where the view of an ended run is remembered, None while it has not ended.

    ``exit.json`` is written once; its time tells two runs of one name apart.
    """
    folder = run_folder(home, record.id)
    try:
        ended = (folder / store.EXIT).stat().st_mtime_ns
    except OSError:
        return None
    key = hashlib.sha256(f"{os.path.realpath(folder)}\0{ended}".encode("utf-8", errors="surrogateescape"))
    return cache_dir() / "runs" / f"{key.hexdigest()[:32]}.json"


def _still_there(view: RunView) -> RunView:
    return msgspec.structs.replace(
        view,
        checkpoints=tuple(one for one in view.checkpoints if os.path.exists(one.path)),  # noqa: PTH110
        samples=tuple(one for one in view.samples if os.path.exists(one.path)),  # noqa: PTH110
    )
