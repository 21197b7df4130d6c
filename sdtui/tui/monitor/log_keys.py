"""What can be done with the log and the warnings on Monitor."""

from __future__ import annotations

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import following, samples_large

COMMANDS = (
    Command(
        "monitor.log",
        "Log large",
        "Shows the whole log, at the line where it went wrong, and back.",
        ("l",),
        "enlarge('log')",
        "log",
        when=lambda screen: following(screen) and not samples_large(screen),
        rank=30,
    ),
    Command(
        "monitor.warnings",
        "Warnings of the run",
        "Shows what the trainer warned of, and what is odd about the run.",
        ("W",),
        "warnings",
        when=lambda screen: screen.followed is not None and bool(screen.followed.view.warnings),
    ),
)
