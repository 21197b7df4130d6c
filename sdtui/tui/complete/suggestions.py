"""The small list under the cursor that says what a tag may become."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.geometry import Offset
from textual.widget import Widget

from sdtui.base.text import count, safe
from sdtui.dataset.tag_vocabulary import Suggestion
from sdtui.tui.theme import inks
from sdtui.tui.widgets.cells import fit, fit_right

_WIDEST = 48


class Suggestions(Widget):
    """Shown while there is something to suggest. It never has the focus."""

    def __init__(self) -> None:
        super().__init__(id="suggestions")
        self.can_focus = False
        self.rows: Sequence[Suggestion] = ()
        self.marked = 0
        self.led = False
        """The person moves in it, so that enter and the arrows are for it."""

    @property
    def open(self) -> bool:
        """Whether it is shown."""
        return bool(self.rows)

    @property
    def chosen(self) -> Suggestion:
        """The marked one; there must be one."""
        return self.rows[self.marked]

    def show(self, rows: Sequence[Suggestion], at: Offset) -> None:
        """Show ``rows`` in the line below ``at``, or above it where there is no room."""
        if not rows:
            self.close()
            return
        self.marked = 0
        self.rows = rows
        self.absolute_offset = at
        self.styles.width = self._widths()[0]
        self.styles.height = len(rows)
        self.display = True
        self.refresh(layout=True)

    def close(self) -> None:
        """Show nothing."""
        if self.rows or self.led:
            self.rows, self.led, self.marked = (), False, 0
            self.display = False

    def move(self, rows: int) -> None:
        """Mark another one, round and round."""
        self.marked = (self.marked + rows) % len(self.rows)
        self.refresh()

    def _widths(self) -> tuple[int, int]:
        """Cells in all, and of the tags."""
        tags = max(cell_len(_words(each)) for each in self.rows)
        counts = max(len(count(each.count)) for each in self.rows)
        width = min(_WIDEST, tags + counts + 5)
        return width, width - counts - 5

    def render(self) -> Text:
        if not self.rows:
            return Text()
        ink = inks(self.app.theme)
        width, tags = self._widths()
        text = Text(no_wrap=True, overflow="crop", end="")
        for row, each in enumerate(self.rows):
            marked = row == self.marked
            line = Text("▸" if marked else " ", ink.accent)
            line.append(fit(_words(each), tags), ink.text)
            line.append(fit_right(count(each.count), width - tags - 2), ink.dim)
            line.append(" ")
            if marked:
                line.stylize(ink.cursor if self.led else ink.cursor_unfocused)
            text.append_text(line)
            text.append("\n" if row < len(self.rows) - 1 else "")
        return text


def _words(suggestion: Suggestion) -> str:
    """``alias → tag`` where another name of the tag was typed."""
    if suggestion.alias_of:
        return f"{safe(suggestion.tag)} → {safe(suggestion.alias_of)}"
    return safe(suggestion.tag)
