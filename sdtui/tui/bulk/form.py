"""The form of one bulk operation: its fields, the images that it works on, and what it does to the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sdtui.base.errors import SdtuiError
from sdtui.base.text import safe
from sdtui.dataset.project import Project
from sdtui.edits.bulk import propose
from sdtui.edits.operations import Operation, PatternError, Trigger
from sdtui.edits.proposal import CaptionEdit
from sdtui.edits.trigger import TriggerAudit, audit
from sdtui.plans.outcome import Applied
from sdtui.tui.bulk.choice import Choice
from sdtui.tui.bulk.exact_input import ExactInput
from sdtui.tui.bulk.preview import first_edit, pointed_at
from sdtui.tui.bulk.scopes import Scope
from sdtui.tui.bulk.table import Entry, Field, Kind
from sdtui.tui.commands import Command, Offers, key_of, offered
from sdtui.tui.leaving import LeavesOnce
from sdtui.tui.plan.change_list import tokens_text
from sdtui.tui.plan.making import Making
from sdtui.tui.plan.words import drawn, excerpt
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_NO, _YES = "no", "yes"
_READ, _ALL = "that the trainer reads", "all, also those that the trainer does not read"
_EXCERPT = 240
"""Characters of a caption in the preview."""


class BulkForm(Offers, ModalScreen["Applied | None"], LeavesOnce["Applied | None"]):
    """Fills in one operation and shows its proposal. Dismissed with what was applied, or None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "bulk.go", "Show what would change", "Makes the proposal, to be looked at.", ("enter",), "go", priority=True
        ),
        Command(
            "bulk.leave",
            "Back",
            "Back to the operations; stops what is being made.",
            ("escape",),
            "leave",
            priority=True,
        ),
        Command("bulk.next", "Next field", "To the next field.", ("down", "tab"), "field(1)", priority=True),
        Command("bulk.before", "Field before", "To the field before.", ("up", "shift+tab"), "field(-1)", priority=True),
    )

    def __init__(self, project: Project, entry: Entry, scopes: Sequence[Scope], limit: int) -> None:
        super().__init__()
        self._project = project
        self._entry = entry
        self._scopes = scopes
        self._limit = limit

    def compose(self) -> ComposeResult:
        self._making = Making(self.shell, self, self._show_keys, self._judged, self._show_fault)
        with Vertical(classes="dialog", id="bulk"):
            yield Static(Text(self._entry.title), classes="dialog-title", markup=False)
            yield Static(Text(self._entry.sentence), id="bulk-sentence", markup=False)
            for field in self._entry.fields:
                with Horizontal(classes="bulk-row"):
                    yield Static(Text(field.label), classes="bulk-label", markup=False)
                    yield self._widget(field)
            if self._entry.by_line:
                with Horizontal(classes="bulk-row"):
                    yield Static(Text("lines"), classes="bulk-label", markup=False)
                    yield Choice((_READ, _ALL), id="bulk-lines")
            with Horizontal(classes="bulk-row", id="bulk-scope-row"):
                yield Static(Text("works on"), classes="bulk-label", markup=False)
                yield Choice([scope.words for scope in self._scopes], id="bulk-scope")
            if self._entry.audited:
                yield Static("", id="bulk-audit", markup=False)
            yield Static("", id="bulk-preview", markup=False)
            yield Static("", id="bulk-keys", classes="dialog-keys", markup=False)

    @staticmethod
    def _widget(field: Field) -> ExactInput | Choice:
        if field.kind is Kind.YES_NO:
            return Choice((_NO, _YES), int(bool(field.value)), id=f"field-{field.name}")
        return ExactInput(field.value, placeholder=field.hint, id=f"field-{field.name}")

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._fields()[0].focus()
        self._show_keys()
        self._look()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 32, "-low")

    def on_input_changed(self, _event: Input.Changed) -> None:
        self._look()

    def on_choice_turned(self, _event: Choice.Turned) -> None:
        self._look()

    # What was filled in -------------------------------------------------------------------------------------------

    def _fields(self) -> list[ExactInput | Choice]:
        return [each for each in self.query("*") if isinstance(each, (ExactInput, Choice))]

    def values(self) -> dict[str, str]:
        """What the fields hold."""
        return {field.name: self._value_of(field) for field in self._entry.fields}

    def _value_of(self, field: Field) -> str:
        if field.kind is Kind.YES_NO:
            return _YES if self.query_one(f"#field-{field.name}", Choice).index else ""
        return self.query_one(f"#field-{field.name}", ExactInput).text

    @property
    def scope(self) -> Scope:
        """The images that it works on."""
        return self._scopes[self.query_one("#bulk-scope", Choice).index]

    @property
    def all_lines(self) -> bool:
        """Whether lines are edited too that the trainer does not read."""
        return self._entry.by_line and self.query_one("#bulk-lines", Choice).index == 1

    def _operation(self) -> Operation:
        """What was asked for. Raises UsageError."""
        return self._entry.make(self.values())

    # Preview ------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Show what becomes of the first caption that changes, or what is wrong with the fields."""
        self.shell.bridge.cancel(self, "preview")
        try:
            operation = self._operation()
        except SdtuiError as error:
            self._show_fault(error)
            return
        samples, all_lines, project, limit = self.scope.samples, self.all_lines, self._project, self._limit
        if isinstance(operation, Trigger):
            word = operation.word
            self.shell.bridge.call(self, "audit", lambda: audit(project, word), self._show_audit, self._show_fault)
        self.shell.bridge.work(
            self,
            "preview",
            lambda cancelled: first_edit(
                project, samples, operation, limit=limit, all_lines=all_lines, cancelled=cancelled
            ),
            self._show_preview,
            None,
            self._show_fault,
        )

    def _show_preview(self, edit: CaptionEdit | None) -> None:
        ink = inks(self.app.theme)
        if edit is None:
            self._preview(Text("No caption here would change.", ink.dim))
            return
        text = Text.assemble(
            (f"first of them: {safe(edit.image.name)}", ink.dim),
            (f"   {tokens_text(edit, self._limit)} tok\n", ink.dim),
        )
        for words, style in drawn(excerpt(edit.before, edit.after, _EXCERPT), ink):
            text.append(words, style)
        for warning in edit.warnings:
            text.append(f"\n{safe(warning)}", ink.warn)
        self._preview(text)

    def _show_audit(self, audited: TriggerAudit) -> None:
        first, *others = audited.sentences()
        ink = inks(self.app.theme)
        text = Text(safe(first), ink.good if audited.single else ink.text)
        for sentence in others:
            text.append(f"\n{safe(sentence)}", ink.good if audited.clean else ink.warn)
        self.query_one("#bulk-audit", Static).update(text, layout=False)

    def _show_fault(self, error: SdtuiError) -> None:
        ink = inks(self.app.theme)
        if not isinstance(error, PatternError):
            unfilled = not any(self.values().values())
            self._preview(Text(safe(error.sentence()), ink.dim if unfilled else ink.warn))
            return
        line, mark = pointed_at(error.text, error.position, max(8, self.query_one("#bulk-preview").size.width))
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(line + "\n", ink.text)
        text.append(mark + "\n", ink.bad)
        text.append(safe(error.what.partition(": ")[0]), ink.warn)
        self._preview(text)

    def _preview(self, text: Text) -> None:
        self.query_one("#bulk-preview", Static).update(text, layout=False)

    # Making the proposal ------------------------------------------------------------------------------------------

    def action_go(self) -> None:
        try:
            operation = self._operation()
        except SdtuiError as error:
            self.shell.explain(error)
            return
        samples, all_lines, project, limit = self.scope.samples, self.all_lines, self._project, self._limit
        self._making.begin(
            lambda cancelled: propose(
                project, samples, operation, limit=limit, all_lines=all_lines, cancelled=cancelled
            )
        )

    def _judged(self, applied: Applied | None) -> None:
        if applied is not None:
            self.leave_with(applied)

    def _show_keys(self) -> None:
        ink = inks(self.app.theme)
        text = Text(no_wrap=True, overflow="ellipsis")
        if self._making.words:
            text.append(self._making.words, ink.text)
            parts = [(key_of("bulk.leave"), "stop")]
        else:
            parts = [(key_of("bulk.go"), "show what would change"), ("↑ ↓", "field"), ("← →", "choose")]
            parts.append((key_of("bulk.leave"), "back"))
        for key, label in parts:
            text.append("   " if text else "")
            text.append(key, ink.accent)
            text.append(f" {label}", ink.text)
        self.query_one("#bulk-keys", Static).update(text, layout=False)

    # Moving about -------------------------------------------------------------------------------------------------

    def action_field(self, way: int) -> None:
        fields = self._fields()
        here = fields.index(self.focused) if self.focused in fields else 0
        fields[(here + way) % len(fields)].focus()

    def action_leave(self) -> None:
        if self._making.progress is not None:
            self._making.stop()
        else:
            self.leave_with(None)
