"""``python -m sdtui.runs.queueing.keeping``: the process that keeps the queue of this user on this machine.

It looks whether the cards are free that the next runs want, and has each prepared and launched by a process of its own
(``turn``). It ends when nothing waits. Whatever happens to it, nothing is started twice: a run's order is taken away by
the one that starts it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.base.files import make_folder, write_error
from sdtui.base.json_record import decode
from sdtui.base.own_log import note
from sdtui.runs import store
from sdtui.runs.launch import own_environment
from sdtui.runs.live import live_of_user
from sdtui.runs.queueing import env as queue_env
from sdtui.runs.queueing import keeper, queue, queue_file
from sdtui.runs.queueing.queue_file import Order, Waiting
from sdtui.runs.queueing.turns import LATER, judged, next_runs
from sdtui.runs.record import RunRecord, run_folder
from sdtui.runs.supervising.attendance import tell_end

_LOOK_EVERY = 5.0
"""Seconds between two looks: a run of another program of ours may have ended, or one may have been killed."""
_TRIES = 20
"""How often the lock is tried: whoever asks whether there is a keeper holds it for a moment."""


def main(arguments: Sequence[str]) -> int:
    """Keep the queue until nothing waits. Exit status 0, also where another one keeps it."""
    if "--detach" in arguments and os.fork():
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    folder = queue_file.folder()
    make_folder(folder)
    lock = _claim(folder)
    if lock is None:
        return 0
    Keeping(folder, lock).keep()
    return 0


def _claim(folder: Path) -> int | None:
    lock = os.open(folder / keeper.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            os.ftruncate(lock, 0)
            os.write(lock, f"{os.getpid()}\n".encode())  # for a person who looks for it
            return lock
    os.close(lock)
    return None


class Keeping:
    """One keeper. ``keep`` returns when it is not needed any more."""

    def __init__(self, folder: Path, lock: int) -> None:
        self._lock = lock
        self._news = keeper.make_pipe(folder)
        self._secrets: dict[str, dict[str, str]] = {}
        self._lacked: dict[str, Waiting] = {}
        """Runs that were held back before somebody had told what they need."""
        self._unread = b""
        self._ends: list[int] = []
        """Descriptors of supervisors: each can be read when its run has ended."""

    def keep(self) -> None:
        """Look, start what can be started, and wait for news, until nothing waits."""
        while True:
            with contextlib.ExitStack() as watched:
                try:
                    if self._look(watched):
                        continue
                    if self._may_leave():
                        return
                except SdtuiError as error:
                    _log(error.sentence())
                self._wait()

    def _look(self, watched: contextlib.ExitStack) -> bool:
        """Start what can be started; until ``watched`` is left, the end of a run is news. Whether any was started."""
        with contextlib.suppress(OSError):
            os.utime(self._lock)  # a sign of life
        self._tidy()
        self._hear()
        live = tuple(live_of_user())
        self._watch(watched, live)
        started = [self._start(waiting) for waiting in next_runs(queue_file.read(), live)]
        return any(started)

    def _tidy(self) -> None:
        """Leave out what does not wait any more, and pause when a run failed whose failure is to stop the others."""
        judged(queue_file.read())  # a long log is read once, and not while nobody else can have the queue
        with queue_file.changing() as changing:
            changing.put(judged(changing.queue))

    def _may_leave(self) -> bool:
        """Whether nothing waits. Then the lock is lifted before anybody can add a run and find it held."""
        with queue_file.changing() as changing:
            needed = bool(changing.queue.waiting) and not changing.queue.restarted
            if not needed:
                os.close(self._lock)
        return not needed

    # --- a run's turn

    def _start(self, waiting: Waiting) -> bool:
        """Whether the run has had its turn. One that cannot be started holds up nobody."""
        try:
            order = queue_file.read_order(Path(waiting.home), waiting.id)
            lacking = self._lacking(waiting.id, order)
            if lacking:
                self._lacked[waiting.id] = waiting
                queue.hold(
                    waiting,
                    f"It needs {' and '.join(lacking)}, which is kept in memory only and was lost: set it in a "
                    f"terminal, and say there: sdtui runs queue go-on {waiting.id}",
                )
                return False
            ended = self._take_turn(Path(waiting.home), waiting.id, order)
            if ended not in (0, LATER):
                _refuse(waiting, ended)
        except SdtuiError as error:
            queue.hold(waiting, error.sentence())
            return False
        self._tidy()
        return ended != LATER

    def _lacking(self, run_id: str, order: Order) -> list[str]:
        """The secrets that the run needs and that nobody has."""
        known = self._secrets.get(run_id, {})
        return [name for name in order.needs if name not in known and not os.environ.get(name)]

    def _take_turn(self, home: Path, run_id: str, order: Order) -> int:
        """Have the run prepared and launched. Returns the exit status of what did it, negative for a signal."""
        turn = _turn_lock()
        if turn is None:
            return LATER  # of a keeper that was killed in the middle of it
        with contextlib.ExitStack() as opened:
            opened.callback(os.close, turn)
            log = opened.enter_context(_open_log(home, run_id))
            env = own_environment(queue_env.at_its_turn(os.environ, order.env, self._secrets.get(run_id, {})))
            try:
                return subprocess.run(
                    [sys.executable, "-m", "sdtui.runs.queueing.turn", str(home), run_id],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=order.cwd if Path(order.cwd).is_dir() else home.parent,
                    env=env,
                    pass_fds=(turn,),
                    start_new_session=True,
                    check=False,
                ).returncode
            except OSError as error:  # too little memory: later there may be more
                _log(f"The turn of {run_id} could not be started: {error}")
                return LATER

    # --- waiting

    def _watch(self, watched: contextlib.ExitStack, live: Sequence[tuple[Path, RunRecord]]) -> None:
        self._ends = []
        for _, record in live:
            with contextlib.suppress(OSError):  # a run without a supervisor is looked at by the clock
                if record.supervisor is not None:
                    handle = os.pidfd_open(record.supervisor.pid)
                    watched.callback(os.close, handle)
                    self._ends.append(handle)

    def _wait(self) -> None:
        """Until a line comes, a run ends, or some time has passed."""
        select.select([*self._ends, *([] if self._news is None else [self._news])], [], [], _LOOK_EVERY)

    def _hear(self) -> None:
        """Read what was said; keep in memory what runs need."""
        with contextlib.suppress(BlockingIOError, OSError):
            while self._news is not None and (part := os.read(self._news, 65536)):
                self._unread += part
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            with contextlib.suppress(msgspec.MsgspecError):
                news = decode(line, keeper.News)
                if news.run:
                    self._secrets[news.run] = {**self._secrets.get(news.run, {}), **news.secrets}
                    self._let_go(news.run)

    def _let_go(self, run_id: str) -> None:
        """A run is put into the queue first and what it needs is told next: it may have been held back in between."""
        waiting = self._lacked.pop(run_id, None)
        if waiting is not None:
            with contextlib.suppress(SdtuiError):  # it does not wait any more
                queue.let_go(waiting)


def _turn_lock() -> int | None:
    """One turn at a time, also where the keeper is killed and another one comes: the turn itself holds this lock."""
    handle = os.open(queue_file.folder() / keeper.TURN, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _open_log(home: Path, run_id: str) -> BinaryIO:
    """Where what prepares the run says why it could not. Raises WriteError."""
    path = run_folder(home, run_id) / store.SUPERVISOR_LOG
    try:
        return path.open("ab")
    except OSError as error:
        raise write_error(error, path) from error


def _refuse(waiting: Waiting, status: int) -> None:
    home = Path(waiting.home)
    if queue.refuse(home, waiting.id, f"It could not be prepared. {_last_words(home, waiting.id, status)}"):
        tell_end(run_folder(home, waiting.id), os.environ)


def _last_words(home: Path, run_id: str, status: int) -> str:
    with contextlib.suppress(OSError):
        text = (run_folder(home, run_id) / store.SUPERVISOR_LOG).read_text("utf-8", errors="replace").strip()
        if text and status > 0:
            return text.splitlines()[-1]
    return f"What prepared it was killed (signal {-status})." if status < 0 else f"It ended with status {status}."


def _log(sentence: str) -> None:
    note(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
