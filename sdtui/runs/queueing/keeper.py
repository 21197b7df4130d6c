"""Starting the process that keeps the queue, and handing it what must not be written down.

``python -m sdtui.runs.queueing.keeping`` is that process: one of the user's a machine, which starts the next run when
its cards are free. It belongs to no terminal, and may be killed: whoever looks at the queue starts it anew.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.base.files import make_folder
from sdtui.runs.launch import own_environment
from sdtui.runs.queueing import queue_file

LOCK = "keeper.lock"
LOG = "keeper.log"
TURN = "turn.lock"
"""Held while a run is prepared and launched."""
NEWS = "news"
"""A named pipe: a line wakes the keeper, and may hold what one run needs and nobody writes down."""

_LONGEST = 4096
"""Bytes of a line: so many are written at once or not at all (PIPE_BUF)."""
_SILENCE = 60.0
"""Seconds after which a keeper that has not looked does not look any more; it does every five."""
_PATIENCE = 5.0
"""Seconds for a keeper that was just started to listen."""


class News(msgspec.Struct, frozen=True):
    """A line in the pipe."""

    run: str = ""
    secrets: dict[str, str] = {}


def ensure() -> bool:
    """See that the queue is kept, where a run waits that may begin. Returns whether somebody keeps it.

    Never raises: a queue that cannot be kept now is kept by the next one who looks.
    """
    with contextlib.suppress(SdtuiError, OSError):
        queue = queue_file.read()
        if queue.waiting and not queue.restarted and not is_kept():
            _start()
    return is_kept()


def nudge() -> None:
    """As ``ensure``; a keeper that is there looks at once. For whoever has changed something."""
    ensure()
    wake()


def is_kept() -> bool:
    """Whether a keeper lives: it holds a lock that the kernel lifts when it ends."""
    return _locked(queue_file.folder() / LOCK)


def _locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno == errno.EWOULDBLOCK
    else:
        return False
    finally:
        os.close(handle)


def not_heard(now: float) -> str | None:
    """A sentence where a keeper lives and has not looked at the queue for long: it is held. ``now`` as time.time()."""
    folder = queue_file.folder()
    if not is_kept() or _locked(folder / TURN):  # a large dataset takes its time to be prepared
        return None
    try:
        looked, pid = (folder / LOCK).stat().st_mtime, (folder / LOCK).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    if now - looked < _SILENCE:
        return None
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(looked))
    return (
        f"The process that starts the next run has given no sign since {when}. If somebody holds it, "
        f"`kill -CONT {pid}` lets it go on; else `kill -KILL {pid}` ends it, and another takes its place."
    )


def wake() -> None:
    """Have the keeper look now, where there is one."""
    _say(News())


def hand_over(run_id: str, secrets: Mapping[str, str]) -> None:
    """See that the queue is kept, and give the keeper what ``run_id`` needs beside what is written down."""
    nudge()
    if not secrets:
        return
    give_up = time.monotonic() + _PATIENCE
    while not _say(News(run_id, dict(secrets))) and time.monotonic() < give_up and is_kept():
        time.sleep(0.05)


def _say(news: News) -> bool:
    line = msgspec.json.encode(news) + b"\n"
    if len(line) > _LONGEST:
        return False
    try:
        handle = os.open(queue_file.folder() / NEWS, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False  # nobody listens yet
    try:
        return os.write(handle, line) == len(line)
    except OSError:
        return False
    finally:
        os.close(handle)


def _start() -> None:
    """Raises OSError and WriteError."""
    folder = queue_file.folder()
    make_folder(folder)
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        subprocess.run(
            [sys.executable, "-m", "sdtui.runs.queueing.keeping", "--detach"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=own_environment(),
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(log)
    give_up = time.monotonic() + _PATIENCE
    while not is_kept() and time.monotonic() < give_up:
        time.sleep(0.02)


def make_pipe(folder: Path) -> int | None:
    """The keeper's end of the pipe; None where the file system has no pipes, and only the clock wakes it."""
    path = folder / NEWS
    try:
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
