"""The buckets, each on a line: images, entries of an epoch, and the batches that they make."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from sdtui.base.text import count
from sdtui.tui.buckets.groups import Group
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import bar, fit, fit_right
from sdtui.tui.widgets.lines import ROLES
from sdtui.tui.widgets.virtual_list import VirtualList

_TITLE = 15
_IMAGES = 6
_ENTRIES = 8
_BATCHES = 8
_LAST = 5
_FIXED = _TITLE + _IMAGES + _ENTRIES + _BATCHES + _LAST
_WIDE = 50
"""Cells from which on the entries have a bar."""


class GroupList(VirtualList):
    """One row a group."""

    def __init__(self) -> None:
        super().__init__(id="bucket-groups")
        self.groups: Sequence[Group] = ()
        self.teaching: list[str] = []

    def row_count(self) -> int:
        return len(self.groups)

    def empty_text(self) -> list[str]:
        return self.teaching

    @property
    def group(self) -> Group | None:
        """The group under the cursor."""
        return self.groups[self.cursor] if self.cursor < len(self.groups) else None

    def heading(self) -> str:
        """The columns' names, over the columns."""
        room = self._bar(self.size.width - 2)
        names = fit_right("images", _IMAGES) + fit_right("entries", _ENTRIES) + " " * room
        return f" {fit('BUCKET', _TITLE)}{names}{fit_right('batches', _BATCHES)}{fit_right('last', _LAST)}"

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        group = self.groups[row]
        role = ROLES[group.role](ink)
        segments = [
            Segment(fit(group.title, _TITLE), role),
            Segment(fit_right(count(len(group.images)), _IMAGES), ink.text),
            Segment(fit_right(count(group.entries), _ENTRIES), ink.text),
            *self._share(group, self._bar(width - 1), ink),
        ]
        batches = count(group.batches) if group.batches is not None else ""
        short = f"{group.short}/{group.batch_size}" if group.short else ""
        segments.append(Segment(fit_right(batches, _BATCHES), ink.text))
        segments.append(Segment(fit_right(short, _LAST), ink.warn))
        return [*segments, Segment(" ")]

    def _share(self, group: Group, room: int, ink: Inks) -> list[Segment]:
        if not room:
            return []
        most = max((each.entries for each in self.groups if each.batches is not None), default=0)
        drawn = bar(group.entries / most, room - 2) if most and group.batches is not None else " " * (room - 2)
        return [Segment("  "), Segment(drawn, ink.accent)]

    def _bar(self, width: int) -> int:
        """Cells that the bars take, with a gap before them."""
        return width - _FIXED if width >= _WIDE else 0
