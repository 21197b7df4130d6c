"""The line under a caption: how full it is. Its words keep their place whatever they say."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from sdtui.base.text import count
from sdtui.tui.marks import marks
from sdtui.tui.theme import inks

_COUNT = 12
_CUT = 10


class CountLine(Widget):
    """``━━━━━━━━━━━━━━━━  ▲17 cut   92/75 tok``: the count at the end, what is cut before it."""

    DEFAULT_CSS = "CountLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._tokens: int | None = None
        self._limit = 75

    def show(self, tokens: int | None, limit: int) -> None:
        """Show ``tokens`` of ``limit``; None where there is nothing to count."""
        if (tokens, limit) != (self._tokens, self._limit):
            self._tokens, self._limit = tokens, limit
            self.refresh()

    def render(self) -> Text:
        ink = inks(self.app.theme)
        tokens, limit = self._tokens, self._limit
        over = tokens is not None and tokens > limit
        cut = f" {marks().over}{count(tokens - limit)} cut".rjust(_CUT) if tokens is not None and over else " " * _CUT
        of = f"  {count(tokens)}/{limit} tok".rjust(_COUNT) if tokens is not None else " " * _COUNT
        width = max(0, self.size.width - len(cut) - len(of))
        text = Text(no_wrap=True, overflow="crop", end="")
        halves = min(2 * width, round(2 * width * (tokens or 0) / limit))
        if tokens and not halves:
            halves = 1
        filled = "━" * (halves // 2) + ("╸" if halves % 2 else "")
        text.append(filled, ink.warn if over else ink.accent)
        text.append("─" * (width - len(filled)), ink.empty_bar)
        text.append(cut, ink.warn)
        text.append(of, ink.warn if over else ink.text)
        return text
