"""The last line: at most eight keys, each of which works now."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.screen import Screen
from textual.widget import Widget

from sdtui.tui.commands import Working, working_now
from sdtui.tui.theme import inks

MOST = 8


class Footer(Widget):
    """`` enter edit   + - repeats   / filter   : commands   ? help``; a click does what the key does."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[Working] = []
        self._places: list[tuple[int, int, Working]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)
        self.call_after_refresh(self._update, self.screen)

    def on_resize(self) -> None:
        self._update(self.screen)

    def _update(self, screen: Screen[object]) -> None:
        if not self.is_attached or self.app.screen is not self.screen:
            return
        shown = [each for each in working_now(screen) if each.command.label and each.command.worth(each.node)]
        while len(shown) > MOST or (len(shown) > 2 and self._width(shown) > self.size.width):
            shown.pop(-3)  # the last two lead to everything else
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    @staticmethod
    def _width(shown: list[Working]) -> int:
        return sum(cell_len(_keys(each)) + 1 + cell_len(each.command.label) + 3 for each in shown)

    def render(self) -> RenderResult:
        ink = inks(self.app.theme)
        text = Text(no_wrap=True, overflow="crop", end="")
        self._places = []
        for each in self._shown:
            text.append(" " if not text else "   ")
            start = text.cell_len
            text.append(_keys(each), ink.text + Style(bold=True))
            text.append(f" {each.command.label}", ink.dim)
            self._places.append((start, text.cell_len, each))
        return text

    async def on_click(self, event: events.Click) -> None:
        for start, end, each in self._places:
            if start <= event.x < end:
                await self.app.run_action(each.command.action, each.node)


def _keys(each: Working) -> str:
    return each.command.shown or each.key_text
