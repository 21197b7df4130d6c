"""Lines of text: each has a row."""

from __future__ import annotations

from textual.app import App, ComposeResult

from sdtui.tui.widgets.lines import Lines
from tests.tui.conftest import until


class Page(App[None]):
    """Nothing but lines."""

    def compose(self) -> ComposeResult:
        yield Lines()


async def test_a_line_that_comes_while_another_layout_waits_has_its_row() -> None:
    async with Page().run_test() as pilot:
        lines = pilot.app.screen.query_one(Lines)
        lines.show([[("one", "plain")]])
        await until(pilot, lambda: lines.size.height == 1)
        lines.refresh(layout=True)  # as a class does that was set
        pilot.app.screen._refresh_layout()  # for somebody else
        lines.show([[("one", "plain")], [("two", "plain")]])
        await until(pilot, lambda: lines.size.height == 2)
