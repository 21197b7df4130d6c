"""The config editor: what its keys do.

``app.push_screen(ConfigScreen(path), callback)``: the callback gets the config where the project is to be opened by it,
else None. Each change is written at once, as a Plan that can be undone; what the trainer would refuse is not written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.text import safe
from sdtui.edits.config_place import rename_plan, set_plan, unset_plan
from sdtui.edits.config_typed import typed_text, typed_value
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Plan
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_key_rows import KeyRow
from sdtui.trainer.scripts import SCRIPTS
from sdtui.tui.config import keys
from sdtui.tui.config.view import ConfigView
from sdtui.tui.config.whole import find_files, make_folders
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.undoing import Turned, Undoes
from sdtui.tui.widgets.virtual_list import VirtualList

_FEW = 2
"""Up to so many values enter goes to the next one; more are listed."""


class ConfigScreen(Undoes, ConfigView):
    """One dataset config."""

    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

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
                self.go_to(rows[index].place)

        self.app.push_screen(Finder("Which key?", candidates), picked)

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
            self.go_to(place)

    def action_only_written(self) -> None:
        self.only_written = not self.only_written
        self.take_rows()

    def action_script(self) -> None:
        candidates = [Candidate(f"{name}.py") for name in SCRIPTS]

        def picked(index: int | None) -> None:
            if index is not None:
                self.with_script(SCRIPTS[index])

        self.app.push_screen(Finder("Which script will read it?", candidates), picked)

    # Changing -----------------------------------------------------------------------------------------------------

    def action_change(self) -> None:
        row = self.row
        if row is None:
            return
        if row.instead is not None:
            path, place, instead = self.path, row.place, row.instead
            self._apply(lambda: rename_plan(path, place, instead), (*place[:-1], instead))
        elif row.choices and len(row.choices) <= _FEW:
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
        self.edited, self.refusal = row, ""
        editor = self.editor
        editor.value = safe(typed_text(row.value))
        editor.display = True
        editor.focus()
        editor.action_select_all()
        self.show_about()
        self.refresh_bindings()

    def action_accept(self) -> None:
        row, text = self.edited, self.editor.value
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
        self.edited, self.refusal = None, ""
        self.editor.display = False
        self.key_list.focus()
        self.show_about()
        self.refresh_bindings()

    def action_take_out(self) -> None:
        if self.row is not None:
            self._take_out(self.row)

    def _take_out(self, row: KeyRow) -> None:
        path, script = self.path, self.script
        self._apply(lambda: unset_plan(path, row.place, script))

    def _write(self, row: KeyRow, text: str) -> None:
        try:
            value = typed_value(row, text)
        except UsageError as error:
            self._refused(error)
            return
        path, script = self.path, self.script
        self._apply(lambda: set_plan(path, row.place, value, script))

    def _apply(self, make: Callable[[], Plan], then: Place | None = None) -> None:
        """``then``: the key that the cursor goes to."""

        def applied(applied: Applied | None) -> None:
            self.sought = then if applied is not None else None
            self._applied()

        if self.shell.workspace is not None:
            self.shell.workspace.apply(make, applied, self._refused)

    def _applied(self) -> None:
        if self.typing:
            self.action_leave_value()
        self.refusal = ""
        self.look_again()

    def _refused(self, error: SdtuiError) -> None:
        self.refusal = f"{error.what}. {error.remedy}" if error.remedy else f"{error.what}."
        self.show_about()

    def turned(self, turned: Turned) -> None:
        self.look_again()

    # The whole file -----------------------------------------------------------------------------------------------

    def action_find_files(self) -> None:
        find_files(self)

    def action_folders(self) -> None:
        make_folders(self)

    def action_open(self) -> None:
        self.leave_with(self.path)

    def action_leave(self) -> None:
        self.leave_with(None)
