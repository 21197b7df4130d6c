"""The runs of a project, each on a line."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from sdtui.base.text import safe
from sdtui.runs.past.history import PastRun
from sdtui.runs.past.settings_told import brief
from sdtui.runs.record import RunState
from sdtui.tui.history import rows
from sdtui.tui.marks import marks
from sdtui.tui.monitor.chart import STYLES
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.row_list import RowList

_MARK, _STAR = 2, 2
_STEPS, _TIME, _LOSS = 14, 11, 9
_ENDED, _LIVE = 9, 17
"""Cells of the state where all runs have ended, and where one lives."""
_WIDE = 96
"""Cells from which on the steps and the year are shown."""
_VERY_WIDE = 112
"""Cells from which on the settings and the note have a column."""


class RunList(RowList[PastRun]):
    """One row a run. Marked ones bear the letter that their curve will have."""

    def __init__(self) -> None:
        super().__init__(id="runs")
        self.marked: list[str] = []
        """IDs in the order in which they were marked."""

    def heading(self) -> str:
        """The columns' names, over the columns."""
        width = max(0, self.size.width - 2)
        date, name, state, told = self._widths(width)
        text = " " * (1 + _MARK + _STAR) + fit("STARTED", date) + fit("RUN", name) + fit("STATE", state)
        text += fit_right("STEPS", _STEPS) if width >= _WIDE else ""
        text += fit_right("TIME", _TIME) + fit_right("LOSS", _LOSS) + fit_right("BEST", _LOSS)
        return text + ("   SETTINGS, NOTE" if told else "")

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        past = self.rows[row]
        width -= 1  # the last cell is the scrollbar's
        date, name, state, told = self._widths(width)
        letter, letter_style = self._letter(past, ink)
        segments = [
            Segment(fit(letter, _MARK), letter_style),
            Segment(fit(marks().starred if past.note.starred else "", _STAR), ink.warn),
            Segment(fit(rows.started_text(past, year=width >= _WIDE), date), ink.dim),
            Segment(fit(rows.name_text(past), name - 1) + " ", ink.text),
            Segment(fit(rows.state_text(past), state), _state_style(past.view.state, ink)),
        ]
        if width >= _WIDE:
            segments.append(Segment(fit_right(rows.steps_text(past), _STEPS), ink.dim))
        segments += [
            Segment(fit_right(rows.time_text(past), _TIME), ink.dim),
            Segment(fit_right(rows.final_text(past), _LOSS), ink.text if past.losses.broken_at is None else ink.bad),
            Segment(fit_right(rows.loss_text(past.losses.best), _LOSS), ink.text),
        ]
        if told:
            segments += _told(past, told, ink)
        return [*segments, Segment(" ")]

    def _letter(self, past: PastRun, ink: Inks) -> tuple[str, Style]:
        if past.record.id not in self.marked:
            return "", ink.dim
        place = self.marked.index(past.record.id) % len(STYLES)
        return STYLES[place][1], ink.curves[place % len(ink.curves)]

    def _widths(self, width: int) -> tuple[int, int, int, int]:
        """Cells of the date, the name, the state, and of the settings and note (0 where there is no room)."""
        wide = width >= _WIDE
        date = 18 if wide else 13
        state = _ENDED if all(past.view.state.ended for past in self.rows) else _LIVE
        rest = width - _MARK - _STAR - date - state - (_STEPS if wide else 0) - _TIME - 2 * _LOSS
        if width < _VERY_WIDE:
            return date, max(8, rest), state, 0
        longest = max((cell_len(rows.name_text(past)) for past in self.rows), default=0)
        name = min(rest // 2, max(12, longest + 2))
        return date, name, state, max(0, rest - name)


def _told(past: PastRun, width: int, ink: Inks) -> list[Segment]:
    """The note, else the settings that matter."""
    note = rows.note_text(past)
    text, style = (note, ink.text) if note else (safe(brief(past.record)), ink.dim)
    return [Segment("   "), Segment(fit(text, width - 3), style)]


def _state_style(state: RunState, ink: Inks) -> Style:
    known = {RunState.DONE: ink.good, RunState.STOPPED: ink.warn, RunState.FAILED: ink.bad, RunState.LOST: ink.bad}
    return known.get(state, ink.accent)
