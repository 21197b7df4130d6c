"""The processes of a run whose own supervisor was killed: those of its group, and those that have left it since."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.machine import processes
from sdtui.machine.processes import Identity, Mark


class Kin:
    """Learns who belongs to a run while parents and children still hang together.

    A process with a session of its own (as torch starts its workers) is nobody's any more once its parent has ended,
    and the supervisor that takes over is not the one that the kernel would hand it to. Whoever was seen once is known.
    """

    def __init__(self, leader: Mark) -> None:
        self._leader = leader
        self._seen: dict[int, Identity] = {}

    def look(self) -> tuple[int, ...]:
        """Everybody of the run who lives now."""
        for pid in dict.fromkeys(self._found()):
            if not processes.alive(self._seen.get(pid)) and (mark := processes.mark(pid)) is not None:
                self._seen[pid] = mark
        self._seen = {pid: mark for pid, mark in self._seen.items() if processes.alive(mark)}
        return tuple(self._seen)

    def _found(self) -> Iterator[int]:
        members = processes.group_members(self._leader)
        yield from members
        known = [pid for pid, mark in self._seen.items() if processes.alive(mark)]
        for pid in (*members, *known):
            yield from processes.descendants(pid)
