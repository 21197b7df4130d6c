"""The prompt editor as it looks: the prompts, below them the options and the words of the one under the cursor."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from sdtui.checks.prompt_effect import size_unit
from sdtui.trainer.prompt_file import PromptFile, PromptRow
from sdtui.trainer.prompt_options import NEGATIVE, PROMPT, default_values
from sdtui.tui.caption.count_line import CountLine
from sdtui.tui.page import Page
from sdtui.tui.prompts.document import PromptDocument
from sdtui.tui.prompts.editor import PromptEditor
from sdtui.tui.prompts.judging import Judge, Judged, counted, text_of, with_parted
from sdtui.tui.prompts.option_list import OptionList, OptionRow, option_rows
from sdtui.tui.prompts.prompt_list import PromptList
from sdtui.tui.prompts.typing import Typing
from sdtui.tui.prompts.words import (
    about_lines,
    finding_lines,
    heading_line,
    picture_lines,
    refusal_lines,
    teaching,
    title_line,
)
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.virtual_list import VirtualList


class PromptsView(Page[None]):
    """What is shown of one prompt file; ``PromptsScreen`` adds what is done with it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012 -- Textual's own form
    AUTO_FOCUS = "PromptList"

    def __init__(
        self,
        path: Path,
        script: str,
        sampler: str = "",
        size: tuple[int, int] = (512, 512),
        line: int | None = None,
    ) -> None:
        """``script`` samples them (``sdxl_train_network.py``), with ``sampler`` where a prompt names none.

        ``size``: pixels of prompts that are made from captions. ``line``: of the file, where the cursor begins.
        """
        super().__init__()
        self._path = path
        self._pixels = size
        self._line = line
        self._resumed = False
        """It was asked whether something was typed before."""
        self._script = script
        self._judge = Judge(script)
        self._defaults = {**default_values(script), **({"sample_sampler": sampler} if sampler else {})}
        self._marked = 0

    def compose(self) -> ComposeResult:
        self.document = PromptDocument(self.shell, self, self._path, self._changed)
        self.typing = Typing(self)
        yield Lines(id="prompts-title")
        yield Lines(id="prompts-heading")
        yield PromptList(self._judged, self._defaults)
        with Container(id="prompt-body"):
            yield OptionList()
            with Vertical(id="prompt-words"):
                yield Lines(id="prompt-heading")
                editor = PromptEditor()
                yield editor
                yield editor.completer.suggestions
                yield CountLine()
                yield Lines(id="prompt-findings")
        yield Lines(id="prompt-about")
        yield LineInput(id="prompt-line")
        yield Footer()

    # How it stands ------------------------------------------------------------------------------------------------

    @property
    def file(self) -> PromptFile | None:
        """The file as it will be once everything is written."""
        return self.document.file

    @property
    def prompts(self) -> PromptList:
        """The list of prompts."""
        return self.query_one(PromptList)

    @property
    def options(self) -> OptionList:
        """The options of the prompt under the cursor."""
        return self.query_one(OptionList)

    @property
    def editor(self) -> PromptEditor:
        """The words of the prompt."""
        return self.query_one(PromptEditor)

    @property
    def line(self) -> LineInput:
        """Where the value of an option is typed."""
        return self.query_one("#prompt-line", LineInput)

    @property
    def cursor(self) -> int:
        """The number of the prompt under the cursor, from 0."""
        return self.prompts.cursor

    @property
    def row(self) -> PromptRow | None:
        """The prompt under the cursor."""
        return self.prompts.row

    @property
    def option(self) -> OptionRow | None:
        """The option under the cursor of the options."""
        return self.options.row

    @property
    def on_options(self) -> bool:
        """Whether the person is in the options."""
        return self.options.has_focus

    @property
    def has_joined(self) -> bool:
        """Whether an option of the prompt is joined to the text before it."""
        return self.row is not None and with_parted(self._judged(self.cursor).findings)

    def _judged(self, index: int) -> Judged:
        return self._judge.of(self.file, index) if self.file is not None else Judged(0, ())

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.line.display = False
        self.watch(self.app, "theme", self._recolour, init=False)
        self.document.read()
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 32, "-low")

    def _recolour(self) -> None:
        self.editor.redraw()
        self.show()

    def _changed(self) -> None:
        """The file is another now."""
        file = self.prompts.file = self.file
        rows = file.rows if file is not None else ()
        asked = [index for index, row in enumerate(rows) if row.line == self._line]
        self.prompts.rows_changed(next(iter(asked), None))
        self._line = None
        self.show()
        if file is not None and not self._resumed:
            self._resumed = True
            self.typing.resume()
        if file is not None:
            self.shell.bridge.work(self, "judge", lambda cancelled: self._judge.all(file, cancelled), self._was_judged)

    def _was_judged(self, marked: int) -> None:
        self._marked = marked
        self._show_title()

    # Showing ------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Everything, as it stands now."""
        self._show_title()
        self._show_heading()
        self.show_row()

    def _show_title(self) -> None:
        self.query_one("#prompts-title", Lines).show_fitted(
            lambda width: title_line(self.document, self._marked, width)
        )

    def _show_heading(self) -> None:
        prompts = self.prompts
        prompts.teach(teaching(self.document, prompts.size.width))
        words = prompts.heading(prompts.size.width) if prompts.row_count() else ""
        self.query_one("#prompts-heading", Lines).show([[(words, "dim")]])

    def show_row(self) -> None:
        """The prompt under the cursor: its options, its words, what is to be said of it."""
        file, row = self.file, self.row
        self.query_one("#prompt-body").display = row is not None or self.typing.key is not None
        self.options.show(option_rows(file, row, self._script, self._defaults) if file and row else [])
        if not self.typing.in_text:
            self.show_words()
        findings = self._judged(self.cursor).findings if row is not None else ()
        self.query_one("#prompt-findings", Lines).show_fitted(lambda width: finding_lines(findings, width))
        self.show_about()
        self.refresh_bindings()

    def show_words(self) -> None:
        """The prompt, or the negative one, in full."""
        typing, option = self.typing, self.option
        asked = typing.key if typing.in_text else option.key if self.on_options and option is not None else PROMPT
        key = NEGATIVE if asked == NEGATIVE else PROMPT
        text = "" if typing.adding is not None else text_of(self.row, key)
        now = counted(text, self._judge.limit)
        self.editor.load(text, now)
        self._show_count(now.tokens)
        number, rows = self.cursor + 1, self.prompts.row_count()
        heading = heading_line(key, number, rows, self._judge, adding=typing.adding is not None)
        self.query_one("#prompt-heading", Lines).show([heading])

    def _show_count(self, tokens: int) -> None:
        nothing = self._judge.limit is None or (self.row is None and not self.typing.in_text)
        self.query_one(CountLine).show(None if nothing else tokens, self._judge.limit or 1)

    def show_about(self) -> None:
        """What the option means, what comes of the prompt, or why what was typed was refused."""
        self.query_one("#prompt-about", Lines).show_fitted(self._about)

    def _about(self, width: int) -> list[Line]:
        option, row = self.option, self.row
        if self.typing.refusal:
            return refusal_lines(self.typing.refusal, width)
        if option is not None and (self.on_options or self.typing.key is not None):
            return about_lines(option, size_unit(self._script), width)
        return picture_lines(row, self.cursor, self._script, self._defaults, width) if row is not None else []

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        if self.typing.key is None:
            self.typing.refusal = ""
        if event.rows is self.prompts:
            self.show_row()
        elif self.on_options and self.typing.key is None:
            self.show_words()
            self.show_about()
            self.refresh_bindings()

    def on_virtual_list_resized(self) -> None:
        self._show_heading()

    def on_descendant_focus(self) -> None:
        if self.typing.key is None:
            self.show_words()
            self.show_about()
