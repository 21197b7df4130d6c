"""One line of typing: what is pasted into it is made safe, and its cursor does not blink."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from sdtui.base.text import safe


class LineInput(Input):
    """An Input for queries and numbers. Blinking costs 2 KB a second over SSH; idle, nothing is redrawn."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(safe(value), placeholder=placeholder, id=id, select_on_focus=False, compact=True)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        lines = event.text.splitlines()
        if lines:
            self.replace(safe(lines[0]), *sorted(self.selection))
