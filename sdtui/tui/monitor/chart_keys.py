"""What can be done with the chart on Monitor, and on the chart itself while it is large."""

from __future__ import annotations

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import following

COMMANDS = (
    Command(
        "monitor.zoom",
        "Chart large",
        "Shows the chart on the whole screen, where it can be looked at more closely, and back.",
        ("z",),
        "enlarge('chart')",
        "zoom",
        when=following,
        rank=40,
    ),
    Command(
        "monitor.curve",
        "Another curve",
        "Lists the curves of the run: the loss, the learning rates, whatever else the trainer writes down.",
        ("g",),
        "curve",
        "curves",
        when=following,
        rank=45,
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
        "Logarithmic axis",
        "Switches the values' axis between even and logarithmic.",
        ("y",),
        "scale",
        when=following,
    ),
)

ON_CHART = (
    Command(
        "chart.earlier",
        "Read off earlier",
        "Moves the cursor back and says what the curves were there.",
        ("left", "h"),
        "point(-1)",
        "read off",
        rank=11,
        shown="← →",
        still=True,
    ),
    Command(
        "chart.later",
        "Read off later",
        "Moves the cursor on.",
        ("right", "l"),
        "point(1)",
        still=True,
    ),
    Command(
        "chart.mark_before",
        "Mark before",
        "Moves the cursor to the epoch, sample, checkpoint or resume before.",
        ("down", "j"),
        "mark(-1)",
        still=True,
    ),
    Command(
        "chart.mark_next",
        "Next mark",
        "Moves the cursor to the next epoch, sample, checkpoint or resume.",
        ("up", "k"),
        "mark(1)",
        still=True,
    ),
    Command(
        "chart.closer",
        "Closer",
        "Shows half as many steps, around the cursor where there is one.",
        ("plus",),
        "zoom(0.5)",
        "zoom",
        rank=12,
        shown="+ -",
        still=True,
    ),
    Command("chart.wider", "Wider", "Shows twice as many steps.", ("minus",), "zoom(2)", still=True),
    Command(
        "chart.back",
        "Back by half",
        "Moves half of what is in sight towards the beginning.",
        ("left_square_bracket", "pageup"),
        "pan(-0.5)",
        "move",
        rank=13,
        shown="[ ]",
        still=True,
    ),
    Command(
        "chart.on",
        "On by half",
        "Moves half of what is in sight towards the end.",
        ("right_square_bracket", "pagedown"),
        "pan(0.5)",
        still=True,
    ),
    Command(
        "chart.all", "All of it", "Shows the whole run, without a cursor.", ("0",), "all", "all", rank=14, still=True
    ),
    Command(
        "chart.goto",
        "Go to a step",
        "Asks which step, and reads it off.",
        ("equals_sign",),
        "goto",
    ),
    Command("chart.begin", "To the beginning", "Moves to the first step.", ("home",), "begin", still=True),
    Command(
        "chart.end",
        "Follow the end",
        "Moves to the newest step and stays with it while the run goes on.",
        ("end", "f"),
        "end",
        "follow",
        rank=15,
        still=True,
    ),
)
