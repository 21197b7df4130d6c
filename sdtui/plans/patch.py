"""A Write of a large file as the journal keeps it: the span that changes, and what tells the whole file apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sdtui.base.copies import Digest
from sdtui.plans.plan import Write

_SMALL = 64_000
"""Bytes before and after together, up to which a Write is kept whole: that is a backup, too."""
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Patch:
    """Within ``path``, from byte ``start`` on, ``old`` becomes ``new``; ``before`` and ``after`` are of the whole."""

    path: Path
    start: int
    old: bytes
    new: bytes
    before: Digest
    after: Digest

    def forward(self, data: bytes) -> bytes:
        """``data``, which is what stood there before, with the change made."""
        return data[: self.start] + self.new + data[self.start + len(self.old) :]

    def back(self, data: bytes) -> bytes:
        """``data``, which is what stands there afterwards, with the change taken back."""
        return data[: self.start] + self.old + data[self.start + len(self.new) :]


def patch_of(write: Write) -> Patch | None:
    """``write`` as a Patch, None where the journal keeps it whole."""
    before, after = write.before, write.after
    if before is None or len(before) + len(after) <= _SMALL:
        return None
    start = _alike(before, after)
    most = min(len(before), len(after)) - start
    end = _alike(before[start:][::-1], after[start:][::-1], most)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    return Patch(write.path, start, old, new, Digest.of(before), Digest.of(after))


def _alike(one: bytes, other: bytes, most: int | None = None) -> int:
    """How many bytes at the beginning are the same, ``most`` at most."""
    most = min(len(one), len(other)) if most is None else most
    at = 0
    while at < most and one[at : at + _BLOCK] == other[at : at + _BLOCK]:
        at += _BLOCK
    return next((place for place in range(at, most) if one[place] != other[place]), most)
