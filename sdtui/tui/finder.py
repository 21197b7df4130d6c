"""Find by typing a few letters of it: the palette, the jump to an image, recent projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sdtui.base.text import count
from sdtui.base.work import Progress, Work
from sdtui.dataset.jump import Match, fuzzy
from sdtui.tui.bridge import Bridge
from sdtui.tui.commands import Command, Offers, offered
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit, fit_right
from sdtui.tui.widgets.line_input import LineInput
from sdtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_SHOWN = 200
_PART = 10_000
_NOTE = 30
"""Cells that notes have at least where texts are long."""
_NOWHERE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to be found: safe text, and what stands beside it on the right."""

    text: str
    beside: str = ""
    note: str = ""
    """Stands dim after the text, in a column of its own."""


class Found(VirtualList):
    """What the letters match, best first."""

    def __init__(self) -> None:
        super().__init__(id="found")
        self.leads = True
        self.candidates: Sequence[Candidate] = ()
        self.matches: list[tuple[int, frozenset[int]]] = []
        self.text_width = 0
        """Cells of the texts' column where notes follow them."""
        self.beside_width = 0
        """Cells of the longest of what stands on the right."""

    def take(self, candidates: Sequence[Candidate]) -> None:
        """What the matches are found among."""
        self.candidates = candidates
        self.text_width = 2 + max((cell_len(each.text) for each in candidates if each.note), default=0)
        self.beside_width = max((cell_len(each.beside) for each in candidates), default=0)

    def row_count(self) -> int:
        return len(self.matches)

    def draw(self, row: int, width: int, ink: Inks) -> list[Segment]:
        index, positions = self.matches[row]
        candidate = self.candidates[index]
        beside = min(self.beside_width, width // 8) if candidate.note else min(len(candidate.beside), width // 2)
        room = width - beside - 2
        column = min(self.text_width, max(room // 2, room - _NOTE)) if candidate.note else room
        text = fit(fit(candidate.text, column - 2) if candidate.note else candidate.text, column)
        segments = [Segment(char, ink.match if at in positions else ink.text) for at, char in enumerate(text)]
        segments.append(Segment(fit(candidate.note, room - column), ink.dim))
        segments.append(Segment(f" {fit_right(candidate.beside, beside)} ", ink.dim))
        return segments

    def empty_text(self) -> list[str]:
        return ["nothing matches; backspace widens the search"] if self.candidates else []


def search(query: str, texts: Sequence[str], notes: Sequence[str] = ()) -> Work[list[Match]]:
    """``fuzzy`` in parts, so that a search for what was typed before can be given up half-way.

    Behind what matches come those of whose ``notes`` (in lower case) every word of the query is a part.
    """
    best: list[Match] = []
    for start in range(0, len(texts), _PART):
        part = fuzzy(query, texts[start : start + _PART], _SHOWN)
        best += [replace(match, index=match.index + start) for match in part]
        best = sorted(best, key=lambda match: (-match.score, len(texts[match.index]), match.index))[:_SHOWN]
        yield Progress(start, len(texts), "names")
    named, words = {match.index for match in best}, query.casefold().split()
    told = [index for index, note in enumerate(notes) if index not in named and all(word in note for word in words)]
    return (best + [Match(index, 0, ()) for index in told])[:_SHOWN]


class Finder(Offers, ModalScreen[int | None]):
    """Gives back the index of the candidate that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command("finder.choose", "Choose", "Takes the marked row.", ("enter",), "choose", priority=True),
        Command("finder.leave", "Leave", "Closes the list.", ("escape",), "leave", priority=True),
        Command("finder.down", "Down", "To the next row.", ("down", "ctrl+n"), "move(1)", priority=True),
        Command("finder.up", "Up", "To the row before.", ("up", "ctrl+p"), "move(-1)", priority=True),
        Command("finder.page_down", "Page down", "One screenful down.", ("pagedown",), "page(1)", priority=True),
        Command("finder.page_up", "Page up", "One screenful up.", ("pageup",), "page(-1)", priority=True),
    )

    def __init__(
        self,
        title: str,
        candidates: Sequence[Candidate] | Callable[[], Sequence[Candidate]],
        *,
        by_notes: bool = False,
    ) -> None:
        """``candidates`` may be a function that takes a while: it is called in a thread, and typing goes on.

        ``by_notes``: what is typed is looked for in their notes too.
        """
        super().__init__()
        self._by_notes = by_notes
        self._notes: list[str] = []
        self._title = title
        self._load = candidates if callable(candidates) else None
        self._candidates: Sequence[Candidate] = () if callable(candidates) else candidates
        self._texts: list[str] = []
        self._searching = self._load is not None
        self._choose_when_found = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="finder"):
            yield LineInput(placeholder=self._title)
            yield Found()
            yield Static("", id="finder-note", markup=False)
            yield Static("", id="finder-count", markup=False)

    @property
    def _bridge(self) -> Bridge:
        return cast("SdtuiApp", self.app).bridge

    @property
    def _found(self) -> Found:
        return self.query_one(Found)

    def on_mount(self) -> None:
        if self._load is not None:
            self._bridge.call(self, "load", self._load, self.take)
        else:
            self.take(self._candidates)

    @property
    def marked(self) -> int | None:
        """Index of the candidate under the cursor."""
        found = self._found
        return found.matches[found.cursor][0] if found.matches else None

    def take(self, candidates: Sequence[Candidate]) -> None:
        """Find among ``candidates`` from now on."""
        self._candidates = candidates
        self._texts = [candidate.text for candidate in candidates]
        self._notes = [candidate.note.casefold() for candidate in candidates] if self._by_notes else []
        self._found.take(candidates)
        self._search(self.query_one(LineInput).value)

    # Searching ----------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._candidates:
            self._search(event.value)

    def _search(self, typed: str) -> None:
        query = typed.strip()
        if query:
            self._searching = True
            self._bridge.work(self, "find", lambda _cancelled: search(query, self._texts, self._notes), self._show)
        else:
            self._bridge.cancel(self, "find")
            self._fill([(index, _NOWHERE) for index in range(len(self._candidates))])

    def _show(self, matches: list[Match]) -> None:
        self._fill([(match.index, frozenset(match.positions)) for match in matches])

    def _fill(self, matches: list[tuple[int, frozenset[int]]]) -> None:
        self._searching = False
        self._found.matches = matches
        self._found.rows_changed(0)
        more = "+" if len(matches) == _SHOWN < len(self._candidates) else ""
        some = f"{count(len(matches))}{more} of {count(len(self._candidates))}"
        self.query_one("#finder-count", Static).update(some, layout=False)
        if self._choose_when_found:
            self.action_choose()

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        """The whole note of the row under the cursor, where the list has no room for it."""
        found = self._found
        note = self._candidates[found.matches[event.cursor][0]].note if found.matches else ""
        fits = cell_len(note) <= found.size.width - found.text_width - 16
        self.query_one("#finder-note", Static).update("" if fits else note)

    # Choosing -----------------------------------------------------------------------------------------------------

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        found = self._found
        # Enter may be quicker than the search for what was typed before it.
        self._choose_when_found = self._searching
        if found.matches and not self._searching:
            self.dismiss(found.matches[found.cursor][0])

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, rows: int) -> None:
        self._found.action_move(rows)

    def action_page(self, pages: int) -> None:
        self._found.action_page(pages)
