"""A virtual list of which every row is one thing out of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from sdtui.tui.widgets.virtual_list import VirtualList

Row = TypeVar("Row")


class RowList(VirtualList, Generic[Row]):
    """Draws ``rows``; after they were set, call ``rows_changed``."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: Sequence[Row] = ()
        self.teaching: list[str] = []
        """What stands there when there is nothing to list."""

    @property
    def row(self) -> Row | None:
        """What is under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def row_count(self) -> int:
        return len(self.rows)

    def empty_text(self) -> list[str]:
        return self.teaching
