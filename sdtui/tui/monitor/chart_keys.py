"""What can be done with the chart on Monitor."""

from __future__ import annotations

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import following

COMMANDS = (
    Command(
        "monitor.zoom",
        "Chart large",
        "Shows the loss chart on the whole screen, and back.",
        ("z",),
        "enlarge('chart')",
        "zoom",
        when=following,
        rank=40,
    ),
    Command(
        "monitor.smooth",
        "Smooth more or less",
        "Takes the mean over more points, over fewer, or shows each step.",
        ("w",),
        "smooth",
        "smooth",
        when=following,
        rank=60,
    ),
    Command(
        "monitor.scale",
        "Logarithmic loss",
        "Switches the loss axis between even and logarithmic.",
        ("y",),
        "scale",
        when=following,
    ),
)
