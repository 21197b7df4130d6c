"""The one line of typing in a filter: what its keys mean."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.widgets.line_input import LineInput


class FilterLine(Offers, LineInput):
    """Says in messages what the person wants of the filter."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "filter.done",
            "Keep the filter",
            "Keeps the filter and goes to what it shows.",
            ("enter",),
            "keep",
            "keep",
            rank=10,
        ),
        Command(
            "filter.clear",
            "Show everything again",
            "Takes the filter away.",
            ("escape",),
            "clear_filter",
            "all",
            rank=11,
        ),
        Command("filter.earlier", "Earlier filter", "The filter before this one.", ("up",), "recall(1)", "earlier"),
        Command(
            "filter.later",
            "Later filter",
            "The filter after this one; after the last one, the images.",
            ("down",),
            "recall(-1)",
        ),
        Command(
            "filter.saved",
            "Saved filters",
            "Lists the filters that were saved under a name, and the earlier ones.",
            ("ctrl+r",),
            "saved",
            "saved",
            rank=12,
        ),
        Command(
            "filter.save",
            "Save the filter",
            "Saves the filter under a name, with the project.",
            ("ctrl+s",),
            "save",
            "save",
            rank=13,
        ),
    )

    class Keep(Message):
        """The person has typed enough."""

    class Clear(Message):
        """The person wants everything again."""

    class Recall(Message):
        """The person wants the filter before (1) or after (-1) this one."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    class Saved(Message):
        """The person wants one of the saved filters."""

    class Save(Message):
        """The person wants to save this filter."""

    def __init__(self) -> None:
        super().__init__(placeholder="red circle   tag:solo   is:missing   tokens>75", id="filter-line")

    def action_keep(self) -> None:
        self.post_message(self.Keep())

    def action_clear_filter(self) -> None:
        self.post_message(self.Clear())

    def action_recall(self, steps: int) -> None:
        self.post_message(self.Recall(steps))

    def action_saved(self) -> None:
        self.post_message(self.Saved())

    def action_save(self) -> None:
        self.post_message(self.Save())
