"""Lines of coloured text that change often: only the rows that differ are drawn again, and no markup is ever read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from sdtui.tui.theme import Inks, inks

Span = tuple[str, str]
"""Text, already safe for a terminal, and its role."""
Line = Sequence[Span]

ROLES: dict[str, Callable[[Inks], Style]] = {
    "plain": lambda ink: ink.text,
    "strong": lambda ink: ink.strong,
    "name": lambda ink: ink.strong,
    "dim": lambda ink: ink.dim,
    "state": lambda ink: ink.accent,
    "accent": lambda ink: ink.accent,
    "bar": lambda ink: ink.accent,
    "rest": lambda ink: ink.faint,
    "good": lambda ink: ink.good,
    "warn": lambda ink: ink.warn,
    "bad": lambda ink: ink.bad,
    "bad strong": lambda ink: ink.bad + Style(bold=True),
    "faint": lambda ink: ink.faint,
    "match": lambda ink: ink.match + Style(reverse=True),
    "curve1": lambda ink: ink.curves[0],
    "curve2": lambda ink: ink.curves[1],
    "curve3": lambda ink: ink.curves[2],
    "curve4": lambda ink: ink.curves[3],
    "curve5": lambda ink: ink.curves[4],
    "curve6": lambda ink: ink.curves[5],
}


class Lines(Widget):
    """Shows lines of spans as they are: too long ones are cut with an ellipsis, never wrapped."""

    DEFAULT_CSS = "Lines { height: auto; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._make: Callable[[int], Iterable[Line]] | None = None

    @property
    def text(self) -> str:
        """What is shown, without colour."""
        return "\n".join("".join(text for text, _ in line) for line in self._lines)

    def show(self, lines: Iterable[Line]) -> None:
        """Replace what is shown; rows that stay the same are not drawn again."""
        before, self._lines = self._lines, [tuple(line) for line in lines]
        if len(before) != len(self._lines) and self.styles.height is not None and self.styles.height.is_auto:
            self.refresh(layout=True)
            self.call_after_refresh(self._take_room)
            return
        width = self.size.width
        changed = [
            Region(0, row, width, 1)
            for row in range(max(len(before), len(self._lines)))
            if before[row : row + 1] != self._lines[row : row + 1]
        ]
        if changed:
            self.refresh(*changed)

    def _take_room(self) -> None:
        """Ask once more for a row a line, where there is no room yet.

        Textual keeps a widget's height until it is refreshed anew, and a refresh that comes while another waits does
        not count: a class that was set a moment before would leave a line without its row for good.
        """
        if self.is_attached and self.size.width and self.size.height != len(self._lines):
            self.refresh(layout=True)

    def show_fitted(self, make: Callable[[int], Iterable[Line]]) -> None:
        """Show what ``make`` gives for the width, now and whenever that is another one."""
        self._make = make
        self.on_resize()

    def on_resize(self) -> None:
        if self._make is not None:
            # Without a line it has no height, and then it is never told its width.
            self.show(self._make(self.size.width or self.screen.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        background = self.rich_style
        if y >= len(self._lines):
            return Strip.blank(self.size.width, background)
        return strip_of(self._lines[y], self.size.width, inks(self.app.theme), background)


def strip_of(line: Line, width: int, ink: Inks, background: Style) -> Strip:
    """One row of exactly ``width`` cells on ``background``."""
    line = cut(line, width)
    strip = Strip([Segment(text, background + ROLES[role](ink)) for text, role in line if text])
    return strip.adjust_cell_length(width, background)


def cells(line: Line) -> int:
    """How many cells the line takes."""
    return sum(cell_len(text) for text, _ in line)


def cut(line: Line, width: int) -> Line:
    """The line in at most ``width`` cells, with an ellipsis where something is missing."""
    if width < 1:
        return ()
    if cells(line) <= width:
        return line
    kept: list[Span] = []
    room = width - 1
    for text, role in line:
        if cell_len(text) <= room:
            kept.append((text, role))
            room -= cell_len(text)
            continue
        if room > 0:
            kept.append((chop_cells(text, room)[0], role))
        kept.append(("…", role))
        break
    return kept


def wrap(text: str, width: int, role: str, *, indent: int = 0) -> list[list[Span]]:
    """``text`` in lines of at most ``width`` cells, broken at blanks, in words only where one is longer than a line.

    Every line but the first begins with ``indent`` blanks.
    """
    lines: list[list[Span]] = []
    line = ""
    for word in text.split(" "):
        limit = max(1, width - (indent if lines else 0))
        candidate = f"{line} {word}" if line else word
        if cell_len(candidate) <= limit:
            line = candidate
            continue
        if line:
            lines.append([(" " * (indent if lines else 0) + line, role)])
            limit = max(1, width - indent)
        *whole, line = chop_cells(word, limit) if cell_len(word) > limit else [word]
        lines.extend([(" " * (indent if lines else 0) + piece, role)] for piece in whole)
    if line or not lines:
        lines.append([(" " * (indent if lines else 0) + line, role)])
    return lines
