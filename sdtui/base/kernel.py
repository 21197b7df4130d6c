"""The system calls of the file layer, in one place, so that a test can make any of them fail or count them.

A full disk is hard to bring about, and root ignores file modes.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def read_regular(path: Path) -> bytes:
    """The bytes of a regular file. Raises OSError: ENXIO for a pipe or a device, which could be waited for for ever."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISREG(mode):
            with open(handle, "rb", closefd=False) as reading:
                return reading.read()
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO
        raise OSError(number, os.strerror(number), str(path))
    finally:
        os.close(handle)


@dataclass
class Kernel:
    """The system calls that writing uses, and those that decide whether it may."""

    open: Callable[..., int] = os.open
    write: Callable[[int, bytes], int] = os.write
    fsync: Callable[[int], None] = os.fsync
    replace: Callable[[Path, Path], None] = os.replace
    rename: Callable[[Path, Path], None] = os.rename
    unlink: Callable[[Path], None] = os.unlink
    mkdir: Callable[[Path], None] = os.mkdir
    rmdir: Callable[[Path], None] = os.rmdir
    lstat: Callable[[Path], os.stat_result] = os.lstat
    listdir: Callable[[Path], list[str]] = os.listdir
    read: Callable[[Path], bytes] = read_regular


kernel = Kernel()
