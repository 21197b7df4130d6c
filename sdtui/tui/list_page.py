"""A page around one list, of which typed letters leave those rows that hold them."""

from __future__ import annotations

from sdtui.tui.leaving import Result
from sdtui.tui.page import Page
from sdtui.tui.widgets.find_input import FindInput
from sdtui.tui.widgets.virtual_list import VirtualList


class ListPage(Page[Result]):
    """Subclasses compose a ``FindInput`` and their list, and list anew in ``on_input_changed``."""

    @property
    def typing(self) -> bool:
        """Whether the letters that are looked for are being typed."""
        return self._finder.has_focus

    @property
    def _finding(self) -> bool:
        """Whether letters are being typed, or leave rows out."""
        return self.typing or bool(self._finder.value)

    @property
    def _list(self) -> VirtualList:
        raise NotImplementedError

    @property
    def _finder(self) -> FindInput:
        return self.query_one(FindInput)

    def action_find(self) -> None:
        self._finder.display = True
        self._finder.focus()
        self.refresh_bindings()

    def on_find_input_done(self) -> None:
        self._end_finding()

    def _find_no_more(self) -> None:
        """Take the letters away, so that every row is listed again."""
        self._finder.value = ""
        self._end_finding()

    def _end_finding(self) -> None:
        self._finder.display = bool(self._finder.value)
        self._list.focus()
        self.refresh_bindings()
