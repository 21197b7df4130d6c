"""The findings, one row each: how bad, of what kind, what it is, how much it is about, and whether it can be mended."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from sdtui.base.text import count, plural, safe
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.fixes import FIXES
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_MARK = 3
_CODE = 26
_ABOUT = 13
_FIX = 6
_GAP = 2
_NAMES = 8
"""Files that may be named in a row."""
_LEAST = 12
"""Cells from which on they are."""
_CODES_FROM = 96
"""Cells of a row from which on codes are shown."""


class FindingList(VirtualList):
    """Sorted by severity, then code, as a report has them."""

    def __init__(self) -> None:
        super().__init__(id="findings")
        self.findings: Sequence[Finding] = ()
        self.teaching: list[str] = []
        """What stands there when there is nothing to list."""

    @property
    def finding(self) -> Finding | None:
        """The one under the cursor."""
        return self.findings[self.cursor] if self.cursor < len(self.findings) else None

    def take(self, findings: Sequence[Finding]) -> None:
        """List these; the cursor stays with its finding, or with the next of its code, or on its row."""
        before, self.findings = self.finding, findings
        self.rows_changed(_place_of(before, findings, self.cursor))

    def row_count(self) -> int:
        return len(self.findings)

    def empty_text(self) -> list[str]:
        return self.teaching

    @staticmethod
    def _code_width(width: int) -> int:
        return _CODE if width >= _CODES_FROM else 0

    def heading(self, width: int) -> str:
        """The words over the columns."""
        code = self._code_width(width - 1)
        room = max(0, width - 2 - _MARK - code - _ABOUT - _FIX)
        return (
            f" {' ' * _MARK}{fit('CODE', code)}{fit('WHAT', room)}{fit_right('ABOUT', _ABOUT)}{fit_right('FIX', _FIX)} "
        )

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        finding = self.findings[row]
        code = self._code_width(width)
        room = max(0, width - 1 - _MARK - code - _ABOUT - _FIX)
        first = row == 0 or self.findings[row - 1].code != finding.code
        mark, style = severity_mark(finding.severity, ink)
        can = key_of("checks.fix") if finding.code in FIXES else ""
        return [
            Segment(fit(mark, _MARK), style),
            Segment(fit(safe(finding.code) if first else "", code - 1) + " " if code else "", ink.dim),
            *_told(finding, room, ink),
            Segment(fit_right(about(finding), _ABOUT), ink.dim),
            Segment(fit_right(can, _FIX), ink.accent),
            Segment(" "),
        ]


def _told(finding: Finding, room: int, ink: Inks) -> list[Segment]:
    """The sentence, and where it leaves room the names of the first files."""
    sentence = safe(finding.message)
    left = room - cell_len(sentence) - _GAP
    names = ", ".join(safe(file.name) for file in finding.files[:_NAMES])
    if left < _LEAST or not names:
        return [Segment(fit(sentence, room), ink.text)]
    return [Segment(sentence + " " * _GAP, ink.text), Segment(fit(names, left), ink.dim)]


def severity_mark(severity: Severity, ink: Inks) -> tuple[str, Style]:
    """``✖``, ``!``, ``·``: told apart without colour too."""
    known = {Severity.ERROR: (marks().stop, ink.bad), Severity.WARNING: (marks().broken, ink.warn)}
    return known.get(severity, ("·", ink.dim))


def about(finding: Finding) -> str:
    """``12 files``, ``line 3``: how much, or where."""
    if finding.files:
        return plural(len(finding.files), "file")
    return f"line {count(finding.line)}" if finding.line is not None else ""


def _place_of(before: Finding | None, findings: Sequence[Finding], otherwise: int) -> int:
    if before is None:
        return otherwise
    best = otherwise
    for place in range(len(findings) - 1, -1, -1):
        finding = findings[place]
        if finding == before or (finding.code, finding.path, finding.line) == (before.code, before.path, before.line):
            return place
        if finding.code == before.code:
            best = place
    return best
