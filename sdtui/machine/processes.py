"""Processes that cannot be mistaken for others: a pid is reused, a pid with its start time and boot is not.

Read from ``/proc`` directly (man 5 proc), because the supervisor of a run must stay small and because psutil's
``create_time()`` moves when the wall clock is set, which WSL does after each sleep.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

PROC = Path("/proc")
_DEAD = frozenset("ZXx")


class Mark(Protocol):
    """What identifies a process: its pid, when it started (seconds after boot), and which boot that was."""

    @property
    def pid(self) -> int: ...

    @property
    def start_time(self) -> float: ...

    @property
    def boot_id(self) -> str: ...


class Identity(NamedTuple):
    """A Mark as plain values."""

    pid: int
    start_time: float
    boot_id: str


class Stat(NamedTuple):
    """The fields of ``/proc/PID/stat`` that matter here. ``start_time`` in seconds after boot."""

    pid: int
    state: str
    parent: int
    group: int
    session: int
    start_time: float

    @property
    def living(self) -> bool:
        """A zombie has ended; only its parent has not asked yet."""
        return self.state not in _DEAD


def boot_id() -> str:
    """Which start of the machine this is; "" where the kernel does not say."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def host() -> str:
    """Where pids of this process mean something: the machine's name and the pid namespace, its own in a container."""
    try:
        namespace = str((PROC / "self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{os.uname().nodename} {namespace}".strip()


def stat(pid: int) -> Stat | None:
    """What the kernel says of ``pid``, None where there is no such process."""
    try:
        text = (PROC / str(pid) / "stat").read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return None
    # The command's name stands in parentheses and may itself hold spaces and parentheses.
    fields = text[text.rfind(")") + 2 :].split()
    if len(fields) < 20:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return Stat(pid, fields[0], int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19]) / ticks)


def began(process: Stat) -> float:
    """When it started, in seconds since the epoch by today's clock."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + process.start_time


def mark(pid: int) -> Identity | None:
    """The identity of a living process, None where it has ended."""
    found = stat(pid)
    return Identity(pid, found.start_time, boot_id()) if found is not None and found.living else None


def alive(process: Mark | None) -> bool:
    """Whether exactly this process lives: not another one with its number, not a zombie, not one of an earlier boot."""
    if process is None or process.boot_id != boot_id():
        return False
    found = stat(process.pid)
    return found is not None and found.living and abs(found.start_time - process.start_time) < 0.005


def name_of(pid: int) -> str:
    """What the process is called: its program, and the script or module of a Python. Empty where it cannot be seen."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", errors="replace").split("\0")
        short = (PROC / str(pid) / "comm").read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""
    program = words[0].rpartition("/")[2] or short
    if not program.startswith("python"):
        return program
    script = next((word for word in words[1:] if word and word[0] != "-"), "")
    return f"{program} {script.rpartition('/')[2]}".strip() if "-c" not in words else program


def living() -> Iterator[Stat]:
    """Every living process that can be seen."""
    try:
        names = [entry.name for entry in PROC.iterdir()]
    except OSError:
        return
    for name in names:
        if name.isdigit() and (found := stat(int(name))) is not None and found.living:
            yield found


def group_members(leader: Mark) -> tuple[int, ...]:
    """Pids that live in the process group or session that ``leader`` began, also after its own end.

    A pid is not given out again while a group or session bears it, so another process with the leader's number means
    that the group is gone.
    """
    if leader.boot_id != boot_id():
        return ()
    found = stat(leader.pid)
    if found is not None and abs(found.start_time - leader.start_time) >= 0.005:
        return ()
    return tuple(
        process.pid
        for process in living()
        if leader.pid in (process.group, process.session) and process.start_time >= leader.start_time - 0.005
    )


def descendants(ancestor: int) -> tuple[int, ...]:
    """Pids of the living children of ``ancestor``, their children, and so on; nearest first."""
    children: dict[int, list[int]] = {}
    for process in living():
        children.setdefault(process.parent, []).append(process.pid)
    found: list[int] = []
    queue = [ancestor]
    for pid in queue:
        found += children.get(pid, ())
        queue += children.get(pid, ())
    return tuple(found)
