"""Numbers that are only ever added to. What was taken of them stays as it was, and taking costs no copy."""

from __future__ import annotations

from array import array
from collections.abc import Iterable


class Growing:
    """A row of numbers of one kind: ``code`` is that of the array module (``q`` whole numbers, ``d`` others)."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._room = memoryview(array(code, [0] * 64))
        self._used = 0

    def append(self, number: float) -> None:
        """Add one."""
        self.extend((number,))

    def extend(self, numbers: Iterable[float]) -> None:
        """Add them all."""
        new = numbers if isinstance(numbers, array) and numbers.typecode == self._code else array(self._code, numbers)
        used = self._used + len(new)
        if used > len(self._room):
            # Room elsewhere: what was taken goes on looking at the old one.
            room = memoryview(array(self._code, bytes(max(2 * len(self._room), used) * self._room.itemsize)))
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[self._used : used] = memoryview(new)
        self._used = used

    def taken(self) -> memoryview:
        """All numbers so far."""
        return self._room[: self._used]

    def __len__(self) -> int:
        return self._used
