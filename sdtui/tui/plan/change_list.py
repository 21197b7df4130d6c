"""Everything that a proposal changes, a line each: image, tokens before and after, words that differ."""

from __future__ import annotations

from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from sdtui.base.text import safe
from sdtui.edits.proposal import CaptionEdit
from sdtui.tui.marks import marks
from sdtui.tui.plan.rows import Left, Row
from sdtui.tui.plan.sentences import name_of, sentence_of
from sdtui.tui.plan.words import drawn, excerpt, fitted
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_end, fit_right
from sdtui.tui.widgets.row_list import RowList

_TOKENS = 11
_MARK = 2
_WIDE = 100
"""Cells from which on the subset has a column of its own."""
_SUBSET = 16


class ChangeList(RowList[Row]):
    """One row a caption, change or file that is left out; each is made when it is first seen."""

    def __init__(self) -> None:
        super().__init__(id="plan-rows")
        self.limit = 75
        self.root = Path()
        """The project's folder: paths are shown as seen from there."""
        self.reasons = False
        """True where all rows are files that were left: then only the reason stands beside each."""
        self.with_captions = True
        """False where no row is a caption, so that there is no column for tokens."""

    def heading(self) -> str:
        """The columns' names, over the columns."""
        width = max(0, self.size.width - 2)
        if not self.with_captions:
            return f" {' ' * _MARK}{fit('FILE', self._column(width))} {'WHY' if self.reasons else 'CHANGE'}"
        subset = fit("SUBSET", _SUBSET) if width >= _WIDE else ""
        return f" {' ' * _MARK}{subset}{fit('IMAGE', self._column(width))}{fit_right('TOKENS', _TOKENS)}  CAPTION"

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        return [*self._row(self.rows[row], width - 1, ink), Segment(" ")]  # the last cell is the scrollbar's

    def _row(self, shown: Row, width: int, ink: Inks) -> list[Segment]:
        if isinstance(shown, CaptionEdit):
            return self._caption(shown, width, ink)
        if isinstance(shown, Left):
            why = safe(shown.why if self.reasons else f"left out: {shown.why}")
            return self._line(marks().missing, shown.path.name, why, width, ink.warn, ink)
        return self._line("", name_of(shown), sentence_of(shown, self.root), width, ink.text, ink)

    def _caption(self, edit: CaptionEdit, width: int, ink: Inks) -> list[Segment]:
        warned = bool(edit.warnings)
        over = edit.tokens_after > self.limit
        segments = [Segment(fit(marks().broken if warned else "", _MARK), ink.warn)]
        if width >= _WIDE:
            segments.append(Segment(fit(safe(edit.subset), _SUBSET - 1) + " ", ink.dim))
        segments += [
            Segment(fit_end(safe(edit.image.name), self._column(width)), ink.text),
            Segment(fit_right(tokens_text(edit, self.limit, _TOKENS), _TOKENS), ink.warn if over else ink.dim),
            Segment("  "),
        ]
        room = max(0, width - sum(segment.cell_length for segment in segments))
        pieces = drawn(excerpt(edit.before, edit.after, room), ink)
        return [*segments, *fitted(pieces, room, ink.text)]

    def _line(self, mark: str, name: str, sentence: str, width: int, style: Style, ink: Inks) -> list[Segment]:
        column = self._column(width)
        return [
            Segment(fit(mark, _MARK), style),
            Segment(fit_end(safe(name), column), ink.text),
            Segment(" " + fit(sentence, max(0, width - column - _MARK - 1)), style),
        ]

    def _column(self, width: int) -> int:
        """Cells of the column of names."""
        return max(12, min(30, width // 4))


def tokens_text(edit: CaptionEdit, limit: int, width: int = 99) -> str:
    """``61 → ▲92``; only the second number where it stays, or where ``width`` has no room for both."""
    after = f"{marks().over if edit.tokens_after > limit else ''}{edit.tokens_after}"
    both = f"{edit.tokens_before} → {after}"
    return after if edit.tokens_after == edit.tokens_before or len(both) > width else both
