"""The images of a subset, each on a line: name, size, tokens, and where there is room the caption's beginning."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from sdtui.base.text import safe
from sdtui.dataset.marks import NO_MARKS, Mark, Marks
from sdtui.dataset.project import CaptionSource, Sample
from sdtui.tui.dataset.tally import is_missing
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_SIZE = 10
_TOKENS = 10
_MARKS = 4
"""With a blank before them, and one after them for the scroll bar."""
_CAPTION_FROM = 62
"""Cells of a row from which on captions are shown too."""
_MOST_NAME = 34


class ImageList(VirtualList):
    """One row an image."""

    def __init__(self) -> None:
        super().__init__(id="images")
        self.samples: Sequence[Sample] = ()
        self.limit = 75
        self.drafts: Collection[Path] = ()
        """Images whose caption is being edited and not saved."""
        self.selected: Collection[Path] = ()
        self.marks: Marks = NO_MARKS
        self.teaching: list[str] = []
        """What stands there when there is nothing to list."""

    def row_count(self) -> int:
        return len(self.samples)

    def empty_text(self) -> list[str]:
        return self.teaching

    @property
    def sample(self) -> Sample | None:
        """The image under the cursor."""
        return self.samples[self.cursor] if self.cursor < len(self.samples) else None

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        sample = self.samples[row]
        words, style = tokens_text(sample, self.limit, ink)
        if sample.path in self.drafts:
            words, style = f"{marks().draft} unsaved", ink.accent
        size = f"{sample.width}×{sample.height}" if sample.width else "·"
        room = width - 1 - _SIZE - _TOKENS - _MARKS
        caption = width >= _CAPTION_FROM
        name_width = min(room, _MOST_NAME) if caption else room
        segments = [
            Segment(marks().selected if sample.path in self.selected else " ", ink.accent),
            Segment(fit(safe(sample.name), name_width), ink.bad if sample.problem else ink.text),
            Segment(fit_right(size, _SIZE), ink.dim),
            Segment(fit_right(words, _TOKENS), style),
            Segment(" "),
            *marks_segments(self.marks.of(sample), ink),
            Segment(" "),
        ]
        if caption:
            segments.append(Segment(" " + fit(safe(sample.caption or ""), room - name_width - 1), ink.dim))
        return segments


def marks_segments(mark: Mark, ink: Inks) -> list[Segment]:
    """``✓★``, ``⚑ ``: two cells; a flag stands in the place of the tick."""
    if mark.flagged:
        first = Segment(marks().flagged, ink.warn)
    else:
        first = Segment(marks().reviewed if mark.reviewed else " ", ink.good)
    return [first, Segment(marks().starred if mark.starred else " ", ink.accent)]


def tokens_text(sample: Sample, limit: int, ink: Inks) -> tuple[str, Style]:
    """``61 tok``, ``▲92 tok``, ``≈14 tok``, ``○ no text``: what is trained for an image, in one glance."""
    if sample.problem is not None and sample.caption is None and sample.caption_source is not CaptionSource.CLASS:
        return f"{marks().broken} broken", ink.bad
    if is_missing(sample):
        return f"{marks().missing} no text", ink.warn
    if sample.caption_source is CaptionSource.CLASS:
        return "class", ink.dim
    if sample.tokens > limit:
        return f"{marks().over}{sample.tokens} tok", ink.warn
    if sample.caption_source is CaptionSource.BORROWED:
        return f"{marks().borrowed}{sample.tokens} tok", ink.text
    return f"{sample.tokens} tok", ink.text
