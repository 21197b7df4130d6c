"""The subsets: how often each repeats, how much of an epoch it is, and what in it needs care."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text

from sdtui.base.text import count, safe
from sdtui.dataset.project import Subset
from sdtui.tui.dataset.tally import Tallies, Tally
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import bar, fit, fit_right
from sdtui.tui.widgets.virtual_list import VirtualList

_REPEATS = 5
_PERCENT = 5
_CARE = 7
_LEAST_NAME = 11


class SubsetList(VirtualList):
    """One row a subset: name, repeats, images, share of an epoch, missing and overlong captions."""

    def __init__(self) -> None:
        super().__init__(id="subsets")
        self.subsets: tuple[Subset, ...] = ()
        self.shares: Mapping[str, float] = {}
        """Share of an epoch's entries by subset name; a subset that is not in it has not been counted yet."""
        self.wanted: Mapping[str, int] = {}
        """Repeats that were asked for and are not on the disk yet."""
        self.found: Mapping[str, int] | None = None
        """How many images of each the filter lets through; None without a filter."""
        self.limit = 75
        self._tallies = Tallies()
        self._counted: tuple[tuple[Subset, ...], int] = ((), 0)

    @property
    def _images(self) -> int:
        """Cells of the column of images: its largest count, and a gap before it."""
        if self._counted[0] is not self.subsets:
            largest = max((subset.img_count for subset in self.subsets), default=0)
            self._counted = (self.subsets, 2 + max(len("img"), len(count(largest))))
        return self._counted[1]

    def row_count(self) -> int:
        return len(self.subsets)

    def empty_text(self) -> list[str]:
        return ["no subsets yet"]

    @property
    def subset(self) -> Subset | None:
        """The subset under the cursor."""
        return self.subsets[self.cursor] if self.cursor < len(self.subsets) else None

    def tally(self, subset: Subset) -> Tally:
        """Missing, overlong and broken captions of ``subset``."""
        return self._tallies.of(subset, self.limit)

    def heading(self) -> Text:
        """The line above the list, its words over their columns."""
        width = max(0, self.size.width - 1)
        name, bar_width = self._widths(width)
        share = "share" if bar_width else ""
        images = "img" if self.found is None else "hit"
        return Text(
            f" {fit('SUBSETS', name)}{fit_right('rep', _REPEATS)}{fit_right(images, self._images)}"
            f"  {share:<{bar_width}}{'' if bar_width else 'share':>{_PERCENT}}",
            no_wrap=True,
            overflow="crop",
        )

    def _widths(self, width: int) -> tuple[int, int]:
        """Cells for the name and for the share bar, which goes first where there is little room."""
        room = width - _REPEATS - self._images - 2 - _PERCENT - _CARE
        bar_width = max(0, min(10, room - _LEAST_NAME))
        if bar_width < 4:
            bar_width = 0
        return max(6, room - bar_width), bar_width

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        subset = self.subsets[row]
        name, bar_width = self._widths(width)
        return [
            *self._named(subset, name, ink),
            self._repeats(subset, ink),
            self._number(subset, ink),
            Segment("  "),
            *self._share(subset, bar_width, ink),
            *self._care(subset, ink),
        ]

    def _named(self, subset: Subset, width: int, ink: Inks) -> list[Segment]:
        before = "reg " if subset.is_reg else ""
        after = f" {marks().mask}" if subset.masked else ""
        room = max(1, width - len(before) - len(after))
        name = safe(subset.name)
        shown = fit(name, min(room, cell_len(name)))
        rest = " " * (room - cell_len(shown))
        style = ink.dim if self.found is not None and not self.found.get(subset.name) else ink.text
        return [Segment(before, ink.dim), Segment(shown, style), Segment(after, ink.dim), Segment(rest)]

    def _number(self, subset: Subset, ink: Inks) -> Segment:
        if self.found is None:
            return Segment(fit_right(count(subset.img_count), self._images), ink.text)
        found = self.found.get(subset.name, 0)
        return Segment(fit_right(count(found) if found else "·", self._images), ink.accent if found else ink.dim)

    def _repeats(self, subset: Subset, ink: Inks) -> Segment:
        wanted = self.wanted.get(subset.name)
        if wanted is not None:
            return Segment(fit_right(f"{wanted}×", _REPEATS), ink.accent)
        return Segment(fit_right(f"{subset.num_repeats}×", _REPEATS), ink.text)

    def _share(self, subset: Subset, width: int, ink: Inks) -> list[Segment]:
        share = self.shares.get(subset.name)
        if share is None:
            return [Segment(fit("·", width), ink.dim), Segment(" " * _PERCENT)]
        if subset.is_reg:
            return [Segment(fit("reg", width), ink.dim), Segment(" " * _PERCENT)]
        percent = f"{share:.0%}" if share == 0 or share >= 0.005 else "<1%"
        return [Segment(bar(share, width), ink.accent), Segment(fit_right(percent, _PERCENT), ink.text)]

    def _care(self, subset: Subset, ink: Inks) -> list[Segment]:
        tally = self.tally(subset)
        parts = [
            (f"{marks().broken}{tally.broken}", ink.bad) if tally.broken else None,
            (f"{marks().missing}{tally.missing}", ink.warn) if tally.missing else None,
            (f"{marks().over}{tally.over}", ink.warn) if tally.over else None,
        ]
        segments = [segment for part in parts if part for segment in (Segment(" "), Segment(*part))]
        used = sum(segment.cell_length for segment in segments)
        while used > _CARE:
            used -= segments.pop().cell_length
        return [*segments, Segment(" " * (_CARE - used))]
