"""The caption editor: what the trainer drops is dimmed and struck while one types."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import TextArea

from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.dataset.count import NOTHING, Counted
from sdtui.tui.theme import inks
from sdtui.tui.widgets.safe_document import Veil


class CaptionEditor(Offers, TextArea):
    """Shows a caption; edits it while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "editor.leave",
            "Save and leave",
            "Saves the caption and goes back to the list.",
            ("escape",),
            "leave",
            "save, leave",
            rank=1,
        ),
        Command("editor.save", "Save", "Saves the caption and stays.", ("ctrl+s",), "save", "save", rank=2),
        Command("editor.undo", "Undo", "Takes back what was typed last.", ("ctrl+z",), "undo", "undo", rank=3),
        Command("editor.redo", "Redo", "Types again what was taken back.", ("ctrl+y",), "redo", rank=5),
        Command(
            "editor.revert", "Revert", "Goes back to what the file holds.", ("ctrl+r",), "revert", "revert", rank=4
        ),
        Command(
            "editor.limit",
            "Change the limit",
            "Cuts at 75, 150 or 225 tokens.",
            ("ctrl+t",),
            "limit",
            "75·150·225",
            rank=6,
        ),
    )

    class Leave(Message):
        """The person wants to save and go back."""

    class Save(Message):
        """The person wants to save."""

    class Revert(Message):
        """The person wants what the file holds."""

    class Limit(Message):
        """The person wants the next limit."""

    def __init__(self) -> None:
        super().__init__(
            id="caption", soft_wrap=True, show_line_numbers=False, compact=True, highlight_cursor_line=False
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.can_focus = False
        self.read_only = True
        self._veil = Veil("")
        self._counted = NOTHING
        self.words = ""
        """Shown dim where the text is empty."""

    # What a screen calls ------------------------------------------------------------------------------------------

    @property
    def caption(self) -> str:
        """The text as it would be saved: every character as it was, newlines as ``\\n``."""
        return self._veil.reveal(self.document.text)

    def veiled(self, text: str) -> str:
        """``text`` as the document holds it."""
        return self._veil.hide(text)

    def load(self, text: str, counted: Counted) -> None:
        """Show ``text``; the history of edits begins anew."""
        self._counted = counted
        if text == self.caption:
            self.notify_style_update()
            return
        self._veil = Veil(text)
        self.load_text(self._veil.hide(text))
        self.scroll_home(animate=False, immediate=True)

    def mark(self, counted: Counted) -> None:
        """What of the text the trainer reads has been counted anew."""
        if counted != self._counted:
            self._counted = counted
            self.notify_style_update()

    def begin(self) -> None:
        """Let the person type, from the end of the line that the trainer reads."""
        self.can_focus = True
        self.read_only = False
        self.focus()
        self.move_cursor((0, len(self.document.get_line(0))))

    def end(self) -> None:
        """Only show it from now on."""
        self.read_only = True
        self.can_focus = False
        self.scroll_home(animate=False, immediate=True)

    # Actions ------------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        self.post_message(self.Leave())

    def action_save(self) -> None:
        self.post_message(self.Save())

    def action_revert(self) -> None:
        self.post_message(self.Revert())

    def action_limit(self) -> None:
        self.post_message(self.Limit())

    async def _on_paste(self, event: events.Paste) -> None:
        # What is pasted may hold anything; \r\n and lone \r of other systems' clipboards are line ends.
        event.prevent_default()
        event.stop()
        if self.read_only:
            return
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        result = self._replace_via_keyboard(self._veil.hide(text), *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    # Drawing ------------------------------------------------------------------------------------------------------

    def get_line(self, line_index: int) -> Text:
        line = self.document.get_line(line_index)
        ink = inks(self.app.theme)
        text = Text(self._veil.shown(line), style=ink.text, end="", no_wrap=True)
        if line_index > 0:
            if self._counted.read_to < len(self.document.get_line(0)) + 1:
                text.stylize(ink.dim)
            return text
        for seam in self._counted.seams:
            text.stylize(ink.accent + Style(underline=True), seam, seam + 1)
        if self._counted.cut is not None:
            text.stylize(ink.cut, self._counted.cut, len(line))
        return text
