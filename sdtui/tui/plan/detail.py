"""One row of a proposal in full: which file is written, its warnings, and all of its words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from sdtui.base.paths import shown
from sdtui.base.text import file_size, plural, safe, safe_lines
from sdtui.edits.proposal import CaptionEdit
from sdtui.plans.diff import Line, diff_change
from sdtui.plans.plan import Change, Write
from sdtui.tui.marks import marks
from sdtui.tui.plan.change_list import tokens_text
from sdtui.tui.plan.rows import Left, Row, paths_of
from sdtui.tui.plan.words import drawn, whole
from sdtui.tui.theme import Inks, inks

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_MOST = 20_000
"""Characters of a caption that are shown: wrapping more would make every step of the cursor slow."""
_LONG = 2_000
"""Characters of both texts from which on they are compared in a thread."""


class Detail(VerticalScroll):
    """What the row under the cursor does."""

    def __init__(self) -> None:
        super().__init__(id="plan-detail", can_focus=False)
        self._text = Static("", id="plan-text", markup=False)

    def on_mount(self) -> None:
        self.mount(self._text)

    def show(self, row: Row | None, root: Path, limit: int) -> None:
        """Show ``row``, from its beginning; one that takes long to compare appears when it is ready."""
        bridge, ink = cast("SdtuiApp", self.app).bridge, inks(self.app.theme)
        if isinstance(row, CaptionEdit) and len(row.before) + len(row.after) > _LONG:
            bridge.call(self, "compare", lambda: detail_text(row, root, limit, ink), self._put)
        else:
            bridge.cancel(self, "compare")
            self._put(detail_text(row, root, limit, ink))

    def _put(self, text: Text) -> None:
        self._text.update(text)
        self.scroll_home(animate=False)

    def read(self, way: int) -> None:
        """Scroll by what fits, down for 1 and up for -1."""
        self.scroll_relative(y=way * max(1, self.size.height - 1), animate=False)


def detail_text(row: Row | None, root: Path, limit: int, ink: Inks) -> Text:
    """``row`` as a person reads it."""
    if row is None:
        return Text()
    if isinstance(row, CaptionEdit):
        return _caption(row, root, limit, ink)
    if isinstance(row, Left):
        why = f"{marks().missing} stays as it is: {safe(row.why)}"
        return Text.assemble((_place(row.path, root) + "\n", ink.strong), (why, ink.warn))
    return _change(row, root, ink)


def _caption(edit: CaptionEdit, root: Path, limit: int, ink: Inks) -> Text:
    text = Text()
    text.append(_place(edit.image, root), ink.strong)
    over = edit.tokens_after > limit
    text.append(f"   {tokens_text(edit, limit)}/{limit} tok", ink.warn if over else ink.dim)
    text.append(f"   in {safe(edit.path.name)}\n", ink.dim)
    for warning in edit.warnings:
        text.append(f"{marks().broken} {safe(warning)}\n", ink.warn)
    room = _MOST
    for words, style in drawn(whole(edit.before, edit.after), ink, _with_line_ends):
        text.append(words[:room], style)
        room -= min(room, len(words))
    if not room:
        hidden = max(len(edit.before), len(edit.after)) - _MOST
        text.append(f"\n… {plural(max(1, hidden), 'further character')} not shown", ink.dim)
    return text


def _change(change: Change, root: Path, ink: Inks) -> Text:
    text = Text()
    places = [_place(path, root) for path in paths_of(change)]
    text.append(" → ".join(places) + "\n", ink.strong)
    if not isinstance(change, Write):
        return text
    for line in diff_change(change).lines:
        text.append(f"{line.number or '':>4} ", ink.dim)
        _line(text, line, ink)
    if not change.after.strip() or b"\0" in change.after:
        text.append(file_size(len(change.after)), ink.dim)
    return text


def _line(text: Text, line: Line, ink: Inks) -> None:
    for words, style in drawn(line.pieces, ink):
        text.append(words, style)
    text.append("\n")


def _with_line_ends(text: str) -> str:
    """``text`` safe, each line end shown and kept."""
    return safe_lines(text).replace("\n", "␊\n")


def _place(path: Path, root: Path) -> str:
    try:
        return safe(str(path.relative_to(root)))
    except ValueError:
        return safe(shown(path))
