"""The system calls of the file layer, in one place, so that a test can make any of them fail or count them.

A full disk is hard to bring about, and root ignores file modes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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
    read: Callable[[Path], bytes] = Path.read_bytes


kernel = Kernel()
