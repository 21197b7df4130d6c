"""The config editor: tables on the left, the keys of one of them on the right, the meaning of one of these below.

``app.push_screen(ConfigScreen(path), callback)``: the callback gets the config where the project is to be opened by it,
else None. Each change is written at once, as a Plan that can be undone; what the trainer would refuse is not written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.reactive import Reactive
from textual.widget import Widget

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.text import safe
from sdtui.edits.config_place import set_plan, unset_plan
from sdtui.edits.config_typed import typed_text, typed_value
from sdtui.plans.outcome import Applied
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_key_rows import ConfigTable, KeyRow
from sdtui.trainer.scripts import SCRIPTS
from sdtui.tui.commands import Offers, key_of
from sdtui.tui.config import keys
from sdtui.tui.config.key_list import KeyList
from sdtui.tui.config.looked import FIRST_SCRIPT, Looked, look, script_of
from sdtui.tui.config.tables import TableList
from sdtui.tui.config.words import about_key, about_table, refusal_lines, title_line, unused_line
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.plan.leaving import LeavesOnce
from sdtui.tui.undoing import Turned
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_FEW = 2
"""Up to so many values enter goes to the next one; more are listed."""


class ConfigScreen(Offers, LeavesOnce["Path | None"]):
    """One dataset config."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)  # see ModeScreen

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 -- Textual's own form
    AUTO_FOCUS = "TableList"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self, path: Path, at: Place | None = None) -> None:
        """``at``: the place of the table that the cursor begins on."""
        super().__init__()
        self.path = path
        self.looked: Looked | None = None
        self.script = FIRST_SCRIPT
        self._at = at
        self._only_written = False
        self._edited: KeyRow | None = None
        self._refusal = ""

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
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    @property
    def typing(self) -> bool:
        """Whether a value is being typed."""
        return self._edited is not None

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
        """Whether the project is read from this config."""
        project = self.shell.project
        return project is not None and project.toml == self.path

    @property
    def _editor(self) -> LineInput:
        return self.query_one("#config-edit", LineInput)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._editor.display = False
        self._show()
        self.watch(self.app, "theme", self._show, init=False)
        self.watch(self.app, "project", self._project_changed, init=False)
        project = self.shell.project
        if project is not None:
            self.shell.bridge.call(self, "script", lambda: script_of(project.home), self._with_script)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        self.call_after_refresh(self.refresh_bindings)

    def _project_changed(self, _project: Any) -> None:
        if self.shell.scanning is None:
            self._look()

    def _with_script(self, script: str) -> None:
        self.script = script
        self._look()

    # Looking ------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        path, script = self.path, self.script
        self.shell.bridge.call(self, "look", lambda: look(path, script), self._seen)

    def _seen(self, looked: Looked) -> None:
        self.looked = looked
        self.table_list.take(looked)
        if self._at is not None:
            places = [table.place for table in self.table_list.tables]
            self.table_list.cursor = places.index(self._at) if self._at in places else 0
            self._at = None
        self._take_rows()

    def _take_rows(self) -> None:
        """List the keys of the table under the cursor."""
        looked, table = self.looked, self.table
        if looked is None:
            return
        every = looked.rows(table) if table is not None else ()
        rows = tuple(row for row in every if not self._only_written or row.level != "default")
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
        self._show_about()
        self.refresh_bindings()

    def _show_heading(self) -> None:
        self.query_one("#config-heading", Lines).show([[(self.key_list.heading(self.key_list.size.width), "dim")]])
        tables = self.table_list
        self.query_one("#config-tables-heading", Lines).show([[(tables.heading(tables.size.width), "dim")]])

    def _show_about(self) -> None:
        self.query_one("#config-about", Lines).show_fitted(self._about)

    def _about(self, width: int) -> list[Line]:
        looked, table, row = self.looked, self.table, self._edited or self.row
        width = max(10, width - 2)
        if looked is None:
            return []
        if looked.refusal or table is None:
            return refusal_lines(looked, width)
        if row is not None and (self.typing or self.key_list.has_focus):
            return about_key(row, table, looked, width, self._refusal)
        return about_table(table, looked, width)

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        if event.rows is self.table_list:
            self._take_rows()
        else:
            self._refusal = ""
            self._show_about()
            self.refresh_bindings()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_heading()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self._show_about()
        self.refresh_bindings()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        if event.rows is self.table_list:
            self.action_keys()
        else:
            self.action_change()

    # Moving -------------------------------------------------------------------------------------------------------

    def action_keys(self) -> None:
        self.key_list.focus()

    def action_tables(self) -> None:
        self.table_list.focus()

    def action_find(self) -> None:
        table, looked = self.table, self.looked
        if table is None or looked is None:
            return
        rows = looked.rows(table)
        candidates = [Candidate(safe(row.key), safe(typed_text(row.value)), row.meaning) for row in rows]

        def picked(index: int | None) -> None:
            if index is not None:
                self._go_to(rows[index].place)

        self.app.push_screen(Finder("Which key?", candidates), picked)

    def _go_to(self, place: Place) -> None:
        """To a key, or to a table."""
        places = [table.place for table in self.table_list.tables]
        if place in places:
            self.table_list.cursor = places.index(place)
            self.table_list.focus()
            return
        if place[:-1] in places:
            self.table_list.cursor = places.index(place[:-1])
        keys_here = [row.place for row in self.key_list.rows]
        if self._only_written and place not in keys_here:
            self._only_written = False
        self._take_rows()
        self.key_list.cursor = next((at for at, row in enumerate(self.key_list.rows) if row.place == place), 0)
        self.key_list.focus()

    def action_problem(self) -> None:
        looked = self.looked
        if looked is None:
            return
        order: list[Place] = []
        for table in self.table_list.tables:
            order += [table.place, *(row.place for row in looked.rows(table))]
        here = self.row.place if self.key_list.has_focus and self.row is not None else None
        start = order.index(here or (self.table.place if self.table is not None else order[0]))
        after = [*order[start + 1 :], *order[: start + 1]]
        place = next((place for place in after if place in looked.said), None)
        if place is not None:
            self._go_to(place)

    def action_only_written(self) -> None:
        self._only_written = not self._only_written
        self._take_rows()

    def action_script(self) -> None:
        candidates = [Candidate(f"{name}.py") for name in SCRIPTS]

        def picked(index: int | None) -> None:
            if index is not None:
                self._with_script(SCRIPTS[index])

        self.app.push_screen(Finder("Which script will read it?", candidates), picked)

    # Changing -----------------------------------------------------------------------------------------------------

    def action_change(self) -> None:
        row = self.row
        if row is None:
            return
        if row.choices and len(row.choices) <= _FEW:
            self.action_turn()
        elif row.choices:
            self._choose(row)
        else:
            self._type(row)

    def action_turn(self) -> None:
        row = self.row
        if row is None or not row.choices:
            return
        now = typed_text(row.value)
        at = row.choices.index(now) + 1 if now in row.choices else 0
        self._write(row, row.choices[at % len(row.choices)])

    def _choose(self, row: KeyRow) -> None:
        def picked(index: int | None) -> None:
            if index is not None:
                self._write(row, row.choices[index])

        self.app.push_screen(Finder(f"{row.key}?", [Candidate(choice) for choice in row.choices]), picked)

    def _type(self, row: KeyRow) -> None:
        self._edited, self._refusal = row, ""
        editor = self._editor
        editor.value = safe(typed_text(row.value))
        editor.display = True
        editor.focus()
        editor.action_select_all()
        self._show_about()
        self.refresh_bindings()

    def action_accept(self) -> None:
        row, text = self._edited, self._editor.value
        if row is None:
            return
        if not text.strip():
            self.action_leave_value()
            if row.written:
                self._take_out(row)
        elif text == safe(typed_text(row.value)) and row.written:
            self.action_leave_value()
        else:
            self._write(row, text)

    def action_leave_value(self) -> None:
        self._edited, self._refusal = None, ""
        self._editor.display = False
        self.key_list.focus()
        self._show_about()
        self.refresh_bindings()

    def action_take_out(self) -> None:
        if self.row is not None:
            self._take_out(self.row)

    def _take_out(self, row: KeyRow) -> None:
        if row.required:
            self._refused(UsageError(f"{row.key} stays: the trainer stops without it", remedy="Type another value."))
            return
        path = self.path
        self._apply(lambda: unset_plan(path, row.place))

    def _write(self, row: KeyRow, text: str) -> None:
        try:
            value = typed_value(row, text)
        except UsageError as error:
            self._refused(error)
            return
        path, script = self.path, self.script
        self._apply(lambda: set_plan(path, row.place, value, script))

    def _apply(self, make: Any) -> None:
        if self.shell.workspace is not None:
            self.shell.workspace.apply(make, self._applied, self._refused)

    def _applied(self, _applied: Applied | None) -> None:
        if self.typing:
            self.action_leave_value()
        self._refusal = ""
        self._look()

    def _refused(self, error: SdtuiError) -> None:
        self._refusal = f"{error.what}. {error.remedy}" if error.remedy else f"{error.what}."
        self._show_about()

    def action_undo(self) -> None:
        if self.shell.workspace is not None:
            self.shell.workspace.undoing.undo(self._turned)

    def action_redo(self) -> None:
        if self.shell.workspace is not None:
            self.shell.workspace.undoing.redo(self._turned)

    def _turned(self, turned: Turned) -> None:
        self.shell.say(turned.sentence, "information" if turned.whole else "warning")
        self._look()

    def action_open(self) -> None:
        self.leave_with(self.path)

    def action_leave(self) -> None:
        self.leave_with(None)
