"""Where the words of a prompt are typed: in one line, with the dataset's tags suggested."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from sdtui.tui.caption.editor import CaptionEditor
from sdtui.tui.commands import Command, offered


def _takes(editor: PromptEditor) -> bool:
    return not (editor.completer.open and editor.completer.suggestions.led)


class PromptEditor(CaptionEditor):
    """Shows a prompt; edits it while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "prompt.take",
            "Take the prompt",
            "Writes the prompt and goes back.",
            ("enter",),
            "take",
            "take it",
            when=_takes,
            rank=1,
            priority=True,
        ),
    )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Samples have a limit of their own, whatever captions are cut at.
        return False if action == "limit" else super().check_action(action, parameters)

    def action_take(self) -> None:
        self.post_message(self.Leave())

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        await super()._on_paste(events.Paste(" ".join(event.text.splitlines())))
