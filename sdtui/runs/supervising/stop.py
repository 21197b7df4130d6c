"""Asks a run to stop. Its supervisor does the rest: SIGINT to all its processes, then SIGTERM, then SIGKILL."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from sdtui.base.errors import RunError, SdtuiError, WriteError
from sdtui.machine import processes
from sdtui.runs import launch, store
from sdtui.runs.live import Life, life_of
from sdtui.runs.queueing import queue
from sdtui.runs.queueing.queue_file import Waiting
from sdtui.runs.record import RunRecord
from sdtui.runs.supervising import letterbox
from sdtui.runs.supervising.letterbox import Request, StopAfter


def request_stop(home: Path, run_id: str, *, now: bool = False, harder: bool = False) -> None:
    """Ask the run to stop, and return at once; ``follow`` shows how it goes on.

    ``now`` kills it without a grace; ``harder`` sends the next signal to one that is stopping, without waiting for it.
    One that waits in the queue is taken out of it.
    A trainer whose supervisor was killed gets a new one first. Raises RunError where the run has ended or runs on
    another machine, WriteError where it cannot be asked.
    """
    if life_of(home, store.load(home, run_id)) is Life.QUEUED:
        queue.remove(Waiting(str(home), run_id))
    else:
        _ask(_supervised(home, run_id), Request(stop=True, now=now, harder=harder))


def request_stop_after(home: Path, run_id: str, after: StopAfter) -> None:
    """Ask the run to stop once that was written; a later wish takes the place of an earlier one. Raises as above."""
    ask(home, run_id, Request(stop=True, after=after))


def take_back_stop(home: Path, run_id: str) -> None:
    """Let a run go on that was to stop after something. One that is stopping already stops. Raises as above."""
    ask(home, run_id, Request(stop=False))


def request_pause(home: Path, run_id: str, *, held: bool) -> None:
    """Hold a run's processes (they keep their memory and do nothing), or let them go on. Raises as above."""
    ask(home, run_id, Request(stop=False, pause=held))


def ask(home: Path, run_id: str, request: Request) -> None:
    """Ask anything else of a run that is not being ended: its supervisor would pass it over then. Raises as above."""
    record = _supervised(home, run_id)
    said = letterbox.read_status(Path(record.state_folder))
    if said is not None and said[0].stop_requested:
        raise RunError(f"{record.id} is being stopped already", remedy="That cannot be taken back.")
    _ask(record, request)


def unheard(home: Path, run_id: str) -> str | None:
    """A sentence where what was asked of the run lies there still; None where its supervisor has taken it."""
    try:
        record = store.load(home, run_id)
    except SdtuiError:
        return None
    if record.supervisor is None or letterbox.unread_since(Path(record.state_folder)) is None:
        return None
    return letterbox.not_listening(record.supervisor.pid)


def _supervised(home: Path, run_id: str) -> RunRecord:
    """The record of a run with somebody who listens."""
    record = store.load(home, run_id)
    life = life_of(home, record)
    if life is Life.ELSEWHERE:
        machine = record.host.split(" ")[0]
        raise RunError(f"{record.id} runs on {machine}, from where it was started", remedy="Stop it there.")
    if life is Life.BEING_STARTED:
        raise RunError(f"{record.id} is just being started", remedy="Try again in a moment.")
    if life is Life.QUEUED:
        raise RunError(f"{record.id} waits in the queue", remedy="See `sdtui runs queue`.")
    if not life.living:
        raise RunError(f"{record.id} has ended already")
    return launch.adopt(home, record) if life is Life.ABANDONED else record


def _ask(record: RunRecord, request: Request) -> None:
    posted = True
    try:
        letterbox.post(Path(record.state_folder), request)
    except WriteError:
        if request != Request(stop=True) or not processes.alive(record.supervisor):
            raise
        posted = False  # SIGTERM alone means the same
    supervisor = record.supervisor
    assert supervisor is not None
    with contextlib.suppress(ProcessLookupError):
        if processes.alive(supervisor):
            os.kill(supervisor.pid, signal.SIGUSR1 if posted else signal.SIGTERM)
