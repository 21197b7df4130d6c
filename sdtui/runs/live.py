"""Whether a run lives, told from processes and not from what a file once said."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import state_dir
from sdtui.machine import processes
from sdtui.plans.held import Held
from sdtui.runs import store
from sdtui.runs.log.log_bytes import log_at
from sdtui.runs.record import RunRecord, run_folder
from sdtui.runs.supervising import letterbox

_SILENCE = 600.0
"""Seconds without a heartbeat or a new line after which a run on another machine is taken for gone."""
_BIRTH = 90.0
"""Seconds that a run may take from its record to its supervisor."""


class Life(Enum):
    """What is left of a run."""

    QUEUED = "queued"
    """It waits for its turn; nothing of it has been started."""
    BEING_STARTED = "being started"
    """Its record is written, its supervisor has not said anything yet."""
    SUPERVISED = "supervised"
    ABANDONED = "abandoned"
    """The trainer goes on, but its supervisor was killed: nobody will write down how it ends."""
    ELSEWHERE = "elsewhere"
    """It shows signs of life, and its processes are those of another machine or container."""
    ENDED = "ended"
    """``exit.json`` says how."""
    GONE = "gone"
    """No process is left, and nobody wrote down why."""

    @property
    def living(self) -> bool:
        """Whether something of it runs, waits for its turn, or may run elsewhere."""
        return self not in (Life.ENDED, Life.GONE)

    @property
    def begun(self) -> bool:
        """Whether it lives and does not only wait for its turn."""
        return self.living and self is not Life.QUEUED


def life_of(home: Path, record: RunRecord, now: float | None = None) -> Life:
    """What is left of the run. ``now`` in seconds since the epoch. An older reading of the record will do."""
    if store.read_exit(home, record) is not None:
        return Life.ENDED
    moment = time.time() if now is None else now
    if not processes.alive(record.supervisor):
        with contextlib.suppress(SdtuiError):
            record = store.load(home, record.id)  # it may have been given a supervisor since
    if store.is_queued(home, record):
        return Life.QUEUED
    if original(home, record) is not None:
        return Life.GONE
    if record.host and record.host != processes.host():
        silent = moment - last_sign(home, record) >= _SILENCE
        return Life.GONE if silent or _is_copy(home, record) else Life.ELSEWHERE
    if processes.alive(record.supervisor):
        return Life.SUPERVISED
    if record.trainer is not None and (processes.alive(record.trainer) or processes.group_members(record.trainer)):
        return Life.ABANDONED
    if record.supervisor is None and abs(moment - record.created) < _BIRTH:  # the clock may have been set back
        return Life.BEING_STARTED
    # It may have ended between the first look and now.
    return Life.ENDED if store.read_exit(home, record) is not None else Life.GONE


def original(home: Path, record: RunRecord) -> Path | None:
    """The folder of the run whose supervisor left its word, where ``record`` is of a copy of it; else None.

    Without this a copy of a project would show its live runs as its own, and a stop in the copy would stop them.
    """
    own = run_folder(home, record.id)
    there = letterbox.place(Path(record.state_folder)) if record.state_folder else None
    if there is None or there == own:
        return None
    with contextlib.suppress(OSError):  # moved or deleted: it is not elsewhere, as far as can be told
        return there if (there / store.RECORD).is_file() and not there.samefile(own) else None
    return None


def _is_copy(home: Path, record: RunRecord) -> bool:
    """Whether this is a copy of a run on another machine, whose files are as new as the copying.

    A record is written when its run is launched. One that is much younger than that, while the run has said nothing
    since, came here with its console.
    """
    if record.state_folder and letterbox.read_status(Path(record.state_folder)) is not None:
        return False  # the state folder is shared with that machine, and tells it from heartbeats
    folder = run_folder(home, record.id)
    try:
        paths = folder / store.RECORD, log_at(folder / store.CONSOLE)
        written, said = (path.stat().st_mtime for path in paths)
    except OSError:
        return False
    return written > record.created + _BIRTH and said < written + _BIRTH


def last_sign(home: Path, record: RunRecord) -> float:
    """When the run last wrote a line or a heartbeat, in seconds since the epoch."""
    signs = [record.created]
    console = log_at(run_folder(home, record.id) / store.CONSOLE)
    copied = original(home, record) is not None  # the heartbeat is the original's
    for path in (console, *([] if copied else [Path(record.state_folder) / letterbox.STATUS])):
        try:
            signs.append(path.stat().st_mtime)
        except OSError:
            continue
    return max(signs)


def live_runs(home: Path) -> tuple[RunRecord, ...]:
    """The runs of a project that have begun and not ended, newest first."""
    return tuple(record for record in store.list_runs(home) if life_of(home, record).begun)


def live_anywhere(home: Path) -> tuple[RunRecord, ...]:
    """The live runs of a project, then those of all other projects of this user: they may share folders."""
    own = live_runs(home)
    return (*own, *(run for _, run in live_of_user() if all(run.state_folder != one.state_folder for one in own)))


def live_of_user() -> Iterator[tuple[Path, RunRecord]]:
    """The live runs of all projects of this user, each with its project's ``.sdtui``."""
    for folder, state in letterbox.places(state_dir() / "runs"):
        with contextlib.suppress(SdtuiError):  # nobody was left to write its end down, and then it was deleted
            # A project that was deleted under its run leaves that running: its supervisor kept the record.
            record = store.read_record(folder) if folder.is_dir() else store.read_record(state, folder.name)
            home = folder.parent.parent
            if life_of(home, record).begun:
                yield home, record


def held_paths(home: Path) -> tuple[Held, ...]:
    """What live runs read, of whatever project, and so what must not be renamed, moved or deleted now."""
    return tuple(Held(path=Path(path), run=record.name) for record in live_anywhere(home) for path in record.reads)
