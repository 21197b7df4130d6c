"""What the Train screen shows: the settings, the command that they make, and what it will cost."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import plural, safe
from sdtui.dataset.project import Project
from sdtui.trainer.profiles import Settings
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.train.form import Form
from sdtui.tui.train.outcome_lines import outcome_lines, shown_command
from sdtui.tui.train.preflight_lines import preflight_lines
from sdtui.tui.train.rehearsing import Rehearsing
from sdtui.tui.train.rows import (
    SD_SCRIPTS,
    USER_KEYS,
    Row,
    form_rows,
    help_of,
)
from sdtui.tui.train.state import Outcome, TrainState
from sdtui.tui.train.takeover import ask_to_take
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Line, Lines, wrap
from sdtui.tui.widgets.virtual_list import VirtualList


class TrainView(ModeScreen):
    """Everything of the ``TrainScreen`` but its actions."""

    MODE = "train"

    def __init__(self) -> None:
        super().__init__()
        self.state: TrainState | None = None
        self.edited: Row | None = None
        """The setting that is being typed."""
        self.refusal = ""
        """Why what was typed last was not taken."""
        self._busy = False
        """Whether a run is being started."""
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
        return self.edited is not None

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
        row, state = self.edited or self.row, self.state
        if row is None or state is None:
            return
        text, role = (self.refusal, "bad") if self.refusal else (help_of(row, state.settings), "plain")
        if row.key in USER_KEYS and not self.refusal:
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
        self.refusal = ""
        self._show_about()
        self.refresh_bindings()
