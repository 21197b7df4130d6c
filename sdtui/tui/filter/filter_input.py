"""A filter as it is typed: understood while one types, pointed at where it is wrong, remembered, saved under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from sdtui.base.text import safe
from sdtui.dataset.query import Query, QueryError, parse
from sdtui.tui.filter.line import FilterLine
from sdtui.tui.filter.recall import Recalled, remember
from sdtui.tui.filter.saved import ask_name, choose
from sdtui.tui.project_state import StateKeeper
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_REST = 0.15
"""Seconds without a key after which what was typed is understood."""

_HINT = "tag: caption: name: path: subset: tags< tokens>75 width= is:missing is:over is:flagged NOT OR ( ) * ? ~/regex/"


class FilterInput(Vertical):
    """Hidden until ``begin``. What is in effect is the last text that could be understood."""

    class Asked(Message):
        """Another filter is in effect; an empty text means everything."""

        def __init__(self, text: str, query: Query) -> None:
            super().__init__()
            self.text = text
            self.query = query

    class Left(Message):
        """The person goes back to what the filter shows."""

    def __init__(self, keeper: StateKeeper) -> None:
        super().__init__(id="filter")
        self._keeper = keeper
        self._resting: Timer | None = None
        self._recalled = Recalled(())
        self.text = ""
        """The filter in effect, as it was typed; empty where there is none."""
        self.query_asked = parse("")
        """What ``text`` means."""

    def compose(self) -> ComposeResult:
        yield FilterLine()
        yield Static(_HINT, id="filter-note", markup=False)

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    @property
    def line(self) -> FilterLine:
        """What is typed into."""
        return self.query_one(FilterLine)

    # What a screen calls ------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Whether it is open."""
        return self.has_class("-open")

    def begin(self) -> None:
        """Let the person type, after what is in effect."""
        self._recalled = Recalled(self._keeper.state.earlier_filters)
        self.add_class("-open")
        self._write(self.text)
        self.line.focus()

    def ask(self, text: str) -> None:
        """Put ``text`` into effect: it was chosen, not typed. One that is wrong is shown with what is wrong in it."""
        try:
            query = parse(text)
        except QueryError as error:
            self.begin()
            self._write(text)
            self.refuse(error)
        else:
            self._take(text.strip(), query)
            self._remember()

    def clear(self) -> None:
        """Show everything again."""
        self.ask("")

    def refuse(self, error: QueryError) -> None:
        """Show what is wrong with the filter, under the character that it begins with."""
        ink = inks(self.app.theme)
        line = self.line
        before = cell_len(safe(line.value[: error.position]))
        column = max(0, min(before - line.scroll_offset.x, line.content_region.width - 1))
        self._note(Text.assemble((f"{' ' * column}^\n", ink.bad), (safe(error.sentence()), ink.bad)))

    # Typing -------------------------------------------------------------------------------------------------------

    def _write(self, text: str) -> None:
        self._rest()
        with self.prevent(Input.Changed):
            self.line.value = safe(text)
        self.line.action_end()
        self._note(Text(_HINT))

    def _note(self, text: Text) -> None:
        self.query_one("#filter-note", Static).update(text)

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._rest()
        self._resting = self.set_timer(_REST, self._understand)

    def _understand(self) -> bool:
        """Put what was typed into effect, if it can be understood."""
        self._rest()
        text = self.line.value
        try:
            query = parse(text)
        except QueryError as error:
            self.refuse(error)
            return False
        self._note(Text(_HINT))
        self._take(text.strip(), query)
        return True

    def _take(self, text: str, query: Query) -> None:
        if text != self.text:
            self.text, self.query_asked = text, query
            self.post_message(self.Asked(text, query))

    def _remember(self) -> None:
        self._keeper.state.earlier_filters = remember(self._keeper.state.earlier_filters, self.text)
        self._keeper.changed()

    # Leaving ------------------------------------------------------------------------------------------------------

    def on_filter_line_keep(self, event: FilterLine.Keep) -> None:
        event.stop()
        if self._understand():
            self._leave()

    def on_filter_line_clear(self, event: FilterLine.Clear) -> None:
        event.stop()
        self._remember()
        self._write("")
        self._take("", parse(""))
        self._leave()

    def _leave(self) -> None:
        self._close()
        self.post_message(self.Left())

    def _close(self) -> None:
        self._remember()
        self._rest()
        self.remove_class("-open")

    def on_descendant_blur(self) -> None:
        self.call_later(self._left_for_elsewhere)

    def _left_for_elsewhere(self) -> None:
        """By a click or tab, not by a dialog over it or by another window of the person's desktop."""
        if self.typing and self.app.app_focus and self.app.screen is self.screen and not self.line.has_focus:
            self._understand()
            self._close()
            self.screen.refresh_bindings()

    # Earlier and saved ones ---------------------------------------------------------------------------------------

    def on_filter_line_recall(self, event: FilterLine.Recall) -> None:
        event.stop()
        text = self._recalled.step(event.steps, self.line.value)
        if text is not None:
            self._write(text)
            self._understand()
        elif event.steps < 0 and self._understand():
            self._leave()

    def on_filter_line_saved(self, event: FilterLine.Saved) -> None:
        event.stop()
        self.choose_saved()

    def choose_saved(self) -> None:
        """List the saved filters and the earlier ones; the chosen one is put into effect."""

        def chosen(text: str) -> None:
            self.ask(text)
            if self.typing and self.text == text:
                self._write(text)
                self._leave()

        choose(self.shell, self._keeper.state.earlier_filters, chosen)

    def on_filter_line_save(self, event: FilterLine.Save) -> None:
        event.stop()
        if not self._understand():
            return
        if self.text:
            ask_name(self.shell, self.text)
        else:
            self.shell.say("There is nothing to save yet: type a filter first.")
