"""How one comes from Monitor to the other runs of the project."""

from __future__ import annotations

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import in_project, several_runs

COMMANDS = (
    Command(
        "monitor.history",
        "All runs of the project",
        "Lists all runs with their losses, notes and stars; there they are compared and deleted too.",
        ("H",),
        "history",
        "history",
        when=in_project,
        rank=56,
    ),
    Command(
        "monitor.compare",
        "Compare with other runs",
        "Marks this run in the history, to be set beside up to five others.",
        ("c",),
        "compare",
        "compare",
        when=several_runs,
        rank=35,
    ),
)
