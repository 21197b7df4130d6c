"""The runs of a project: folders in ``.sdtui/runs``, each with ``run.json`` and, once it has ended, ``exit.json``."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sdtui.base.errors import RunError, SdtuiError, UnreadableError, UsageError
from sdtui.base.files import kernel, make_folder, read_bytes, read_if_there, write_atomic, write_error
from sdtui.base.json_record import decode
from sdtui.runs.record import RunExit, RunRecord, run_folder

RECORD = "run.json"
EXIT = "exit.json"
CONSOLE = "console.log"
SUPERVISOR_LOG = "supervisor.log"
QUEUED = "queued.json"
"""How a run is to be started that waits in the queue; whoever takes this file away starts it, or takes it out."""
_NUL = b"\\u0000"
"""As JSON writes it."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class BrokenRun:
    """A run folder whose record cannot be read."""

    id: str
    problem: str
    """A sentence."""


def new_run_folder(home: Path, name: str, now: Callable[[], float] = time.time) -> tuple[str, Path]:
    """Make the folder of a new run and return its ID and path. mkdir decides between two who start at once.

    Raises WriteError.
    """
    runs = home / "runs"
    make_folder(runs)
    words = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:40] or "run"
    stem = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now()))}-{words}"
    for attempt in range(1, 10_000):
        run_id = stem if attempt == 1 else f"{stem}-{attempt}"
        try:
            kernel.mkdir(runs / run_id)
        except FileExistsError:
            continue
        except OSError as error:
            raise write_error(error, runs / run_id) from error
        return run_id, runs / run_id
    raise RunError("There are too many runs of this name in this second", path=runs, remedy="Try again.")


def write_record(folder: Path, record: RunRecord) -> None:
    """Write ``run.json``. Raises WriteError."""
    write_atomic(folder / RECORD, msgspec.json.format(msgspec.json.encode(record), indent=2))


def link_outputs(folder: Path, record: RunRecord) -> None:
    """Links from the run's folder to where it writes, for whoever looks with a shell.

    Nothing needs them: a file system without links (a Windows drive, exFAT) goes without.
    """
    places = {"output": record.output_dir, "logging": record.logging_dir, "samples": record.sample_dir}
    for name, target in places.items():
        if target is not None:
            with contextlib.suppress(OSError):
                (folder / name).symlink_to(target)


def read_record(folder: Path, run_id: str | None = None) -> RunRecord:
    """The record in a run's folder; with ``run_id`` that of this run, of which ``folder`` has a copy.

    Raises RunError where it is not one, UnreadableError where it cannot be read.
    """
    path = folder / RECORD
    data = read_bytes(path)
    try:
        record = decode(data, RunRecord)
    except msgspec.MsgspecError as error:
        raise RunError(f"The record of this run is damaged ({error})", path=path) from error
    if record.version > _VERSION:
        raise RunError("A newer sdtui wrote this run", path=path, remedy="Update sdtui to see it.")
    if _NUL in data and _holds_nul(msgspec.to_builtins(record)):  # no path, name or argument can
        raise RunError("The record of this run is damaged (it holds a NUL character)", path=path)
    # Copied or renamed by hand: the folder is what can be found again.
    known = folder.name if run_id is None else run_id
    return record if record.id == known else msgspec.structs.replace(record, id=known)


def _holds_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value


def write_exit(folder: Path, ended: RunExit) -> None:
    """Write ``exit.json``. Raises WriteError."""
    write_atomic(folder / EXIT, msgspec.json.encode(ended))


def read_exit(home: Path, record: RunRecord) -> RunExit | None:
    """How a run ended, None while it has not (or nobody was there to write it down).

    Where the project's disk was full, the supervisor left it in the state folder.
    """
    folders = [run_folder(home, record.id)] + ([Path(record.state_folder)] if record.state_folder else [])
    for folder in folders:
        try:
            data = read_if_there(folder / EXIT)
            if data is not None:
                return decode(data, RunExit)
        except (UnreadableError, msgspec.MsgspecError):
            continue
    return None


def list_runs(home: Path) -> tuple[RunRecord, ...]:
    """All runs whose record can be read, newest first. See ``broken_runs`` for the others."""
    records = [found for found in _each(home) if isinstance(found, RunRecord)]
    return tuple(sorted(records, key=lambda record: (record.created, record.id), reverse=True))


def broken_runs(home: Path) -> tuple[BrokenRun, ...]:
    """The runs whose record cannot be read, and why."""
    return tuple(found for found in _each(home) if isinstance(found, BrokenRun))


def load(home: Path, run_id: str) -> RunRecord:
    """The record of the run called ``run_id``. Raises UsageError where there is none, RunError where it is damaged."""
    if "/" in run_id or run_id in ("", ".", "..") or not run_folder(home, run_id).is_dir():
        raise UsageError(f"There is no run {run_id!r}", path=home / "runs", remedy="See `sdtui runs list`.")
    return read_record(run_folder(home, run_id))


def is_queued(home: Path, record: RunRecord) -> bool:
    """Whether the run waits for its turn. ``record`` may be an older reading."""
    if record.queued is None or record.supervisor is not None:
        return False
    return (run_folder(home, record.id) / QUEUED).exists()


def resolve(home: Path, wanted: str | None) -> RunRecord:
    """The run that a person means: by ID, by the beginning of its ID, by its name, or the newest that has begun
    when None.

    Raises UsageError where none or several are meant, RunError where nothing was started yet.
    """
    if wanted is not None and "/" not in wanted and (run_folder(home, wanted) / RECORD).is_file():
        return load(home, wanted)
    records = list_runs(home)
    if wanted is None:
        if not records:
            raise RunError("No run was started here yet", path=home.parent, remedy="Start one with `sdtui train`.")
        return next((record for record in records if not is_queued(home, record)), records[0])
    matches = [record for record in records if record.id.startswith(wanted)] or [
        record for record in records if record.name == wanted
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        several = ", ".join(record.id for record in matches[:5])
        raise UsageError(
            f"{len(matches)} runs begin with {wanted!r} or are called so ({several})", remedy="Say more of the ID."
        )
    return load(home, wanted)


def _none(folder: Path) -> RunError:
    """What is said of a folder that was made for a run, when its record was not written."""
    remedy = "What was to start the run was ended first. Its folder can be deleted."
    return RunError("Its record does not exist", path=folder, remedy=remedy)


def _each(home: Path) -> list[RunRecord | BrokenRun]:
    try:
        folders = sorted(entry for entry in (home / "runs").iterdir() if entry.is_dir())
    except OSError:
        return []
    found: list[RunRecord | BrokenRun] = []
    for folder in folders:
        try:
            found.append(read_record(folder))
        except SdtuiError as error:
            found.append(
                BrokenRun(folder.name, (error if os.path.lexists(folder / RECORD) else _none(folder)).sentence())
            )
    return found
