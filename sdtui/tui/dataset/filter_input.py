"""The line that is typed into to filter the images."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.widgets.line_input import LineInput


class FilterInput(Offers, LineInput):
    """Letters of a name or caption."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "filter.done",
            "Go to what matches",
            "Keeps the filter and goes to the images.",
            ("enter", "down"),
            "done",
            "images",
            rank=10,
        ),
    )

    class Done(Message):
        """The person has typed enough."""

    def __init__(self) -> None:
        super().__init__(placeholder="letters of a name or caption", id="filter")

    def action_done(self) -> None:
        self.post_message(self.Done())
