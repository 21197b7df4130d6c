"""``python -m sdtui.runs.supervising.supervisor RUN_FOLDER``: the process that owns a run.

It starts the trainer, waits for it, obeys stop requests, and writes down how it ended. It belongs to no terminal and no
screen: it is started detached (``--detach``), stands in ``/``, ignores hang-ups, and imports little. Its orders come
through its standard input, because the trainer's environment may hold secrets. With ``--adopt`` it takes over a trainer
whose supervisor was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sdtui.base.errors import RunError, SdtuiError
from sdtui.base.files import make_folder
from sdtui.base.own_log import note
from sdtui.runs import store
from sdtui.runs.log.log_keeping import keep_small
from sdtui.runs.record import RunRecord
from sdtui.runs.supervising import letterbox
from sdtui.runs.supervising.escalation import Grace
from sdtui.runs.supervising.letterbox import LOCK, Orders
from sdtui.runs.supervising.watchman import Watchman

STARTED = b"started\n"


def main(arguments: Sequence[str]) -> int:
    """Supervise the run in the folder named last. Exit status 0 once its end was written down, 1 otherwise."""
    options, folder = set(arguments[:-1]), Path(arguments[-1])
    orders = msgspec.json.decode(sys.stdin.buffer.read(), type=Orders)
    if "--detach" in options and os.fork():
        os._exit(0)  # whoever launched reaps this one at once and never has a zombie
    confirmation = os.dup(1)
    _leave_everything(folder)
    try:
        lock = _claim(folder)
        store.link_outputs(folder, store.read_record(folder))
        watchman = Watchman(folder, Grace(*orders.grace))
        watchman.adopt() if "--adopt" in options else watchman.start(orders.command, orders.env)
    except (SdtuiError, OSError) as error:
        sentence = error.sentence() if isinstance(error, SdtuiError) else f"The supervisor could not start: {error}."
        _say(confirmation, sentence.encode("utf-8", errors="replace"))
        return 1
    _say(confirmation, STARTED)
    try:
        status = watchman.watch()
    finally:
        os.close(lock)
    _call_next()
    keep_small(watchman.home)
    return status


def _call_next() -> None:
    """Let the queue look whether a run waits for these cards, also where its keeper was killed meanwhile."""
    from sdtui.runs.queueing import keeper  # what it needs imports this module

    keeper.nudge()


def _leave_everything(folder: Path) -> None:
    """No open pipe, no folder that could be unmounted or deleted, no inherited signal mask."""
    log = os.open(folder / store.SUPERVISOR_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.chdir("/")
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _claim(folder: Path) -> int:
    """Be the only supervisor of this run: a lock that the kernel lifts when this process ends. Raises RunError."""
    record: RunRecord = store.read_record(folder)
    if (folder / store.EXIT).exists():
        raise RunError("This run has ended already", path=folder)
    state = Path(record.state_folder)
    make_folder(state)
    lock = os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RunError("This run has a supervisor already", path=folder) from error
    except OSError as error:
        # Some network file systems know no locks; two supervisors at once are then only unlikely.
        note(f"No lock on {state}: {error}")
    letterbox.point_to(state, folder)
    return lock


def _say(confirmation: int, word: bytes) -> None:
    """Tell whoever launched; it may be gone by now."""
    with contextlib.suppress(OSError):
        os.write(confirmation, word)
    os.close(confirmation)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
