"""One of a few values, changed with left and right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.theme import inks


def _several(choice: Choice) -> bool:
    return len(choice.values) > 1


class Choice(Offers, Widget, can_focus=True):
    """``◂ subset 10_circle · 40 images ▸``"""

    DEFAULT_CSS = "Choice { height: 1; }"

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "choice.next",
            "Next value",
            "Takes the next value.",
            ("right", "l", "space"),
            "turn(1)",
            when=_several,
            still=True,
        ),
        Command(
            "choice.before",
            "Value before",
            "Takes the value before.",
            ("left", "h"),
            "turn(-1)",
            when=_several,
            still=True,
        ),
    )

    index: reactive[int] = reactive(0)

    class Turned(Message):
        """Another value is taken."""

    def __init__(self, values: Sequence[str], index: int = 0, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.values = tuple(values)
        self.set_reactive(Choice.index, index)

    def action_turn(self, way: int) -> None:
        self.index = (self.index + way) % len(self.values)
        self.post_message(self.Turned())

    def render(self) -> Text:
        ink = inks(self.app.theme)
        arrows = ink.accent if self.has_focus else ink.dim
        text = Text(no_wrap=True, overflow="ellipsis", end="")
        if _several(self):
            text.append("◂ ", arrows)
        text.append(self.values[self.index], ink.strong if self.has_focus else ink.text)
        if _several(self):
            text.append(" ▸", arrows)
        return text

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
