"""What can be done on Monitor with a run that has ended."""

from __future__ import annotations

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import ended, ours, resumable

COMMANDS: tuple[Command, ...] = (
    Command(
        "monitor.resume",
        "Go on from a saved state",
        "Lists the states of this run, says what going on from one means and what was changed since, and asks.",
        ("R",),
        "resume",
        "go on…",
        when=ended,
        worth=resumable,
        rank=12,
    ),
    Command(
        "monitor.again",
        "Start again with changes",
        "Opens Train with the settings of this run.",
        ("A",),
        "again",
        "again…",
        when=ours,
        rank=50,
    ),
)
