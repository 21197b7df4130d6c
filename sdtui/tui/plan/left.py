"""What was left as it is when a change was made, undone, finished or rolled back: each file with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from sdtui.base.text import safe
from sdtui.tui.commands import Command, offered
from sdtui.tui.page import Page
from sdtui.tui.plan.change_list import ChangeList
from sdtui.tui.plan.detail import Detail
from sdtui.tui.plan.rows import Left
from sdtui.tui.plan.sentences import told
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.virtual_list import VirtualList


class LeftScreen(Page[None]):
    """A list to be read, and closed."""

    AUTO_FOCUS = "ChangeList"
    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "left.close", "Close the list", "Back to where you were.", ("enter", "escape"), "close", "close", rank=10
        ),
        Command(
            "left.read_on", "Read on", "Scrolls what stands below the list down.", ("J", "space"), "read(1)", still=True
        ),
        Command(
            "left.read_back", "Read back", "Scrolls what stands below the list up.", ("K",), "read(-1)", still=True
        ),
    )

    def __init__(self, title: str, sentence: str, left: Sequence[tuple[Path, str]]) -> None:
        """``sentence`` says what was done; ``left`` are the files that were not touched, each with the reason."""
        super().__init__()
        self._title_text = title
        self._sentence = sentence
        self._left = left

    def compose(self) -> ComposeResult:
        yield Lines(id="plan-title")
        with Vertical(id="plan"):
            yield Lines(id="plan-sum")
            yield Lines(id="plan-heading")
            yield ChangeList()
            yield Detail()
        yield Footer()

    def on_mount(self) -> None:
        changes = self.query_one(ChangeList)
        project = self.shell.project
        if project is not None:
            changes.root = project.root
        changes.with_captions, changes.reasons = False, True
        changes.rows = [Left(path, why) for path, why in self._left]
        changes.rows_changed(0)
        self.query_one("#plan-title", Lines).show_fitted(self._title_lines)
        self.query_one("#plan-sum", Lines).show_fitted(self._sum_lines)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 32, "-low")

    def _title_lines(self, width: int) -> list[Line]:
        state = "done in part"
        return [[(" " + fit(safe(self._title_text), max(0, width - len(state) - 4)), "strong"), (f"  {state} ", "dim")]]

    def _sum_lines(self, width: int) -> list[Line]:
        return told([f"{self._sentence} Why each was left stands beside it."], width, "strong")

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        changes = self.query_one(ChangeList)
        self.query_one(Detail).show(changes.row, changes.root, changes.limit)

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self.query_one("#plan-heading", Lines).show([[(self.query_one(ChangeList).heading(), "dim")]])

    def action_read(self, way: int) -> None:
        self.query_one(Detail).read(way)

    def action_close(self) -> None:
        self.leave_with(None)
