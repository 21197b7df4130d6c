"""What can be done with the queue, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import BindingType

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.queue.screen import QueueScreen


def _with_run(screen: QueueScreen) -> bool:
    return screen.place is not None


def _held(screen: QueueScreen) -> bool:
    return screen.place is not None and screen.place.waiting.held is not None


def _waits(screen: QueueScreen) -> bool:
    return _with_run(screen) and not _held(screen)


def _above(screen: QueueScreen) -> bool:
    return screen.place is not None and screen.place.position > 1


def _below(screen: QueueScreen) -> bool:
    return screen.place is not None and screen.view is not None and screen.place.position < len(screen.view.places)


def _of_this_project(screen: QueueScreen) -> bool:
    return screen.place is not None and screen.place.record is not None and screen.place.home == screen.home


def _goes(screen: QueueScreen) -> bool:
    return screen.view is not None and bool(screen.view.places) and screen.view.stands is None


def _stands(screen: QueueScreen) -> bool:
    return screen.view is not None and screen.view.stands is not None


OFFERED: list[BindingType] = offered(
    Command("queue.leave", "Back", "Back to where you were.", ("escape",), "leave", "back", rank=5),
    Command(
        "queue.watch",
        "Show on Monitor",
        "Shows the run on Monitor, where it appears when it begins.",
        ("enter",),
        "watch",
        "watch",
        when=_of_this_project,
        rank=10,
    ),
    Command(
        "queue.down",
        "Move down",
        "Lets the run wait behind the next one.",
        ("J",),
        "shift(1)",
        "move",
        when=_below,
        rank=20,
        shown="J K",
    ),
    Command("queue.up", "Move up", "Lets the run begin before the one above it.", ("K",), "shift(-1)", when=_above),
    Command("queue.top", "Move to the top", "Makes the run the next one.", ("t",), "top", "to the top", when=_above),
    Command(
        "queue.hold",
        "Hold back",
        "Passes the run over until you let it have its turn again; the others go on.",
        ("space",),
        "hold",
        "hold back",
        when=_waits,
        rank=30,
    ),
    Command(
        "queue.release",
        "Let it have its turn",
        "Lets a run that was held back have its turn again.",
        ("space",),
        "release",
        "let it go",
        when=_held,
        rank=30,
    ),
    Command(
        "queue.remove",
        "Take out",
        "Takes the run out of the queue, after asking. It stays in the list of runs.",
        ("d", "delete"),
        "remove",
        "take out…",
        when=_with_run,
        rank=40,
    ),
    Command(
        "queue.go_on",
        "Go on",
        "Lets the queue go on.",
        ("p",),
        "go_on",
        "go on",
        when=_stands,
        rank=15,
    ),
    Command(
        "queue.pause",
        "Pause the queue",
        "Starts no further run until you let it go on; what runs goes on.",
        ("p",),
        "pause",
        "pause",
        when=_goes,
        rank=35,
    ),
)
