"""What can be done with the runs of a project, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.history.screen import HistoryScreen


def _listing(screen: HistoryScreen) -> bool:
    return not screen.typing


def _with_run(screen: HistoryScreen) -> bool:
    return _listing(screen) and screen.past is not None


def _with_ended(screen: HistoryScreen) -> bool:
    return _with_run(screen) and screen.past is not None and screen.past.view.state.ended


def _comparable(screen: HistoryScreen) -> bool:
    return _listing(screen) and len(screen.to_compare) > 1


OFFERED = offered(
    Command(
        "history.open",
        "Show the run",
        "Shows the run under the cursor on Monitor.",
        ("enter",),
        "open",
        "show",
        when=_with_run,
        rank=10,
    ),
    Command("history.leave", "Back", "Back to where you were.", ("escape",), "leave", "back", rank=11),
    Command(
        "history.mark",
        "Mark for comparing",
        "Marks the run, or takes the mark away; two to six marked runs can be compared.",
        ("space",),
        "mark",
        "mark",
        when=_with_run,
        rank=20,
        still=True,
    ),
    Command(
        "history.compare",
        "Compare",
        "Sets the marked runs beside each other, or the one marked run and the one under the cursor.",
        ("c",),
        "compare",
        "compare",
        when=_comparable,
        rank=21,
    ),
    Command(
        "history.note",
        "Note something",
        "Notes what you think of the run; the note stays with it.",
        ("n",),
        "note",
        "note",
        when=_with_run,
        rank=30,
    ),
    Command(
        "history.star",
        "Star",
        "Gives the run a star, or takes it away.",
        ("asterisk", "s"),
        "star",
        "star",
        when=_with_run,
        rank=31,
        still=True,
    ),
    Command(
        "history.delete",
        "Delete the run",
        "Lists all that the run wrote, with sizes, before anything is deleted.",
        ("x", "delete"),
        "delete",
        "delete…",
        when=_with_ended,
        rank=32,
    ),
    Command(
        "history.broken",
        "Runs that cannot be read",
        "Says which runs of the project cannot be listed, and why.",
        ("W",),
        "broken",
        when=lambda screen: _listing(screen) and bool(screen.broken),
    ),
    Command(
        "history.find",
        "Find a run",
        "Lists only runs that hold some letters: name, profile, state, settings, note, or the word star.",
        ("slash",),
        "find",
        "find",
        when=_listing,
        rank=35,
    ),
    Command(
        "history.order",
        "Sort",
        "By date, best loss, loss at the end, time, name, state, star.",
        ("o",),
        "order",
        "sort",
        when=_listing,
        rank=40,
        still=True,
    ),
)
