"""What can be done with the samples on Monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command
from sdtui.tui.monitor.possible import has_samples, samples_large

if TYPE_CHECKING:
    from sdtui.tui.monitor.screen import MonitorScreen


def _in_sight(screen: MonitorScreen) -> bool:
    """Whether the samples are shown, alone or beside the rest."""
    return has_samples(screen) and screen.large in ("", "samples")


def _alone(screen: MonitorScreen) -> bool:
    """Whether nothing but the samples is shown."""
    return has_samples(screen) and samples_large(screen)


COMMANDS = (
    Command(
        "monitor.samples",
        "Samples large",
        "Shows the samples of all prompts and steps on the whole screen, and back.",
        ("p",),
        "enlarge('samples')",
        "samples",
        when=has_samples,
        rank=20,
    ),
    Command(
        "monitor.view_sample",
        "Open the sample",
        "Fills the screen with the picture, its prompt and its settings below.",
        ("enter",),
        "view_sample",
        "open sample",
        when=_in_sight,
        rank=21,
    ),
    Command(
        "monitor.samples_beside",
        "Two steps side by side",
        "Fills the screen with the picture and the one before it; there, another run can be put beside too.",
        ("b",),
        "view_sample(True)",
        "side by side",
        when=_in_sight,
        worth=_alone,
        rank=22,
    ),
    Command(
        "monitor.later",
        "Later sample",
        "The sample of a later step; the last one follows the run (l does it too while the samples are large).",
        ("right",),
        "look(0, 1)",
        when=_in_sight,
    ),
    Command(
        "monitor.earlier",
        "Earlier sample",
        "The sample of an earlier step.",
        ("left", "h"),
        "look(0, -1)",
        when=_in_sight,
    ),
    Command(
        "monitor.prompt_next",
        "Next prompt",
        "The samples of the next prompt.",
        ("down", "j"),
        "look(1, 0)",
        when=_in_sight,
    ),
    Command(
        "monitor.prompt_before",
        "Prompt before",
        "The samples of the prompt before.",
        ("up", "k"),
        "look(-1, 0)",
        when=_in_sight,
    ),
    Command(
        "monitor.first_sample",
        "First sample",
        "The first sample of this prompt.",
        ("home",),
        "look(0, -1000000)",
        when=_alone,
    ),
    Command(
        "monitor.newest_sample",
        "Newest sample",
        "The newest sample of this prompt, and each newer one that comes.",
        ("end", "G"),
        "look(0, 1000000)",
        when=_alone,
    ),
    Command(
        "monitor.prompts_down",
        "Prompts down",
        "Five prompts further.",
        ("pagedown",),
        "look(5, 0)",
        when=_alone,
    ),
    Command("monitor.prompts_up", "Prompts up", "Five prompts back.", ("pageup",), "look(-5, 0)", when=_alone),
    Command(
        "monitor.where",
        "Where the sample is",
        "Shows the path of the sample and sends it to the terminal's clipboard.",
        ("o",),
        "where",
        "path",
        when=_in_sight,
        rank=50,
    ),
    Command(
        "monitor.pictures",
        "Draw the pictures",
        "On a poor link pictures are drawn only when you ask for them.",
        ("v",),
        "pictures",
        "pictures",
        when=lambda screen: screen.shell.slow and _in_sight(screen),
        rank=15,
    ),
)
