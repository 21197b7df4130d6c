"""The filters that were used before, on the up and down keys as in a shell."""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 50


def remember(earlier: Sequence[str], text: str) -> list[str]:
    """``earlier`` with ``text`` as its newest, which is its first."""
    if not text:
        return list(earlier)
    return [text, *(each for each in earlier if each != text)][:_MOST]


class Recalled:
    """Goes back and forth through earlier filters; what was being typed is the newest of them."""

    def __init__(self, earlier: Sequence[str]) -> None:
        self._earlier = list(earlier)
        self._at = -1
        self._typed = ""

    def step(self, steps: int, typed: str) -> str | None:
        """The filter ``steps`` before (or after, where negative) the one that is shown; None where there is none."""
        if self._at < 0:
            self._typed = typed
        texts = [self._typed, *(text for text in self._earlier if text != self._typed)]
        at = self._at + 1 + steps
        if not 0 <= at < len(texts):
            return None
        self._at = at - 1
        return texts[at]
