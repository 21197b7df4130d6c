"""Asks a run to stop. Its supervisor does the rest: SIGINT to all its processes, then SIGTERM, then SIGKILL."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from sdtui.base.errors import RunError, WriteError
from sdtui.machine import processes
from sdtui.runs import launch, letterbox, store
from sdtui.runs.live import Life, life_of
from sdtui.runs.record import RunRecord


def request_stop(home: Path, run_id: str, *, now: bool = False) -> None:
    """Ask the run to stop, and return at once; ``follow`` shows how it goes on. ``now`` kills it without a grace.

    A trainer whose supervisor was killed gets a new one first. Raises RunError where the run has ended or runs on
    another machine.
    """
    record = store.load(home, run_id)
    life = life_of(home, record)
    if life is Life.ELSEWHERE:
        machine = record.host.split(" ")[0]
        raise RunError(f"{record.id} runs on {machine}, from where it was started", remedy="Stop it there.")
    if life is Life.BEING_STARTED:
        raise RunError(f"{record.id} is just being started", remedy="Try again in a moment.")
    if not life.living:
        raise RunError(f"{record.id} has ended already")
    if life is Life.ABANDONED:
        record = launch.adopt(home, record)
    _ask(record, letterbox.Request(stop=True, now=now))


def _ask(record: RunRecord, request: letterbox.Request) -> None:
    posted = True
    try:
        letterbox.post(Path(record.state_folder), request)
    except WriteError:
        if request.now:
            raise
        posted = False  # SIGTERM alone means the same
    supervisor = record.supervisor
    assert supervisor is not None
    with contextlib.suppress(ProcessLookupError):
        if processes.alive(supervisor):
            os.kill(supervisor.pid, signal.SIGUSR1 if posted else signal.SIGTERM)
