"""Suggests tags while a caption is typed: after a rest, from a thread, and never taking a key that is not its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.timer import Timer
from textual.widgets import TextArea

from sdtui.dataset.tag_vocabulary import Suggestion
from sdtui.tui.complete.place import TypedTag, typed_tag
from sdtui.tui.complete.suggestions import Suggestions
from sdtui.tui.complete.vocabulary import SharedVocabulary

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_REST = 0.08
"""Seconds without a key after which something is suggested."""


class Completer:
    """Ties a text area to its list of suggestions."""

    def __init__(self, area: TextArea, insert: Callable[[str, int], None]) -> None:
        """``insert(text, start)`` puts ``text`` in the place of what stands from ``start`` to the cursor in a line."""
        self._area = area
        self._insert = insert
        self._resting: Timer | None = None
        self._by_letter = False
        self._place = (0, 0)
        self.separators: Sequence[str] = (",",)
        self.suggestions = Suggestions()

    @property
    def _shell(self) -> SdtuiApp:
        return cast("SdtuiApp", self._area.app)

    @property
    def vocabulary(self) -> SharedVocabulary | None:
        """That of the open project."""
        return self._shell.workspace.vocabulary if self._shell.workspace is not None else None

    @property
    def open(self) -> bool:
        """Whether something is suggested now."""
        return self.suggestions.open

    # What the editor says -----------------------------------------------------------------------------------------

    def begin(self, separators: Sequence[str]) -> None:
        """A caption is edited from now on whose tags ``separators`` part."""
        self.separators = separators
        if self.vocabulary is not None:
            self.vocabulary.look_again()

    def key(self, event: events.Key) -> bool:
        """A key was pressed. True where it was meant for the list that the person has gone into."""
        self._by_letter = event.is_printable or event.key == "backspace"
        return self._takes(event.key)

    def pasted(self) -> None:
        """What comes now was not typed."""
        self._by_letter = False

    def typed(self) -> None:
        """The text has changed, by a letter, a paste or an undo."""
        self.close()
        vocabulary = self.vocabulary
        if self._by_letter and vocabulary is not None and vocabulary.wanted and not vocabulary.sentences:
            self._place = self._area.cursor_location
            self._resting = self._area.set_timer(_REST, self.ask)

    def moved(self) -> None:
        """The cursor is elsewhere, perhaps."""
        if self._area.cursor_location != self._place:
            self.close()

    def ask(self, *, led: bool = False) -> None:
        """Suggest what the tag at the cursor may become; ``led`` where the person asked for it by a key."""
        self._rest()
        row, column = self._place = self._area.cursor_location
        line = self._area.document.get_line(row)
        tag = typed_tag(line, column, self.separators)
        vocabulary = self.vocabulary
        if tag is None or vocabulary is None:
            return
        self._shell.bridge.call(
            self._area,
            "suggestions",
            lambda: vocabulary.complete(tag.text),
            lambda found: self._show(found, tag, led=led),
        )

    def _show(self, found: Sequence[Suggestion], tag: TypedTag, *, led: bool) -> None:
        if self._area.cursor_location != self._place or not self._area.has_focus:
            return
        if led and not found:
            self._shell.say("No tag is known that goes on like this.")
        before = cell_len(tag.text)
        cursor = self._area.cursor_screen_offset
        left = max(self._area.content_region.x, cursor.x - before - 1)
        self.suggestions.show(found, Offset(left, cursor.y))
        self.suggestions.led = led and bool(found)
        self._area.refresh_bindings()

    def lead(self) -> None:
        """The person goes into the list, or further down in it."""
        if self.suggestions.led:
            self.suggestions.move(1)
        else:
            self.suggestions.led = True
            self.suggestions.refresh()

    def _takes(self, key: str) -> bool:
        if not self.suggestions.led or key not in ("up", "down", "enter"):
            return False
        if key == "enter":
            self.accept()
        else:
            self.suggestions.move(1 if key == "down" else -1)
        return True

    def accept(self) -> None:
        """Put the marked suggestion in the place of what was typed of it."""
        row, column = self._area.cursor_location
        tag = typed_tag(self._area.document.get_line(row), column, self.separators)
        chosen = self.suggestions.chosen
        self.close()
        self._by_letter = False
        if tag is not None:
            self._insert(chosen.text, tag.start)

    def close(self) -> None:
        """Suggest nothing."""
        self._rest()
        self._shell.bridge.cancel(self._area, "suggestions")
        if self.open:
            self.suggestions.close()
            self._area.refresh_bindings()

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
