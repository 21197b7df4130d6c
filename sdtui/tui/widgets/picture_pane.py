"""One picture, as large as its place allows. The list beside it never waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from sdtui.base.errors import SdtuiError
from sdtui.base.text import safe
from sdtui.tui.pictures import Drawn, Pictures
from sdtui.tui.theme import inks
from sdtui.tui.widgets.cells import wrapped

_REPEATING = 0.15
"""Seconds: moves closer together than this come from a held key."""
_REST = 0.12
"""Seconds that a held key must rest before a picture is begun."""
_HELD = 0.05
"""Seconds: as ``_REPEATING``, for pictures that are ready. Shown at each repeat they would clog a poor link."""
_PATIENCE = 0.25
"""Seconds that the picture before stays while the next one is being made."""


class PicturePane(Widget):
    """Shows the picture at a path; a dim dot while there is none, a sentence where it cannot be opened."""

    DEFAULT_CSS = "PicturePane { height: 1fr; width: 1fr; }"

    class Opened(Message):
        """The picture is on the screen; its file's own size and format are known now."""

        def __init__(self, drawn: Drawn) -> None:
            super().__init__()
            self.drawn = drawn

    def __init__(
        self,
        pictures: Pictures,
        *,
        on_request: bool = False,
        id: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(id=id)
        self._pictures = pictures
        self._on_request = on_request
        self._clock = clock
        self._path: Path | None = None
        self._ahead: tuple[Path, ...] = ()
        self._drawn: Drawn | None = None
        self._sentence = ""
        self._moved = float("-inf")
        self._begin: Timer | None = None
        self._give_up: Timer | None = None

    # What a screen calls ------------------------------------------------------------------------------------------

    def show(self, path: Path | None, ahead: Sequence[Path] = ()) -> None:
        """Show the picture at ``path`` soon, at once where it was made ahead; None shows nothing.

        Those at ``ahead`` are made in the background once it is there, the likeliest to be wanted next first.
        """
        before, self._ahead = self._ahead, tuple(ahead)
        if path == self._path:
            if self._ahead != before and self._drawn is not None:
                self._make_ahead()
            return
        now = self._clock()
        since, self._moved = now - self._moved, now
        self._path = path
        self._stop_waiting()
        self._pictures.forget(self, "picture")
        self._pictures.forget(self, "ahead")
        if path is None or self._on_request:
            self._clear("" if path is None else "v shows the picture")
            return
        ready = self._pictures.ready(path, *self.size) is not None
        if since >= (_HELD if ready else _REPEATING):
            self._begin_now()
        else:
            self._begin = self.set_timer(_HELD if ready else _REST, self._begin_now)
        if not ready:
            self._give_up = self.set_timer(_PATIENCE, lambda: self._clear(""))

    def show_now(self) -> None:
        """The person asked to see it."""
        if self._path is not None:
            self._ask()

    def look_again(self) -> None:
        """The file may hold another picture now."""
        if self._path is not None and (self._drawn is not None or self._sentence) and not self._on_request:
            self._ask()

    # Making it ----------------------------------------------------------------------------------------------------

    def _begin_now(self) -> None:
        drawn = self._pictures.ready(self._path, *self.size) if self._path is not None else None
        if drawn is not None:
            self._arrived(drawn)
        else:
            self._ask()

    def _ask(self) -> None:
        if self._path is not None and self.size.width > 0 and self.size.height > 0:
            keep = bool(self._ahead)
            self._pictures.ask(self, "picture", self._path, *self.size, self._arrived, self._failed, keep=keep)

    def _arrived(self, drawn: Drawn) -> None:
        self._stop_waiting()
        same = self._drawn is not None and self._drawn.strips == drawn.strips and not self._sentence
        self._drawn, self._sentence = drawn, ""
        if not same:
            self.refresh()
        self.post_message(self.Opened(drawn))
        self._make_ahead()

    def _failed(self, error: SdtuiError) -> None:
        self._stop_waiting()
        remedy = f" {error.remedy}" if error.remedy else ""
        self._clear(f"{error.what}.{remedy}")
        self._make_ahead()

    def _make_ahead(self) -> None:
        if self._ahead and not self._on_request:
            self._pictures.ahead(self, self._ahead, *self.size)

    def _clear(self, sentence: str) -> None:
        if self._drawn is not None or sentence != self._sentence:
            self._drawn, self._sentence = None, sentence
            self.refresh()

    def _stop_waiting(self) -> None:
        for timer in (self._begin, self._give_up):
            if timer is not None:
                timer.stop()
        self._begin = self._give_up = None

    def on_resize(self, _event: events.Resize) -> None:
        if not self._on_request or self._drawn is not None:
            self._ask()

    def on_unmount(self) -> None:
        self._stop_waiting()

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        blank = self.rich_style
        if self._drawn is not None and self._drawn.columns <= width:
            row = y - max(0, (height - self._drawn.rows) // 2)
            if not 0 <= row < self._drawn.rows:
                return Strip.blank(width, blank)
            left = (width - self._drawn.columns) // 2
            right = width - self._drawn.columns - left
            drawn = self.strips_of(self._drawn)[row].apply_style(blank)
            return Strip([Segment(" " * left, blank), *drawn, Segment(" " * right, blank)], width)
        return self._words(y, width, height)

    def strips_of(self, drawn: Drawn) -> Sequence[Strip]:
        """The rows of the picture; a subclass draws over them."""
        return drawn.strips

    def _words(self, y: int, width: int, height: int) -> Strip:
        ink = inks(self.app.theme)
        lines = wrapped(safe(self._sentence), min(width - 4, 44)) if self._sentence else ["·"] if self._path else []
        row = y - (height - len(lines)) // 2
        if not 0 <= row < len(lines):
            return Strip.blank(width, self.rich_style)
        style: Style = self.rich_style + ink.dim
        return Strip([Segment(lines[row].center(width), style)]).adjust_cell_length(width, self.rich_style)
