"""Typing the words of a prompt, or the value of an option, and taking what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.text import safe
from sdtui.edits.prompt_rows import with_row
from sdtui.edits.prompt_values import with_value
from sdtui.trainer.fields import parse_value
from sdtui.trainer.prompt_file import PromptFile
from sdtui.trainer.prompt_options import FIELDS, NEGATIVE, PROMPT
from sdtui.tui.commands import key_of
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.project_state import PromptDraft
from sdtui.tui.prompts.judging import text_of
from sdtui.tui.prompts.option_list import OptionRow

if TYPE_CHECKING:
    from sdtui.tui.prompts.view import PromptsView

TEXTS = (PROMPT, NEGATIVE)
"""What is typed where it is shown; the others have a line of their own."""


class Typing:
    """What is being typed in a PromptsView, if anything is."""

    def __init__(self, screen: PromptsView) -> None:
        self._screen = screen
        self._back_to_options = False
        self.key: str | None = None
        """The option that is being typed."""
        self.adding: int | None = None
        """Where the prompt goes that is being typed anew."""
        self._row = 0
        self._began_with = ""
        """What the file held of ``_row`` when the typing began."""
        self.refusal = ""
        """Why what was typed was not taken."""

    @property
    def in_text(self) -> bool:
        """Whether words are being typed."""
        return self.key in TEXTS

    def begin(self, option: OptionRow) -> None:
        """Let the person change ``option``: in the words, in a line, or from a list."""
        if option.key in TEXTS:
            self.begin_text(option.key)
        elif option.field.choices:
            self._choose(option)
        elif safe(option.text) != option.text:
            self.refusal = "It holds what a line cannot show. Take it out to write it anew, or use another editor."
            self._screen.show_about()
        else:
            self._begin(option.key)
            line = self._screen.line
            line.value = option.text
            line.display = True
            line.focus()
            line.action_select_all()
            self._screen.show_about()

    def begin_text(self, key: str, adding: int | None = None) -> None:
        """Let the person type the prompt or the negative one; ``adding``: a new prompt that goes there."""
        self._begin(key)
        self.adding = adding
        self._began_with = self.original()
        self._screen.show_words()
        self._screen.editor.begin((",",))
        self._screen.show_about()

    def _begin(self, key: str) -> None:
        self._back_to_options = self._screen.on_options
        self.key, self.refusal = key, ""
        self._row = self._screen.cursor
        self._screen.show_row()

    def _choose(self, option: OptionRow) -> None:
        choices = ("", *option.field.choices)
        candidates = [Candidate(choice or f"as set for the training ({option.default})") for choice in choices]

        def chosen(index: int | None) -> None:
            if index is not None:
                self.set(option.key, choices[index])

        self._screen.app.push_screen(Finder(f"{option.field.title}?", candidates), chosen)

    # Drafts -------------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """What was typed so far survives, whatever happens."""
        screen, original, text = self._screen, self.original(), self._screen.editor.caption
        row = self._row if self.adding is None else self.adding
        path, adding = str(screen.document.path), self.adding is not None
        self._keep(PromptDraft(path, row, self.key or PROMPT, adding, original, text) if text != original else None)

    def _keep(self, draft: PromptDraft | None) -> None:
        workspace = self._screen.shell.workspace
        if workspace is not None and workspace.keeper.state.prompt != draft:
            workspace.keeper.state.prompt = draft
            workspace.keeper.changed()

    def resume(self) -> None:
        """Go on with what was typed when sdtui ended, where the file still holds what it held then."""
        screen = self._screen
        draft = screen.shell.workspace.keeper.state.prompt if screen.shell.workspace is not None else None
        rows = screen.file.rows if screen.file is not None else ()
        if draft is None or draft.path != str(screen.document.path) or draft.key not in TEXTS:
            return
        if draft.adding and draft.row <= len(rows):
            screen.prompts.cursor = max(0, draft.row - 1)
        elif not draft.adding and draft.row < len(rows) and text_of(rows[draft.row], draft.key) == draft.original:
            screen.prompts.cursor = draft.row
        else:
            return
        self.begin_text(draft.key, draft.row if draft.adding else None)
        editor = screen.editor
        editor.replace(editor.veiled(draft.text), (0, 0), editor.document.end, maintain_selection_offset=False)

    # Taking -------------------------------------------------------------------------------------------------------

    def original(self) -> str:
        """The words as the file holds them."""
        rows = self._screen.file.rows if self._screen.file is not None else ()
        row = rows[self._row] if self.adding is None and self._row < len(rows) else None
        return text_of(row, self.key or PROMPT)

    def take_text(self, *, stay: bool = False) -> bool:
        """Write the words that were typed, and go back unless told to ``stay``; False where they were refused."""
        if self.key is None:
            return True
        text = self._screen.editor.caption
        if text != self.original() and not (self._add(text) if self.adding is not None else self.set(self.key, text)):
            return False
        if not stay or self.adding is not None:
            self.end()
        return True

    def take_value(self) -> bool:
        """Write the value that was typed, and go back; False where it was refused."""
        option, text = self._screen.option, self._screen.line.value
        if option is None or text == option.text or self.set(option.key, text):
            self.end()
            return True
        return False

    def end(self) -> None:
        """Type no more."""
        screen = self._screen
        self.key, self.adding, self.refusal = None, None, ""
        self._keep(None)
        screen.editor.end()
        screen.line.display = False
        (screen.options if self._back_to_options and screen.row is not None else screen.prompts).focus()
        screen.show()

    def set(self, key: str, text: str) -> bool:
        """Set the option to what was typed; False where it is refused, which is then said."""
        index = self._row if self.key is not None else self._screen.cursor

        def make(file: PromptFile) -> PromptFile:
            if index >= len(file.rows) or (self.in_text and self.original() != self._began_with):
                raise UsageError("The file was changed meanwhile")
            if key in TEXTS:
                in_line = file.rows[index].text is not None
                return with_value(file, index, key, text.strip() if in_line else text)
            value = parse_value(FIELDS[key], text)
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # 7 as it was typed; a line and a table hold it so
            assert value is None or isinstance(value, str | int | float)
            return with_value(file, index, key, value)

        return self.change(f"{key} of sample prompt {index + 1}", make)

    def _add(self, text: str) -> bool:
        row, at = self._screen.row, self.adding
        if not text.strip() or at is None:
            return True
        values = row.values if row is not None else {}
        options = {
            key: values[key] for key in FIELDS if key != PROMPT and isinstance(values.get(key), str | int | float)
        }
        if not self.change(
            "add a sample prompt",
            lambda file: with_row(file, min(at, len(file.rows)), {PROMPT: text.strip(), **options}),
        ):
            return False
        self._screen.prompts.cursor = at
        return True

    def change(self, title: str, make: Callable[[PromptFile], PromptFile]) -> bool:
        """Change the file; False where that is refused, which is then said."""
        try:
            self._screen.document.change(title, make)
        except SdtuiError as error:
            way_out = f" {key_of('editor.revert')} goes back to what the file holds." if self.in_text else ""
            self.refusal = f"{error.sentence()}{way_out}"
            self._screen.show_about()
            return False
        self.refusal = ""
        return True
