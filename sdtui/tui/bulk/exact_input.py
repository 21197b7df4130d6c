"""One line of typing whose every character is meant: what a terminal would obey is shown as a picture and kept."""

from __future__ import annotations

from rich.text import Text
from textual import events

from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.safe_document import Veil


class ExactInput(LineInput):
    """A LineInput that gives back what was pasted, character by character."""

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__("", placeholder=placeholder, id=id)
        self._veil = Veil(text)
        self.value = self._veil.hide(text)

    @property
    def text(self) -> str:
        """What was typed and pasted."""
        return self._veil.reveal(self.value)

    @property
    def _value(self) -> Text:
        return Text(self._veil.shown(self.value), no_wrap=True, overflow="ignore", end="")

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        first, *others = event.text.split("\n")
        first = first.removesuffix("\r")
        if any(line.strip() for line in others):
            self.app.notify("Only the first of the pasted lines was taken: this is one line.", markup=False)
        if not self._veil.fits(first):
            before = self.text
            self._veil = Veil(before + first)
            self.value = self._veil.hide(before)
        self.replace(self._veil.hide(first), *sorted(self.selection))
