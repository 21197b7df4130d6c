"""What the config editor shows: tables on the left, the keys of one of them on the right, the meaning of one below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_key_rows import ConfigTable, KeyRow
from sdtui.tui.commands import key_of
from sdtui.tui.config.key_list import KeyList
from sdtui.tui.config.looked import FIRST_SCRIPT, Looked, look, script_of
from sdtui.tui.config.tables import TableList
from sdtui.tui.config.words import about_key, about_table, refusal_lines, title_line, unused_line
from sdtui.tui.page import Page
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.virtual_list import VirtualList


class ConfigView(Page["Path | None"]):
    """Everything of the ``ConfigScreen`` but its actions."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 -- Textual's own form
    AUTO_FOCUS = "TableList"

    def __init__(self, path: Path, at: Place | None = None, line: int | None = None) -> None:
        """``at``: the place of the table that the cursor begins on; ``line``: that of a finding to begin at."""
        super().__init__()
        self.path = path
        self.looked: Looked | None = None
        self.script = FIRST_SCRIPT
        self._at = at
        self._line = line
        self.sought: Place | None = None
        """The key that the cursor goes to at the next look."""
        self.only_written = False
        """Whether only keys are shown that are written somewhere."""
        self.edited: KeyRow | None = None
        """The key whose value is being typed."""
        self.refusal = ""
        """Why what was asked for last was not written."""

    def compose(self) -> ComposeResult:
        yield Lines(id="config-title")
        yield Lines(id="config-unused")
        with Container(id="config-body"):
            with Vertical(id="config-left"):
                yield Lines(id="config-tables-heading")
                yield TableList()
            with Vertical(id="config-right"):
                yield Lines(id="config-heading")
                yield KeyList()
        yield Lines(id="config-about")
        yield LineInput(id="config-edit")
        yield Footer()

    # How it stands ------------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Whether a value is being typed."""
        return self.edited is not None

    @property
    def table_list(self) -> TableList:
        """The tables."""
        return self.query_one(TableList)

    @property
    def key_list(self) -> KeyList:
        """The keys of the table under the cursor."""
        return self.query_one(KeyList)

    @property
    def table(self) -> ConfigTable | None:
        """The table under the cursor."""
        return self.table_list.table

    @property
    def row(self) -> KeyRow | None:
        """The key under the cursor."""
        return self.key_list.row

    @property
    def is_of_project(self) -> bool:
        """Whether the project is read from this config, or would be if the trainer took it."""
        project = self.shell.project
        return self.path in (self.shell.project_path, project.toml if project is not None else None)

    @property
    def editor(self) -> LineInput:
        return self.query_one("#config-edit", LineInput)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.editor.display = False
        self._show()
        self.watch(self.app, "theme", self._show, init=False)
        self.watch(self.app, "project", self._project_changed, init=False)
        project = self.shell.project  # None where this config is one that the trainer refuses
        home = project.home if project is not None else self.path.parent / PROJECT_FOLDER
        self.shell.bridge.call(self, "script", lambda: script_of(home), self.with_script)

    def _project_changed(self, _project: Any) -> None:
        if self.shell.scanning is None:
            self.look_again()

    def with_script(self, script: str) -> None:
        self.script = script
        self.look_again()

    # Looking ------------------------------------------------------------------------------------------------------

    def look_again(self) -> None:
        path, script = self.path, self.script
        self.shell.bridge.call(self, "look", lambda: look(path, script), self._seen)

    def _seen(self, looked: Looked) -> None:
        self.looked = looked
        self.table_list.take(looked)
        if self._at is not None:
            places = [table.place for table in self.table_list.tables]
            self.table_list.cursor = places.index(self._at) if self._at in places else 0
            self._at = None
        self.take_rows()
        self._seek(looked)

    def _seek(self, looked: Looked) -> None:
        if self._line is not None:
            line = self._line
            self.sought = next((at for at, found in looked.said.items() if any(f.line == line for f in found)), None)
        if self.sought is not None:
            self.go_to(self.sought)
            self._line = self.sought = None

    def go_to(self, place: Place) -> None:
        """To a key, or to a table."""
        places = [table.place for table in self.table_list.tables]
        if place in places:
            self.table_list.cursor = places.index(place)
            self.table_list.focus()
            return
        if place[:-1] in places:
            self.table_list.cursor = places.index(place[:-1])
        keys_here = [row.place for row in self.key_list.rows]
        if self.only_written and place not in keys_here:
            self.only_written = False
        self.take_rows()
        self.key_list.cursor = next((at for at, row in enumerate(self.key_list.rows) if row.place == place), 0)
        self.key_list.focus()

    def take_rows(self) -> None:
        """List the keys of the table under the cursor."""
        looked, table = self.looked, self.table
        if looked is None:
            return
        every = looked.rows(table) if table is not None else ()
        rows = tuple(row for row in every if not self.only_written or row.level != "default")
        self.key_list.teaching = ["nothing is set here; a shows every key"] if every else []
        self.key_list.take(looked, rows)
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self.query_one("#config-title", Lines).show_fitted(
            lambda width: title_line(self.path, self.script, self.looked, width)
        )
        unused = [] if self.is_of_project else [unused_line(key_of("config.open"))]
        self.query_one("#config-unused", Lines).show(unused)
        self._show_heading()
        self.show_about()
        self.refresh_bindings()

    def _show_heading(self) -> None:
        self.query_one("#config-heading", Lines).show([[(self.key_list.heading(self.key_list.size.width), "dim")]])
        tables = self.table_list
        self.query_one("#config-tables-heading", Lines).show([[(tables.heading(tables.size.width), "dim")]])

    def show_about(self) -> None:
        self.query_one("#config-about", Lines).show_fitted(self._about)

    def _about(self, width: int) -> list[Line]:
        looked, table, row = self.looked, self.table, self.edited or self.row
        width = max(10, width - 2)
        if looked is None:
            return []
        if looked.refusal or table is None:
            return refusal_lines(looked, width)
        if row is not None and (self.typing or self.key_list.has_focus):
            return about_key(row, table, looked, width, self.refusal)
        return about_table(table, looked, width)

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        if event.rows is self.table_list:
            self.take_rows()
        else:
            self.refusal = ""
            self.show_about()
            self.refresh_bindings()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_heading()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.show_about()
        self.refresh_bindings()
