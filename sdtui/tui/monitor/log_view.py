"""The last lines of a run's log, beside the rest of it: they follow the end until the person scrolls up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sdtui.tui.theme import inks
from sdtui.tui.widgets.lines import strip_of

_NO_TIME = re.compile(r" {12,}(?=(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b)")
"""Where rich left out a time that is the same as in the line before."""


class LogView(ScrollView, can_focus=False):
    """Lines that are safe for a terminal, drawn as they come into sight. All of the log is in LogReader."""

    DEFAULT_CSS = "LogView { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[str, ...] = ()
        self._marked: int | None = None
        self._moved = False

    @property
    def text(self) -> str:
        """All lines, without colour."""
        return "\n".join(self._lines)

    def show(self, lines: Sequence[str], marked: int | None = None) -> None:
        """Replace the lines. ``marked`` is the index of the one where a run went wrong: it is brought into sight."""
        lines = tuple(lines)
        if (lines, marked) == (self._lines, self._marked):
            return
        self._lines, self._marked = lines, marked
        self.virtual_size = Size(0, len(lines))
        self._keep_place()
        self.refresh()

    def _keep_place(self) -> None:
        """Stay at the end, or at the marked line, until a person has moved."""
        if self._moved:
            return
        marked = self._marked
        y = self.max_scroll_y if marked is None else max(0, marked - self.size.height * 2 // 3)
        # By force: whether it can be scrolled at all is only known after the next layout.
        self.scroll_to(y=min(y, self.max_scroll_y), animate=False, force=True, immediate=True)

    def on_resize(self) -> None:
        self._keep_place()

    def on_mouse_scroll_up(self) -> None:
        self.call_after_refresh(self._settle)

    def on_mouse_scroll_down(self) -> None:
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """A person moved: away from the end, or back to it."""
        self._moved = self.scroll_offset.y < self.max_scroll_y

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width, background = self.scrollable_content_region.width, self.rich_style
        if index >= len(self._lines):
            return Strip.blank(width, background)
        role = "bad" if index == self._marked else "dim"
        mark = "▸ " if index == self._marked else "  "
        return strip_of([(mark, "bad"), (_near(self._lines[index]), role)], width, inks(self.app.theme), background)


def _near(line: str) -> str:
    """The line without the blank that stands for a time: beside the rest there is no room for it."""
    blank = _NO_TIME.match(line)
    return line[blank.end() :] if blank else line
