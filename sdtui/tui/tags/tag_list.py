"""The tags, each on a line: how many images have it, in all, under the filter, and in each subset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment

from sdtui.base.text import count, safe
from sdtui.dataset.tags import TagCount
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import bar, fit, fit_right
from sdtui.tui.widgets.row_list import RowList

_NUMBER = 8
_BAR = 8
_SUBSET = 11
_MARK = 2


class TagList(RowList[TagCount]):
    """One row a tag."""

    def __init__(self) -> None:
        super().__init__(id="tags")
        self.filtered: Mapping[str, int] | None = None
        self.subsets: Sequence[str] = ()
        """The names of the subsets that have columns, as far as there is room."""
        self.images = 1
        """All images: what the bars are a share of."""
        self.chosen: set[str] = set()
        """The tags that are marked."""

    @property
    def tag(self) -> str | None:
        """The tag under the cursor."""
        return self.row.tag if self.row is not None else None

    def heading(self) -> str:
        """The columns' names, over the columns."""
        width = max(0, self.size.width - 2)
        columns = self._columns(width)
        text = " " * (1 + _MARK) + fit("TAG", self._tag_width(width, columns)) + fit_right("IMAGES", _NUMBER)
        text += " " * (_BAR + 1)
        if self.filtered is not None:
            text += fit_right("FILTER", _NUMBER)
        return text + "".join(fit_right(fit(safe(name), _SUBSET - 1).rstrip(), _SUBSET) for name in columns)

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        shown = self.rows[row]
        width -= 1  # the last cell is the scrollbar's
        columns = self._columns(width)
        marked = shown.tag in self.chosen
        segments = [
            Segment(fit("+" if marked else "", _MARK), ink.accent),
            Segment(fit(safe(shown.tag), self._tag_width(width, columns)), ink.accent if marked else ink.text),
            Segment(fit_right(count(shown.total), _NUMBER), ink.text),
            Segment(" " + bar(shown.total / self.images, _BAR), ink.accent),
        ]
        if self.filtered is not None:
            segments.append(_number(self.filtered.get(shown.tag, 0), _NUMBER, ink))
        segments += [_number(shown.by_subset.get(name, 0), _SUBSET, ink) for name in columns]
        return [*segments, Segment(" ")]

    def _columns(self, width: int) -> Sequence[str]:
        """The subsets that there is room for."""
        fixed = _MARK + _NUMBER + 1 + _BAR + (_NUMBER if self.filtered is not None else 0)
        return self.subsets[: max(0, (width - fixed - width // 3) // _SUBSET)]

    def _tag_width(self, width: int, columns: Sequence[str]) -> int:
        fixed = _MARK + _NUMBER + 1 + _BAR + (_NUMBER if self.filtered is not None else 0)
        return max(8, width - fixed - len(columns) * _SUBSET)


def _number(number: int, width: int, ink: Inks) -> Segment:
    return Segment(fit_right(count(number) if number else "·", width), ink.text if number else ink.faint)
