"""The screen's lists against what Textual would do."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import OptionList

from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.virtual_list import VirtualList
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench

ROWS = 20_000


class Numbers(VirtualList):
    """As many rows as a large dataset has images."""

    def row_count(self) -> int:
        return ROWS

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        return [Segment(fit(f"image_{row:06}.png", width), ink.text)]


class Showing(App[None]):
    """An app that shows one widget."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> ComposeResult:
        yield self._widget


def _shown(make: type[VirtualList] | None, keys: int) -> None:
    async def run() -> None:
        widget = make() if make is not None else OptionList(*(f"image_{row:06}.png" for row in range(ROWS)))
        async with Showing(widget).run_test(size=(120, 40)) as pilot:
            widget.focus()
            await pilot.press(*["down"] * keys)

    asyncio.run(run())


def test_a_list_of_20000_rows(compare: Compare) -> None:
    compare("showing 20,000 rows", lambda: _shown(Numbers, 1), "OptionList", lambda: _shown(None, 1), rounds=3)
    compare("and 60 keys", lambda: _shown(Numbers, 60), "OptionList", lambda: _shown(None, 60), rounds=3)
