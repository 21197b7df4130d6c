"""The supervisor's side of a run's attendant: starts it, starts it anew, and knows it from the run's own processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sdtui.base.own_log import note
from sdtui.base.settings import settings_or_defaults, settings_path
from sdtui.machine import processes

_FIRST = 20.0
"""Seconds until a run is attended: one that fails at once needs no history of the machine."""
_AGAIN = 60.0
"""Seconds until an attendant that ended is started anew."""

_LAST = 90.0
"""Seconds that the telling of the end may take."""


class Attendance:
    """At most one attendant of one run. It reads the log and sends notices, so that the supervisor stays small."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = clock() + _FIRST
        self._pid: int | None = None

    def turn(self, run: Path) -> None:
        """Start it where it is time. ``run`` is the run's folder."""
        if self._pid is None and self._clock() >= self._due:
            self._start(run)

    def at_the_end(self, run: Path) -> None:
        """The run has ended: somebody must tell that, where notices are wanted. Waits until it was told."""
        if self._pid is None and wanted():
            self._start(run)
        elif self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGURG)
                os.kill(self._pid, signal.SIGCONT)  # one that somebody holds would not hear it
        end = self._clock() + _LAST
        # A service manager kills what is left when the supervisor ends.
        while self._pid is not None and self._clock() < end:
            try:
                ended, _ = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:
                ended = self._pid
            if ended:
                self._pid = None
            else:
                time.sleep(0.05)

    def reaped(self, pid: int) -> None:
        """``pid`` has ended."""
        if pid == self._pid:
            self._pid = None

    def others(self, pids: Iterable[int]) -> tuple[int, ...]:
        """Those of ``pids`` that are neither the attendant nor started by it."""
        if self._pid is None:
            return tuple(pids)
        return tuple(pid for pid in pids if (found := processes.stat(pid)) is None or found.session != self._pid)

    def _start(self, run: Path) -> None:
        self._due = self._clock() + _AGAIN
        try:
            child = _attendant(run)
        except OSError as error:
            note(f"The run is not attended: {error}")
            return
        child.returncode = 0  # the supervisor waits for all its children itself
        self._pid = child.pid


def tell_end(run: Path, env: Mapping[str, str]) -> None:
    """Have it told that a run ended which never had a supervisor, where notices are wanted.

    ``run`` is its folder; ``env`` one in which this package is found.
    """
    if wanted():
        with contextlib.suppress(OSError):
            threading.Thread(target=_attendant(run, env).wait, daemon=True).start()


def _attendant(run: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "sdtui.runs.supervising.attendant", str(run)],
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=env,
        start_new_session=True,
    )


def wanted() -> bool:
    """Whether this user is told outside of the screen when a run ends."""
    if not os.path.exists(settings_path()):  # noqa: PTH110 -- also where it may not be looked at
        return False
    settings = settings_or_defaults()
    return bool(settings.notice_command or settings.notice_webhook)
