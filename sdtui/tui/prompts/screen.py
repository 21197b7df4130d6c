"""The prompt editor: a prompt a row, below it its options and its words with what the trainer makes of them.

``app.push_screen(PromptsScreen(path, script))``. Each change is written at once, as a Plan that can be undone.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import TextArea

from sdtui.edits.prompt_rows import with_copy, with_move, with_row, without_row
from sdtui.edits.prompt_values import with_own_values, with_parted_options
from sdtui.runs.setup.sample_prompts import prompts_for
from sdtui.trainer.prompt_file import PromptFile, parse_prompt_file
from sdtui.trainer.prompt_options import PROMPT
from sdtui.tui.prompts import keys
from sdtui.tui.prompts.judging import counted
from sdtui.tui.prompts.view import PromptsView
from sdtui.tui.undoing import Turned, Undoes


class PromptsScreen(Undoes, PromptsView):
    """One prompt file."""

    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def before_quit(self) -> None:
        """The app is about to end: write the words that are being typed."""
        if self.typing.in_text:
            self.typing.take_text()

    def on_virtual_list_chosen(self) -> None:
        self.action_edit()

    # Typing -------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        if self.on_options and self.option is not None:
            self.typing.begin(self.option)
        elif self.row is not None:
            self.typing.begin_text(PROMPT)

    def action_add(self) -> None:
        self.typing.begin_text(PROMPT, 0 if self.row is None else self.cursor + 1)

    def action_accept(self) -> None:
        self.typing.take_value()

    def action_discard(self) -> None:
        self.typing.end()

    def on_caption_editor_leave(self) -> None:
        self.typing.take_text()

    def on_caption_editor_save(self) -> None:
        self.typing.take_text(stay=True)

    def on_caption_editor_revert(self) -> None:
        editor = self.editor
        text = editor.veiled(self.typing.original())
        editor.replace(text, (0, 0), editor.document.end, maintain_selection_offset=False)

    def on_text_area_changed(self, _event: TextArea.Changed) -> None:
        if self.typing.in_text:
            self.editor.completer.typed()
            now = counted(self.editor.caption, self._judge.limit)
            self.editor.mark(now)
            self._show_count(now.tokens)
            self.typing.keep()

    def on_descendant_blur(self) -> None:
        self.call_later(self._left_for_elsewhere)

    def _left_for_elsewhere(self) -> None:
        """By a click, not by a dialog over it or by another window of the person's desktop."""
        typing = self.typing.in_text and not self.editor.has_focus
        if typing and self.app.app_focus and self.is_current and not self.typing.take_text():
            self.editor.focus()

    # Changing -----------------------------------------------------------------------------------------------------

    def action_options(self) -> None:
        self.options.focus()

    def action_list(self) -> None:
        self.prompts.focus()

    def action_clear(self) -> None:
        if self.option is not None:
            self.typing.set(self.option.key, "")

    def action_own(self) -> None:
        option = self.option
        if option is not None:
            self.typing.change(f"{option.key} of each prompt alone", lambda file: with_own_values(file, option.key))

    def action_captions(self) -> None:
        project, (width, height), path = self.shell.project, self._pixels, self._path
        found = prompts_for(project, "", width, height) if project is not None and self.row is None else None
        if found is None:
            self.shell.say("No caption can serve as a prompt.", "warning")
            return
        taken = parse_prompt_file(path.with_suffix(".txt"), found.data)

        def make(file: PromptFile) -> PromptFile:
            for index, row in enumerate(taken.rows):
                file = with_row(file, index, row.values)
            return file

        self.typing.change("begin with captions", make)

    def action_copy(self) -> None:
        index = self.cursor
        if self.typing.change(f"duplicate sample prompt {index + 1}", lambda file: with_copy(file, index)):
            self.prompts.cursor = index + 1

    def action_remove(self) -> None:
        index = self.cursor
        self.typing.change(f"remove sample prompt {index + 1}", lambda file: without_row(file, index))

    def action_shift(self, by: int) -> None:
        index = self.cursor
        if self.typing.change(f"move sample prompt {index + 1}", lambda file: with_move(file, index, by)):
            self.prompts.cursor = index + by

    def action_part(self) -> None:
        index = self.cursor
        self.typing.change(f"part options of prompt {index + 1}", lambda file: with_parted_options(file, index))

    def turned(self, turned: Turned) -> None:
        self.document.read()

    def action_leave(self) -> None:
        if self.on_options:
            self.prompts.focus()
        else:
            self.leave_with(None)
