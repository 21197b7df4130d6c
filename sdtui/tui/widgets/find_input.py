"""The line that is typed into to find rows: of a proposal, of a list of tags."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.widgets.line_input import LineInput


class FindInput(Offers, LineInput):
    """Letters; what holds them is listed while they are typed. Not shown at first."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "find.done",
            "Go to what was found",
            "Keeps the letters and goes to the list.",
            ("enter", "down"),
            "done",
            "to the list",
            rank=10,
        ),
    )

    class Done(Message):
        """The person has typed enough."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder)
        self.display = False

    def action_done(self) -> None:
        self.post_message(self.Done())
