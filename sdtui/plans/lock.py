"""One writer a project at a time, over all processes of this user."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.base.files import digest, make_folder, write_error
from sdtui.base.paths import state_dir

_PATIENCE_S = 10.0


class LockedError(WriteError):
    """Another process writes in this project now."""


@contextlib.contextmanager
def only_writer(home: Path, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Hold the lock of the journal of ``home``; the kernel frees it when this process dies.

    It stands in the state folder of the user, because 9p is a poor home for locks. Raises LockedError when
    somebody else keeps it for longer than ``patience_s`` seconds, WriteError where there can be no lock.
    """
    path = state_dir() / "locks" / f"journal-{digest(os.fsencode(os.path.realpath(home)))[:24]}.lock"
    make_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise write_error(error, path) from error
    try:
        _wait_for(handle, home, patience_s)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, home: Path, patience_s: float) -> None:
    give_up = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                raise LockedError(
                    "Another sdtui is writing in this project and has not finished",
                    path=home.parent,
                    remedy="Try again; if it hangs, end that process.",
                ) from None
            time.sleep(0.02)
        else:
            return
