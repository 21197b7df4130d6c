"""Numbers that are only ever added to. What was taken of them stays as it was, and taking costs no copy."""

from __future__ import annotations

from array import array


class Growing:
    """A row of numbers of one kind: ``code`` is that of the array module (``q`` whole numbers, ``d`` others)."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._room = memoryview(array(code, [0] * 64))
        self._used = 0

    def append(self, number: float) -> None:
        """Add one."""
        if self._used == len(self._room):
            # Twice the room elsewhere: what was taken goes on looking at the old one.
            room = memoryview(array(self._code, bytes(2 * self._room.nbytes)))
            room[: self._used] = self._room
            self._room = room
        self._room[self._used] = number  # type: ignore[call-overload]
        self._used += 1

    def taken(self) -> memoryview:
        """All numbers so far."""
        return self._room[: self._used]

    def __len__(self) -> int:
        return self._used
