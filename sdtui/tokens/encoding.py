"""What one caption becomes: CLIP token ids, the span of each in the original text, and the windows of 75."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["ftfy", "plain"]
"""How the trainer's tokenizer cleans text: ``ftfy`` (transformers up to 4.x with ftfy), or ``plain``."""

WINDOW = 75
"""Tokens of a caption that one pass of a CLIP text encoder takes, begin and end token not counted."""

LIMITS = (75, 150, 225)
"""The lengths that the trainer can be set to (no ``--max_token_length``, 150, 225; library/strategy_base.py)."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The tokens of ``text``, begin and end token not counted, before anything is cut."""

    text: str
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    """For each token its half-open range of code points in ``text``; in ascending order of start."""

    @property
    def count(self) -> int:
        """Tokens before truncation."""
        return len(self.ids)

    @property
    def windows(self) -> int:
        """Windows of 75 that the tokens fill, at least 1."""
        return max(1, -(-len(self.ids) // WINDOW))

    def over(self, limit: int) -> bool:
        """True when the trainer drops tokens at ``limit``."""
        return len(self.ids) > limit

    def cut(self, limit: int) -> int | None:
        """Offset in ``text`` of the first token that is dropped at ``limit``; None when all fit."""
        return self.spans[limit][0] if len(self.ids) > limit else None

    def seams(self, limit: int) -> tuple[int, ...]:
        """Offsets in ``text`` where a second or third window begins below ``limit``."""
        return tuple(self.spans[at][0] for at in range(WINDOW, min(limit, len(self.ids)), WINDOW))
