"""What can be done with the samples on Monitor."""

from __future__ import annotations

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import has_samples

COMMANDS = (
    Command(
        "monitor.samples",
        "Samples large",
        "Shows the sample pictures on the whole screen, and back.",
        ("p",),
        "enlarge('samples')",
        "samples",
        when=has_samples,
        rank=20,
    ),
    Command(
        "monitor.prompt_next",
        "Next prompt",
        "The samples of the next prompt (l does it too while the samples are large).",
        ("right",),
        "look(1, 0)",
        when=has_samples,
    ),
    Command(
        "monitor.prompt_before",
        "Prompt before",
        "The samples of the prompt before.",
        ("left", "h"),
        "look(-1, 0)",
        when=has_samples,
    ),
    Command(
        "monitor.later",
        "Later sample",
        "A sample of a later step; the last one follows the run.",
        ("up", "k"),
        "look(0, 1)",
        when=has_samples,
    ),
    Command(
        "monitor.earlier",
        "Earlier sample",
        "A sample of an earlier step.",
        ("down", "j"),
        "look(0, -1)",
        when=has_samples,
    ),
    Command(
        "monitor.where",
        "Where the sample is",
        "Shows the path of the sample and sends it to the terminal's clipboard.",
        ("o",),
        "where",
        "open sample",
        when=has_samples,
        rank=50,
    ),
    Command(
        "monitor.pictures",
        "Draw the pictures",
        "On a poor link pictures are drawn only when you ask for them.",
        ("v",),
        "pictures",
        "pictures",
        when=lambda screen: screen.shell.slow and has_samples(screen),
        rank=15,
    ),
)
