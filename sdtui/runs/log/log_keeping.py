"""Makes the console logs of ended runs small: the drawings of bars thinned, the rest compressed.

A log is left alone while anybody may write to it. Its compressed form appears whole beside it, and only then is the log
itself deleted; whoever is killed in between leaves both, and the log is still the one that is read. The supervisor does
this when its run has ended, also for earlier runs of the project whose own supervisor was killed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from contextlib import closing
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.files import clean_up, remove_leftovers, scratch_beside, sync_folder, write_all
from sdtui.base.kernel import kernel
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.live import life_of
from sdtui.runs.log.log_bytes import COMPRESSED, LogBytes, LogWriter, open_log
from sdtui.trainer.thinning import Thinner

_WORTH = 1 << 20
"""Bytes. A shorter log is better left as it is, for every pager and editor."""
_PIECE = 1 << 20


def keep_small(home: Path) -> None:
    """Compress the logs of all runs in ``home`` that have ended on this machine. Trouble leaves a log as it is."""
    for path in sorted((home / "runs").glob(f"*/{store.CONSOLE}")):
        with contextlib.suppress(SdtuiError, OSError):
            if path.stat().st_size < _WORTH:
                continue
            record = store.read_record(path.parent)
            if record.host == processes.host() and not life_of(home, record).living:
                compress(path)


def compress(path: Path) -> bool:
    """Put the log's compressed form in its place. False where somebody may still write to it.

    Raises UnreadableError and OSError (a full disk); the log is then as it was.
    """
    target = path.with_name(path.name + COMPRESSED)
    remove_leftovers([target])
    with closing(open_log(path)) as log:
        if _is_written_to(path):
            return False
        seen = path.stat()
        scratch = scratch_beside(target)
        try:
            _write(scratch, log, seen)
            kernel.replace(scratch, target)
        except OSError:
            clean_up(scratch)
            raise
        sync_folder(path.parent)
        kernel.unlink(path)
    return True


def _write(scratch: Path, log: LogBytes, like: os.stat_result) -> None:
    handle = kernel.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        writer, thinner, place = LogWriter(), Thinner(log.size), 0
        while data := log.read(place, _PIECE):
            place += len(data)
            for member in writer.write(thinner.feed(data)):
                write_all(handle, member)
        for member in (*writer.write(thinner.close()), *writer.close()):
            write_all(handle, member)
        os.fchmod(handle, like.st_mode & 0o777)
        os.utime(handle, ns=(like.st_atime_ns, like.st_mtime_ns))  # a lost run is known to have lived until then
        kernel.fsync(handle)
    finally:
        os.close(handle)


def _is_written_to(path: Path) -> bool:
    """Whether any process has the file open for writing: the kernel refuses a read lease then."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN  # not every file system knows leases, and not every owner may take one
    finally:
        os.close(handle)
    return False
