"""Numbers that are only ever added to. What was taken of them stays as it was, and taking costs no copy."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class Growing:
    """A row of numbers of one kind: ``code`` is that of the array module (``q`` whole numbers, ``d`` others)."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._room = memoryview(array(code, [0] * 64))
        self._used = 0

    def append(self, number: float) -> None:
        """Add one."""
        self._make_room(1)
        self._room[self._used] = number  # type: ignore[call-overload]
        self._used += 1

    def extend(self, numbers: Sequence[float]) -> None:
        """Add several at once."""
        added = memoryview(array(self._code, numbers))
        self._make_room(len(added))
        self._room[self._used : self._used + len(added)] = added
        self._used += len(added)

    def _make_room(self, count: int) -> None:
        if self._used + count > len(self._room):
            # At least twice the room elsewhere: what was taken goes on looking at the old one.
            size = max(2 * len(self._room), self._used + count)
            room = memoryview(array(self._code, bytes(size * self._room.itemsize)))
            room[: self._used] = self._room[: self._used]
            self._room = room

    def taken(self) -> memoryview:
        """All numbers so far."""
        return self._room[: self._used]

    def __len__(self) -> int:
        return self._used
