"""Train: what a run is asked to do, the command that does it, and what it will cost."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.text import safe
from sdtui.runs.record import RunRecord
from sdtui.tui.commands import key_of
from sdtui.tui.history.open import show_history
from sdtui.tui.monitor.open import show_run
from sdtui.tui.queue.open import show_queue
from sdtui.tui.train import keys, queueing
from sdtui.tui.train import start as starting
from sdtui.tui.train.pick import pick_model, pick_setting, pick_value
from sdtui.tui.train.preflight_lines import errors_of
from sdtui.tui.train.rows import (
    BASE_MODEL,
    PROFILE,
    USER_KEYS,
    Row,
    checked,
    find_rows,
    turned,
)
from sdtui.tui.train.takeover import ask_export, ask_import
from sdtui.tui.train.view import TrainView
from sdtui.tui.widgets.virtual_list import VirtualList

_FEW = 4
"""Up to so many choices enter goes to the next one; more are listed."""


class TrainScreen(TrainView):
    """Mode 5."""

    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_change()

    # Changing settings --------------------------------------------------------------------------------------------

    def _set(self, key: str, text: str) -> bool:
        """Set it; False where it is refused, which is then said."""
        state = self.state
        assert state is not None
        try:
            if key == PROFILE:
                state.set_profile(text)
            elif key in USER_KEYS:
                state.set_user(key, text)
            else:
                state.set(checked(state.settings, key, text))
        except UsageError as error:
            self.refusal = error.sentence()
            self._show_about()
            return False
        self.refusal = ""
        return True

    def action_change(self) -> None:
        row, state = self.row, self.state
        if row is None or state is None:
            return
        if row.key == BASE_MODEL:
            pick_model(self, state, lambda path: self._take(row.key, path), lambda: self._edit(row))
        elif row.key == "script" and state.install is not None:
            pick_value(self, "Which script?", state.install.scripts, lambda name: self._take(row.key, name))
        elif row.key == PROFILE or len(row.choices) > _FEW:
            pick_value(self, f"{row.field.title}?", row.choices, lambda value: self._take(row.key, value))
        elif row.choices:
            self.action_turn(1)
        else:
            self._edit(row)

    def _take(self, key: str, text: str) -> None:
        if self._set(key, text):
            self._stand_on(key)

    def action_turn(self, by: int) -> None:
        row = self.row
        value = turned(row, by) if row is not None else None
        if row is not None and value is not None:
            self._set(row.key, value)

    def action_reset(self) -> None:
        row, state = self.row, self.state
        if row is None or state is None:
            return
        if row.key in USER_KEYS:
            state.set_user(row.key, "")
        else:
            state.set(state.settings.without(row.key))

    def action_import_settings(self) -> None:
        if self.state is not None:
            ask_import(self, self.state)

    def action_take_back(self) -> None:
        if self.state is not None:
            self.state.take_back()
            self.shell.say(f"The settings are those of before. {key_of('train.take_back')} turns that round again.")

    def action_export_settings(self) -> None:
        if self.state is not None:
            ask_export(self, self.state)

    def action_find(self) -> None:
        if self.state is not None:
            pick_setting(self, self.state.settings, self._go_to)

    def show_setting(self, key: str) -> None:
        """Put the cursor on the row of ``key``, where the form has it."""
        place = next((index for index, row in enumerate(self.form.rows) if row.key == key), None)
        if place is not None and not self.editing:
            self.form.cursor = place

    def _go_to(self, key: str) -> None:
        state = self.state
        assert state is not None
        if self._stand_on(key):
            return
        # It is not in the form yet: it appears there once it has a value.
        row = Row(state.settings.field(key), state.settings.text(key), False, "")
        if row.choices:
            pick_value(self, f"{row.field.title}?", row.choices, lambda value: self._take(key, value))
        else:
            self._edit(row)

    def _stand_on(self, key: str) -> bool:
        """Put the cursor on a setting; False where it is not in the form."""
        place = find_rows(self.form.rows, lambda row: row.key == key)
        if place is not None:
            self.form.cursor = place
        return place is not None

    # Typing a value -----------------------------------------------------------------------------------------------

    def _edit(self, row: Row) -> None:
        state = self.state
        assert state is not None
        text = (getattr(state.user, row.key) or row.value) if row.key in USER_KEYS else state.settings.text(row.key)
        self.edited, self.refusal = row, ""
        editor = self.editor
        editor.value = safe(text)
        editor.display = True
        editor.focus()
        editor.action_select_all()
        self._show_about()
        self.refresh_bindings()

    def action_accept(self) -> None:
        row = self.edited
        if row is not None and self._set(row.key, self.editor.value):
            self.action_leave()
            self._stand_on(row.key)

    def action_leave(self) -> None:
        self.edited, self.refusal = None, ""
        self.editor.display = False
        self.form.focus()
        self._show_about()
        self.refresh_bindings()

    # Runs ---------------------------------------------------------------------------------------------------------

    def action_start(self) -> None:
        state = self.state
        if state is not None:
            errors = errors_of(self.shell.checked)
            begin = partial(self._start, state.settings.profile.name)
            starting.ask_to_start(self, state.outcome, begin, self.action_queue, errors, checked=state.checked)

    def action_queue(self) -> None:
        state = self.state
        make = state.make(state.settings) if state is not None else None
        if state is not None and make is not None:
            queueing.ask_to_queue(self, state, make, errors_of(self.shell.checked))

    def action_show_queue(self) -> None:
        show_queue(self.shell)

    def action_rehearse(self) -> None:
        self._start("rehearsal")

    def action_rehearse_for_real(self) -> None:
        if self.state is not None:
            self.rehearsing.start(self.state)

    def action_end_rehearsal(self) -> None:
        self.rehearsing.stop()

    def _start(self, profile: str, agreed: str | None = None) -> None:
        state = self.state
        make = state.make(state.settings_for(profile)) if state is not None else None
        if state is None or make is None or self._busy:
            return
        self._busy = True
        self._show()
        starting.start(self, state.home, make, self._started, self._not_started, agreed)

    def _started(self, _record: RunRecord) -> None:
        self._busy = False
        show_run(self.shell)

    def action_history(self) -> None:
        show_history(self, partial(show_run, self.shell))

    def _not_started(self, error: SdtuiError) -> None:
        self._busy = False
        self._show()
        self.shell.explain(error)
        if self.state is not None:
            self.state.prepare_soon()

    def action_copy(self) -> None:
        from sdtui.tui.monitor.actions import show_copied

        state = self.state
        if state is not None and state.outcome.prepared is not None:
            show_copied(self, "The command", state.outcome.prepared.shell)

    def action_prompts(self) -> None:
        from sdtui.tui.prompts.open import show_prompts

        if self.state is not None:
            show_prompts(self.shell, self.state.settings)

    def action_script(self) -> None:
        if self.state is not None and self.state.outcome.prepared is not None:
            starting.write_script(self, self.state.outcome.prepared)
