"""A small editor for what one thinks of a run."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from sdtui.base.text import safe, safe_lines
from sdtui.tui.commands import Command, Offers, key_of, offered


class NoteScreen(Offers, ModalScreen[str | None]):
    """Gives back the text; None where it stays as it was."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "note.save", "Save the note", "Keeps what was typed and goes back.", ("escape",), "save", priority=True
        ),
        Command("note.revert", "Leave the note", "Goes back; the note stays as it was.", ("ctrl+r",), "revert"),
    )

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self._run_name = name
        self._before = safe_lines(text)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="note"):
            yield Static(Text(f"Note on {safe(self._run_name)}"), classes="dialog-title", markup=False)
            area = TextArea(self._before, soft_wrap=True, tab_behavior="focus", compact=True)
            area.cursor_blink = False
            yield area
            keys = f"{key_of('note.save')} save and leave   {key_of('note.revert')} leave it as it was"
            yield Static(Text(keys), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def action_save(self) -> None:
        text = self.query_one(TextArea).text
        self.dismiss(None if text == self._before else text)

    def action_revert(self) -> None:
        self.dismiss(None)
