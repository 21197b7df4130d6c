"""Pictures of the same prompt beside each other, one a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from sdtui.base.errors import SdtuiError
from sdtui.runs.record import SampleImage
from sdtui.tui.monitor.chart import STYLES
from sdtui.tui.monitor.timeline import moment_text
from sdtui.tui.theme import inks
from sdtui.tui.widgets.lines import Line, strip_of

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp
    from sdtui.tui.pictures import Drawn

_GAP = 2
_KEPT = 36

_Key = tuple[str, int, int]
"""A picture file and the cells that it was drawn for."""


class PictureRow(Widget):
    """A heading, a picture a run with its letter and moment under it, and lines of words below."""

    DEFAULT_CSS = "PictureRow { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._heading: Line = ()
        self._images: Sequence[SampleImage | None] = ()
        self._below: Sequence[Line] = ()
        self._drawn: dict[_Key, Drawn] = {}
        self._refused: set[_Key] = set()
        self.wanted = False
        """On a poor link: whether the person has asked for pictures."""

    @property
    def text(self) -> str:
        """What is written around the pictures."""
        lines = [self._heading, *(self._label(place) for place in range(len(self._images))), *self._below]
        return "\n".join("".join(text for text, _ in line) for line in lines)

    def show(self, heading: Line, images: Sequence[SampleImage | None], below: Sequence[Line]) -> None:
        """Show these pictures, in the order of the runs."""
        self._heading, self._images, self._below = heading, tuple(images), below
        self._ask()
        self.refresh()

    def draw_pictures(self) -> None:
        """On a poor link: draw what is shown, and from now on whatever is."""
        self.wanted = True
        self._ask()

    def on_resize(self, _event: events.Resize) -> None:
        self._ask()

    @property
    def _shell(self) -> SdtuiApp:
        return cast("SdtuiApp", self.app)

    def _box(self) -> tuple[int, int]:
        """Cells of one picture: heading, label and words keep their lines."""
        number = max(1, len(self._images))
        columns = max(0, (self.size.width - (number - 1) * _GAP) // number)
        return columns, max(0, self.size.height - 2 - len(self._below))

    def _key(self, image: SampleImage) -> _Key:
        return (image.path, *self._box())

    def _ask(self) -> None:
        columns, rows = self._box()
        if columns < 4 or rows < 2 or (self._shell.slow and not self.wanted):
            return
        for place, image in enumerate(self._images):
            if image is not None and self._key(image) not in self._drawn and self._key(image) not in self._refused:
                self._ask_for(place, self._key(image))

    def _ask_for(self, place: int, key: _Key) -> None:
        path, columns, rows = key

        def arrived(drawn: Drawn) -> None:
            while len(self._drawn) >= _KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[key] = drawn
            self.refresh()

        def refused(_error: SdtuiError) -> None:
            self._refused.add(key)
            self.refresh()

        self._shell.pictures.ask(self, f"compared {place}", Path(path), columns, rows, arrived, refused)

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, paper, ink = self.size.width, self.rich_style, inks(self.app.theme)
        columns, rows = self._box()
        if y == 0:
            return strip_of(self._heading, width, ink, paper)
        if y <= rows:
            parts = [self._cells(place, y - 1, columns, rows) for place in range(len(self._images))]
        elif y == rows + 1:
            parts = [strip_of(self._label(place), columns, ink, paper) for place in range(len(self._images))]
        else:
            below = y - rows - 2
            return strip_of(self._below[below] if below < len(self._below) else (), width, ink, paper)
        gap = Strip.blank(_GAP, paper)
        spaced = [piece for part in parts for piece in (part, gap)][:-1]
        return Strip.join(spaced).adjust_cell_length(width, paper)

    def _label(self, place: int) -> Line:
        image = self._images[place]
        role, letter = STYLES[place % len(STYLES)]
        said = "no sample of this prompt" if image is None else moment_text(image)
        if image is not None and self._key(image) in self._refused:
            said += ", cannot be read"
        return [(f"{letter} ", role), (said, "dim")]

    def _cells(self, place: int, row: int, columns: int, rows: int) -> Strip:
        image, paper = self._images[place], self.rich_style
        drawn = self._drawn.get(self._key(image)) if image is not None else None
        if drawn is not None:
            strip = drawn.strips[row] if row < drawn.rows else Strip.blank(columns, paper)
            return strip.adjust_cell_length(columns, paper)
        dot = "·" if row == rows // 2 else " "
        return Strip([Segment(dot.center(columns), paper + inks(self.app.theme).dim)])
