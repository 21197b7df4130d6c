"""What a process was started with, and which files it has open. Of other people's processes little can be seen."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sdtui.machine.processes import PROC


def command_of(pid: int) -> tuple[str, ...]:
    """Its command line, word by word; empty where it cannot be seen or the process has ended."""
    try:
        data = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(word) for word in data.rstrip(b"\0").split(b"\0")) if data else ()


def working_folder(pid: int) -> Path | None:
    """The folder that its relative paths begin at; None where it cannot be seen."""
    try:
        return (PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None


def has_open(pid: int, path: Path) -> bool:
    """Whether it has exactly this file open, under whatever name; False where that cannot be seen."""
    try:
        wanted = path.stat()
        handles = list((PROC / str(pid) / "fd").iterdir())
    except OSError:
        return False
    return any(_is(handle, wanted) for handle in handles)


def written_file(pid: int) -> Path | None:
    """The file that its standard error goes to, or its standard output; None for a terminal, a pipe, or nothing."""
    for handle in (PROC / str(pid) / "fd" / "2", PROC / str(pid) / "fd" / "1"):
        try:
            path, written = handle.readlink(), handle.stat()
            if stat.S_ISREG(written.st_mode) and os.path.samestat(path.stat(), written):
                return path
        except OSError:
            continue  # it was deleted or renamed, or is not for us to see
    return None


def _is(handle: Path, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(handle.stat(), wanted)
    except OSError:
        return False
