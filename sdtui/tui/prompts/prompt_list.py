"""The prompts, one row each: the words, size, seed, steps, scale and tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.segment import Segment

from sdtui.base.text import count, safe
from sdtui.checks.finding import Severity
from sdtui.trainer.prompt_file import PromptFile, PromptRow
from sdtui.trainer.prompt_options import PROMPT, SEED
from sdtui.tui.marks import marks
from sdtui.tui.prompts.judging import Judged
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_NUMBER = 4
_MARK = 3
_SIZE = 11
_SEED = 12
_STEPS = 6
_SCALE = 6
_TOKENS = 7
_ROOMY = 88
"""Cells from which on steps, scale and seed have columns."""


class PromptList(VirtualList):
    """Rows of a PromptFile."""

    def __init__(self, judged: Callable[[int], Judged], defaults: Mapping[str, Any]) -> None:
        """``judged(row)`` says what is known of a row; ``defaults`` hold where a row does not say."""
        super().__init__(id="prompts")
        self._judged = judged
        self._defaults = defaults
        self.file: PromptFile | None = None
        self._teaching: list[str] = []

    @property
    def row(self) -> PromptRow | None:
        """The prompt under the cursor."""
        rows = self.file.rows if self.file is not None else ()
        return rows[self.cursor] if self.cursor < len(rows) else None

    def row_count(self) -> int:
        return len(self.file.rows) if self.file is not None else 0

    def empty_text(self) -> list[str]:
        return self._teaching

    def teach(self, lines: list[str]) -> None:
        """Say these where there is nothing to list."""
        if lines != self._teaching:
            self._teaching = lines
            if not self.row_count():
                self.redraw()

    def heading(self, width: int) -> str:
        """The words over the columns."""
        words = fit_right("size", _SIZE)
        if self._roomy(width):
            words += fit_right("seed", _SEED) + fit_right("steps", _STEPS) + fit_right("scale", _SCALE)
        words += fit_right("tok", _TOKENS)
        room = max(0, width - 2 - _NUMBER - _MARK - len(words))
        return f"{' ' * (1 + _NUMBER + _MARK)}{fit('PROMPT', room)}{words}"

    def _roomy(self, width: int) -> bool:
        return width >= _ROOMY

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        file = self.file
        assert file is not None
        prompt, judged = file.rows[row], self._judged(row)
        right = [self._sides(prompt, ink)]
        if self._roomy(width + 1):
            right += [
                self._value(prompt, SEED, _SEED, "random", ink),
                self._value(prompt, "sample_steps", _STEPS, "", ink),
                self._value(prompt, "scale", _SCALE, "", ink),
            ]
        right.append(Segment(fit_right(count(judged.tokens), _TOKENS), ink.warn if judged.over else ink.dim))
        text = prompt.values.get(PROMPT)
        words = safe(text if isinstance(text, str) else "" if text is None else str(text))
        room = max(0, width - 1 - _NUMBER - _MARK - sum(len(segment.text) for segment in right))
        mark, style = _mark(judged, ink)
        return [
            Segment(fit_right(count(row + 1), _NUMBER), ink.dim),
            Segment(f" {mark} ", style),
            Segment(fit(words, room) if words else fit("no prompt", room), ink.text if words else ink.dim),
            *right,
            Segment(" "),
        ]

    def _sides(self, row: PromptRow, ink: Inks) -> Segment:
        sides = [row.values.get(key, self._defaults.get(key)) for key in ("width", "height")]
        own = "width" in row.values or "height" in row.values
        return Segment(fit_right(safe("×".join(map(str, sides))), _SIZE), ink.text if own else ink.dim)

    def _value(self, row: PromptRow, key: str, width: int, otherwise: str, ink: Inks) -> Segment:
        value = row.values.get(key)
        shown = self._defaults.get(key, otherwise) if value is None else value
        text = f"{shown:g}" if isinstance(shown, float) else safe(str(shown))
        return Segment(fit_right(text, width), ink.dim if value is None else ink.text)


def _mark(judged: Judged, ink: Inks) -> tuple[str, Any]:
    if judged.worst is Severity.ERROR:
        return marks().stop, ink.bad
    return (marks().over, ink.warn) if judged.worst is Severity.WARNING else (" ", ink.dim)
