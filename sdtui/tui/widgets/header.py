"""The first line: whose dataset this is, and the modes with what they want to say."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget

from sdtui.tui.commands import key_of
from sdtui.tui.modes import MODES
from sdtui.tui.theme import inks
from sdtui.tui.widgets.cells import fit_end


class Header(Widget):
    """``sdtui  ~/data/zhuoyue        1 Dataset  5 Train  6 Monitor ▶62%``; a click on a tab goes there."""

    def __init__(self) -> None:
        super().__init__()
        self._place = ""
        self._current = ""
        self._marks: dict[str, str] = {}
        self._alone = False
        self._tabs: list[tuple[int, int, str]] = []

    def show(self, place: str, current: str, marks: dict[str, str], *, alone: bool = False) -> None:
        """Show the project ``place`` (safe text), the ``current`` mode, and ``marks`` beside modes' titles.

        ``alone``: there are no other modes to go to, because no project is open.
        """
        if (place, current, marks, alone) != (self._place, self._current, self._marks, self._alone):
            self._place, self._current, self._marks, self._alone = place, current, dict(marks), alone
            self.refresh()

    def render(self) -> Text:
        ink = inks(self.app.theme)
        width = self.size.width
        tabs = self._tabs_text(digits=True)
        if width - tabs.cell_len < 24:
            tabs = self._tabs_text(digits=False)
        room = max(0, width - tabs.cell_len - 10)
        text = Text(no_wrap=True, overflow="crop", end="")
        text.append(" sdtui ", ink.accent + Style(bold=True))
        text.append(" " + fit_end(self._place, min(room, cell_len(self._place))), ink.text)
        gap = max(1, width - text.cell_len - tabs.cell_len - 1)
        self._tabs = [(start + text.cell_len + gap, end + text.cell_len + gap, name) for start, end, name in self._tabs]
        text.append(" " * gap)
        text.append_text(tabs)
        return text

    def _tabs_text(self, *, digits: bool) -> Text:
        ink = inks(self.app.theme)
        tabs = Text()
        self._tabs = []
        for mode in MODES:
            if self._alone and mode.name != self._current:
                continue
            if tabs:
                tabs.append("  ")
            start = tabs.cell_len
            current = mode.name == self._current
            if digits and not self._alone:
                tabs.append(f"{key_of(f'mode.{mode.name}')} ", ink.dim)
            tabs.append(mode.title, ink.accent + Style(bold=True) if current else ink.dim)
            mark = self._marks.get(mode.name)
            if mark:
                tabs.append(f" {mark}", ink.accent if current else ink.text)
            self._tabs.append((start, tabs.cell_len, mode.name))
        return tabs

    async def on_click(self, event: events.Click) -> None:
        for start, end, name in self._tabs:
            if start <= event.x < end:
                await self.app.run_action(f"mode({name!r})")
