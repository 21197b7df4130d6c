"""Train: what a run is asked to do, the command that does it, and what it will cost."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import plural, safe
from sdtui.dataset.project import Project
from sdtui.runs.record import RunRecord
from sdtui.trainer.profiles import Settings
from sdtui.tui.history.open import show_history
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.monitor.open import show_run
from sdtui.tui.queue.open import show_queue
from sdtui.tui.train import keys, queueing
from sdtui.tui.train import start as starting
from sdtui.tui.train.form import Form
from sdtui.tui.train.outcome_lines import outcome_lines, shown_command
from sdtui.tui.train.pick import pick_model, pick_setting, pick_value
from sdtui.tui.train.preflight_lines import errors_of, preflight_lines
from sdtui.tui.train.rehearsing import Rehearsing
from sdtui.tui.train.rows import (
    BASE_MODEL,
    PROFILE,
    SD_SCRIPTS,
    USER_KEYS,
    Row,
    checked,
    find_rows,
    form_rows,
    help_of,
    turned,
)
from sdtui.tui.train.state import Outcome, TrainState
from sdtui.tui.train.takeover import ask_export, ask_import, ask_to_take
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Line, Lines, wrap
from sdtui.tui.widgets.virtual_list import VirtualList

_FEW = 4
"""Up to so many choices enter goes to the next one; more are listed."""


class TrainScreen(ModeScreen):
    """Mode 5."""

    MODE = "train"

    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS

    def __init__(self) -> None:
        super().__init__()
        self.state: TrainState | None = None
        self._edited: Row | None = None
        """The setting that is being typed."""
        self._refusal = ""
        self._busy = False
        self._given: tuple[Settings, str] | None = None
        """What another screen sent, until there is a state to take it."""
        self.rehearsing = Rehearsing(self)

    # Parts --------------------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        with Vertical(id="train"):
            with Horizontal():
                yield Form()
                with VerticalScroll(id="outcome", can_focus=False):
                    yield Lines(id="cost")
                    yield Lines(id="preflight")
                    yield Lines(id="rehearsed")
                    yield Lines(id="command")
            yield Lines(id="about")
            yield LineInput(id="edit")

    @property
    def form(self) -> Form:
        """The rows of settings."""
        return self.query_one(Form)

    @property
    def editor(self) -> LineInput:
        """Where a value is typed."""
        return self.query_one("#edit", LineInput)

    @property
    def row(self) -> Row | None:
        """The setting under the cursor."""
        return self.form.row

    @property
    def editing(self) -> bool:
        """Whether a value is being typed."""
        return self._edited is not None

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self.editor.display = False
        path = self.shell.project_path
        if path is None:
            return
        self.state = TrainState(self, (path if path.is_dir() else path.parent) / PROJECT_FOLDER, self._show)
        self.form.focus()
        self.state.find_trainers()
        if self._given is not None:
            self.take(*self._given)
        self.watch_project(self._project_changed)
        self.watch(self.app, "checked", self._show_preflight, init=False)
        self.watch(self.app, "checking", self._show_preflight, init=False)

    def take(self, settings: Settings, sentence: str) -> None:
        """Fill the form with settings that another screen sends; ``sentence`` says what they are."""
        if self.state is None:
            self._given = settings, sentence
        else:
            ask_to_take(self, self.state, settings, sentence)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        if self.state is not None:
            self.state.prepare_soon()

    def on_resize(self, _event: events.Resize) -> None:
        self.set_class(self.size.width < 100, "-narrow")

    def _project_changed(self, _project: Project | None) -> None:
        if self.state is not None:
            self.state.prepare_soon()

    # Showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        state = self.state
        if state is None or not self.is_attached:
            return
        prepared = state.outcome.prepared
        command = prepared.request.command if prepared is not None else ()
        self.form.show(form_rows(state.settings, state.user, state.install, command))
        self._show_about()
        outcome, settings = state.outcome, state.settings
        if self._busy:
            outcome = Outcome(waiting="starting")
        self.query_one("#cost", Lines).show_fitted(lambda width: outcome_lines(outcome, settings, width))
        self.query_one("#command", Lines).show_fitted(lambda width: shown_command(outcome, width))
        self._show_preflight()
        self.show_rehearsal()
        self.refresh_bindings()

    def show_rehearsal(self) -> None:
        """Bring what is said of the rehearsal with sd-scripts up to date."""
        state = self.state
        if state is not None:
            self.query_one("#rehearsed", Lines).show_fitted(lambda width: self.rehearsing.lines(state, width))

    def _show_preflight(self) -> None:
        state, checked = self.state, self.shell.checked
        known = state is not None and state.checked
        self.query_one("#preflight", Lines).show_fitted(lambda width: preflight_lines(checked, known, width))

    def _show_about(self) -> None:
        row, state = self._edited or self.row, self.state
        if row is None or state is None:
            return
        text, role = (self._refusal, "bad") if self._refusal else (help_of(row, state.settings), "plain")
        if row.key in USER_KEYS and not self._refusal:
            text = f"{text} {self._trainer_word(row)}".strip()
        heading: Line = [(row.field.title, "strong"), (f"  {row.key}", "dim")]
        self.query_one("#about", Lines).show_fitted(lambda width: [heading, *wrap(safe(text), width, role)[:3]])

    def _trainer_word(self, row: Row) -> str:
        """What was found, where it is asked about."""
        state = self.state
        if state is None or row.key != SD_SCRIPTS:
            return ""
        if state.trainers is None:
            return "It is being looked for."
        install = state.install
        if install is None:
            return "It was not found: clone https://github.com/kohya-ss/sd-scripts, or set its folder here."
        commit = f" at {install.commit}" if install.commit else ""
        parts = [f"torch {install.torch_version}" if install.torch_version else ""]
        parts.append("xformers" if install.has_xformers else "no xformers")
        number = state.arguments
        arguments = f" {state.settings.script} takes {plural(number, 'argument')}." if number else ""
        return install.problem or f"Found{commit}: {', '.join(part for part in parts if part)}.{arguments}"

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        self._refusal = ""
        self._show_about()
        self.refresh_bindings()

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
            self._refusal = error.sentence()
            self._show_about()
            return False
        self._refusal = ""
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
        self._edited, self._refusal = row, ""
        editor = self.editor
        editor.value = safe(text)
        editor.display = True
        editor.focus()
        editor.action_select_all()
        self._show_about()
        self.refresh_bindings()

    def action_accept(self) -> None:
        row = self._edited
        if row is not None and self._set(row.key, self.editor.value):
            self.action_leave()
            self._stand_on(row.key)

    def action_leave(self) -> None:
        self._edited, self._refusal = None, ""
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
