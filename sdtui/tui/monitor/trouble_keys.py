"""What can be done on Monitor about the machine and a run in trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import following, ours, stoppable

if TYPE_CHECKING:
    from sdtui.tui.monitor.screen import MonitorScreen


def _has_remedies(screen: MonitorScreen) -> bool:
    return ours(screen) and screen.followed is not None and bool(screen.followed.remedies)


def _held(screen: MonitorScreen) -> bool:
    return stoppable(screen) and screen.followed is not None and screen.followed.view.paused


COMMANDS = (
    Command(
        "monitor.remedies",
        "What would help",
        "Lists the settings with which a run that failed goes through; a key starts it again with one of them.",
        ("x",),
        "remedies",
        "what helps",
        when=_has_remedies,
        rank=8,
    ),
    Command(
        "monitor.machine",
        "Machine large",
        "Shows cards, processor, memory and disk with their history on the whole screen, and back.",
        ("m",),
        "enlarge('machine')",
        "machine",
        when=following,
        rank=45,
    ),
    Command(
        "monitor.machine_span",
        "History further back",
        "Shows the last 10 minutes of the machine, the last hour, 6 hours, 24 hours, or the whole run.",
        ("t",),
        "machine_span",
        "further back",
        when=lambda screen: screen.large == "machine",
        rank=12,
    ),
    Command(
        "monitor.pause",
        "Pause the run",
        "Holds its processes: they keep their memory, also that of the card, and do nothing.",
        ("P",),
        "pause(True)",
        when=lambda screen: stoppable(screen) and not _held(screen),
    ),
    Command(
        "monitor.go_on",
        "Let the run go on",
        "Lets processes go on that are held.",
        ("P",),
        "pause(False)",
        "go on",
        when=_held,
        rank=9,
    ),
    Command(
        "monitor.notices",
        "How you are told",
        "Shows and changes the bell, notices of the desktop, and what becomes of a run whose loss is not a number.",
        ("B",),
        "notices",
    ),
    Command(
        "monitor.tensorboard",
        "TensorBoard command",
        "Shows the command that opens this run in TensorBoard, and the ssh line for your own computer.",
        ("T",),
        "tensorboard",
        when=lambda screen: screen.followed is not None and screen.followed.record.logging_dir is not None,
    ),
)
