"""The caption editor: what the trainer drops is dimmed and struck while one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from sdtui.tui.caption.count import NOTHING, Counted
from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.complete.completer import Completer
from sdtui.tui.theme import inks
from sdtui.tui.widgets.safe_document import Veil


def _suggests(editor: CaptionEditor) -> bool:
    return editor.completer.open


def _suggests_nothing(editor: CaptionEditor) -> bool:
    return not editor.completer.open


class CaptionEditor(Offers, TextArea):
    """Shows a caption; edits it while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "editor.accept",
            "Take the suggested tag",
            "Puts the marked tag in the place of what was typed of it.",
            ("tab",),
            "accept",
            "takes the tag",
            when=_suggests,
            rank=0,
        ),
        Command(
            "editor.unsuggest",
            "Close the suggestions",
            "Closes the list of tags; what was typed stays.",
            ("escape",),
            "unsuggest",
            "no tag",
            when=_suggests,
            rank=1,
        ),
        Command(
            "editor.leave",
            "Save and leave",
            "Saves the caption and goes back to the list.",
            ("escape",),
            "leave",
            "save, leave",
            when=_suggests_nothing,
            rank=1,
        ),
        Command(
            "editor.suggest",
            "Suggest tags",
            "Lists what the tag at the cursor may become; then the arrows and enter choose.",
            ("ctrl+n",),
            "suggest",
            "tags",
            rank=7,
        ),
        Command(
            "editor.suggesting",
            "Suggest while typing, or not",
            "Lists tags by itself while one types, or only when asked.",
            ("ctrl+g",),
            "suggesting",
        ),
        Command("editor.save", "Save", "Saves the caption and stays.", ("ctrl+s",), "save", "save", rank=2),
        Command("editor.undo", "Undo", "Takes back what was typed last.", ("ctrl+z",), "undo", "undo", rank=3),
        Command("editor.redo", "Redo", "Types again what was taken back.", ("ctrl+y",), "redo", rank=5),
        Command(
            "editor.revert", "Revert", "Goes back to what the file holds.", ("ctrl+r",), "revert", "revert", rank=4
        ),
        Command(
            "editor.limit",
            "Change the limit",
            "Cuts at 75, 150 or 225 tokens.",
            ("ctrl+t",),
            "limit",
            "75·150·225",
            rank=6,
        ),
    )

    class Leave(Message):
        """The person wants to save and go back."""

    class Save(Message):
        """The person wants to save."""

    class Revert(Message):
        """The person wants what the file holds."""

    class Limit(Message):
        """The person wants the next limit."""

    def __init__(self) -> None:
        super().__init__(
            id="caption", soft_wrap=True, show_line_numbers=False, compact=True, highlight_cursor_line=False
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.can_focus = False
        self.read_only = True
        self._veil = Veil("")
        self._counted = NOTHING
        self.completer = Completer(self, self._complete)
        self.words = ""
        """Shown dim where the text is empty."""

    # What a screen calls ------------------------------------------------------------------------------------------

    @property
    def caption(self) -> str:
        """The text as it would be saved: every character as it was, newlines as ``\\n``."""
        return self._veil.reveal(self.document.text)

    def veiled(self, text: str) -> str:
        """``text`` as the document holds it.

        Where private use characters come in that stand for others so far, those get new ones; undo begins anew.
        """
        if not self._veil.fits(text):
            caption, place = self.caption, self.selection
            self._veil = Veil(caption + text)
            self.load_text(self._veil.hide(caption))
            self.selection = place
        return self._veil.hide(text)

    def load(self, text: str, counted: Counted) -> None:
        """Show ``text``; the history of edits begins anew."""
        self._counted = counted
        if text == self.caption:
            self.redraw()
            return
        self._veil = Veil(text)
        self.load_text(self._veil.hide(text))
        self.scroll_home(animate=False, immediate=True)

    def mark(self, counted: Counted) -> None:
        """What of the text the trainer reads has been counted anew."""
        if counted != self._counted:
            self._counted = counted
            self.redraw()

    def redraw(self) -> None:
        """Draw every line again, though the text is the same."""
        self.notify_style_update()  # forgets the lines that are drawn already
        self.refresh()

    def begin(self, separators: Sequence[str]) -> None:
        """Let the person type, from the end of the line that the trainer reads. ``separators`` part its tags."""
        self.completer.begin(separators)
        self.can_focus = True
        self.read_only = False
        self.focus()
        self.move_cursor((0, len(self.document.get_line(0))))

    def end(self) -> None:
        """Only show it from now on."""
        self.completer.close()
        self.read_only = True
        self.can_focus = False
        self.scroll_home(animate=False, immediate=True)

    # Actions ------------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        self.post_message(self.Leave())

    def action_save(self) -> None:
        self.post_message(self.Save())

    def action_revert(self) -> None:
        self.post_message(self.Revert())

    def action_limit(self) -> None:
        self.post_message(self.Limit())

    # Suggestions --------------------------------------------------------------------------------------------------

    def action_accept(self) -> None:
        self.completer.accept()

    def action_unsuggest(self) -> None:
        self.completer.close()

    def action_suggest(self) -> None:
        if not self.completer.open:
            self.completer.ask(led=True)
        else:
            self.completer.lead()

    def action_suggesting(self) -> None:
        self.completer.close()
        if self.completer.vocabulary is not None:
            self.completer.vocabulary.turn()

    def _complete(self, text: str, start: int) -> None:
        row, column = self.cursor_location
        veiled = self.veiled(text)
        self.replace(veiled, (row, start), (row, column))
        self.move_cursor((row, start + len(veiled)))

    async def _on_key(self, event: events.Key) -> None:
        # Enter and the arrows are the editor's, but in a list that the person has gone into.
        if self.completer.key(event):
            event.prevent_default()
            event.stop()

    def on_text_area_selection_changed(self) -> None:
        self.completer.moved()

    def on_blur(self) -> None:
        self.completer.close()

    async def _on_paste(self, event: events.Paste) -> None:
        # What is pasted may hold anything; \r\n and lone \r of other systems' clipboards are line ends.
        event.prevent_default()
        event.stop()
        if self.read_only:
            return
        self.completer.pasted()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        veiled = self.veiled(text)
        result = self._replace_via_keyboard(veiled, *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    # Drawing ------------------------------------------------------------------------------------------------------

    def _render_line(self, y: int) -> Strip:
        """One line of the screen. Textual's own cuts the whole caption into its lines anew for each of them."""
        wrapped = self.wrapped_document
        width = self.scrollable_content_region.width
        line = y + self.scroll_offset.y
        if line >= wrapped.height:
            return Strip.blank(width, self.rich_style)
        row, section = wrapped._offset_to_line_info[line]
        breaks = wrapped.get_offsets(row)
        start = breaks[section - 1] if section else 0
        stop = breaks[section] if section < len(breaks) else len(self.document.get_line(row)) + 1
        text = self._section(row, start, stop)
        strip = Strip(text.render(self.app.console), text.cell_len)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    def _section(self, row: int, start: int, stop: int) -> Text:
        """The characters ``start`` to ``stop`` of line ``row``, with what is to be seen in them."""
        shown = self._veil.shown(self.document.get_line(row)[start:stop])
        ink = inks(self.app.theme)
        read = row == 0 or self._counted.reads_all
        text = Text(shown + " ", end="", no_wrap=True)
        text.stylize(ink.text if read else ink.cut, 0, len(shown))
        if row == 0:
            for seam in self._counted.seams:
                text.stylize(ink.seam, *_within(seam, seam + 1, start, stop))
            if self._counted.cut is not None:
                text.stylize(ink.cut, *_within(self._counted.cut, stop, start, len(shown) + start))
        if self.has_focus:
            self._mark_selection(text, row, start, stop)
        return text if stop > start + len(shown) else text[: len(shown)]

    def _mark_selection(self, text: Text, row: int, start: int, stop: int) -> None:
        first, last = sorted(self.selection)
        if first != last and first[0] <= row <= last[0]:
            begin = first[1] if row == first[0] else start
            end = last[1] if row == last[0] else stop
            text.stylize(self.get_component_rich_style("text-area--selection"), *_within(begin, end, start, stop))
        cursor_row, cursor = self.cursor_location
        if cursor_row == row and start <= cursor < stop:
            text.stylize(self.get_component_rich_style("text-area--cursor"), cursor - start, cursor - start + 1)


def _within(begin: int, end: int, start: int, stop: int) -> tuple[int, int]:
    """The part of ``begin`` to ``end`` that lies in ``start`` to ``stop``, counted from ``start``."""
    first = max(begin, start)
    return first - start, max(first, min(end, stop)) - start
