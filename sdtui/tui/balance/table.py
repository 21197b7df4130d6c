"""The subsets with their repeats, entries and shares, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment

from sdtui.base.text import count, safe
from sdtui.dataset.project import Project, Subset
from sdtui.tui.balance.wish import Wish
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import bar, fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_IMAGES = 8
_REPEATS = 10
_ENTRIES = 10
_PERCENT = 6
_WANTED = 9
_LEAST_NAME = 12
_LONGEST_BAR = 24


class BalanceTable(VirtualList):
    """One row a subset."""

    def __init__(self) -> None:
        super().__init__(id="balance-table")
        self.project: Project | None = None
        self.wish = Wish()
        self.entries: Mapping[str, int] = {}
        """Entries of an epoch by subset, as the trainer counts them; empty until counted."""

    @property
    def subsets(self) -> tuple[Subset, ...]:
        """What the rows are."""
        return self.project.subsets if self.project is not None else ()

    @property
    def subset(self) -> Subset | None:
        """The subset under the cursor."""
        return self.subsets[self.cursor] if self.cursor < len(self.subsets) else None

    def row_count(self) -> int:
        return len(self.subsets)

    def empty_text(self) -> list[str]:
        return ["no subsets yet", "", "a subset is a folder of images; its repeats say how often they are seen"]

    def heading(self, width: int) -> str:
        """The words over the columns."""
        name, bar_width = self._widths(width - 1)
        share = fit("share now", bar_width) if bar_width >= len("share now") else fit("share", bar_width)
        percent = " " * _PERCENT if bar_width else fit_right("share", _PERCENT)
        counts = fit_right("images", _IMAGES) + fit_right("repeats", _REPEATS) + fit_right("entries", _ENTRIES)
        return f" {fit('SUBSET', name)}{counts}  {share}{percent}{fit_right('wanted', _WANTED)}"

    def _widths(self, width: int) -> tuple[int, int]:
        room = width - _IMAGES - _REPEATS - _ENTRIES - 2 - _PERCENT - _WANTED
        bar_width = max(0, min(_LONGEST_BAR, room - _LEAST_NAME - 8))
        if bar_width < 5:
            bar_width = 0
        return max(6, room - bar_width), bar_width

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        subset = self.subsets[row]
        name, bar_width = self._widths(width)
        before = "reg " if subset.is_reg else ""
        return [
            Segment(before, ink.dim),
            Segment(fit(safe(subset.name), name - len(before)), ink.text),
            Segment(fit_right(count(subset.img_count), _IMAGES), ink.text),
            self._repeats(subset, ink),
            self._entries(subset, ink),
            Segment("  "),
            *self._share(subset, bar_width, ink),
            self._wanted(subset, ink),
        ]

    def _repeats(self, subset: Subset, ink: Inks) -> Segment:
        wished = self.wish.repeats.get(subset.name)
        if wished is None:
            return Segment(fit_right(f"{count(subset.num_repeats)}×", _REPEATS), ink.text)
        return Segment(fit_right(f"{count(subset.num_repeats)} → {count(wished)}×", _REPEATS), ink.accent)

    def _entries(self, subset: Subset, ink: Inks) -> Segment:
        if not self.entries:
            return Segment(fit_right("·", _ENTRIES), ink.dim)
        entries = self.entries.get(subset.name)
        return Segment(fit_right("left out" if entries is None else count(entries), _ENTRIES), ink.text)

    def _share(self, subset: Subset, width: int, ink: Inks) -> list[Segment]:
        if subset.is_reg:
            told = "as many as the rest" if width >= 19 else "reg"
            return [Segment(fit(told, width), ink.dim), Segment(" " * _PERCENT)]
        total = sum(self.entries.get(each.name, 0) for each in self.subsets if not each.is_reg)
        share = self.entries.get(subset.name, 0) / total if total else 0.0
        shown = f"{share:.0%}" if self.entries else "·"
        return [Segment(bar(share, width), ink.accent), Segment(fit_right(shown, _PERCENT), ink.text)]

    def _wanted(self, subset: Subset, ink: Inks) -> Segment:
        share = self.wish.shares.get(subset.name)
        return Segment(fit_right("" if share is None else f"{share:.0%}", _WANTED), ink.accent)
