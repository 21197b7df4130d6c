"""What can be done with runs beside each other, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.history.compare_screen import CompareScreen


def _read(screen: CompareScreen) -> bool:
    return screen.seen is not None


def _with_samples(screen: CompareScreen) -> bool:
    return screen.seen is not None and bool(screen.seen.comparison.samples)


def _seeing_samples(screen: CompareScreen) -> bool:
    return _with_samples(screen) and screen.shows_samples


OFFERED = offered(
    Command(
        "compare.leave",
        "Back",
        "Leaves what is large, then the comparison.",
        ("escape",),
        "leave",
        "back",
        rank=5,
    ),
    Command(
        "compare.axis",
        "By step or by time",
        "Lays the curves over each other by step, or by seconds of training (long pauses left out).",
        ("t",),
        "axis",
        "step / time",
        when=_read,
        rank=10,
        still=True,
    ),
    Command(
        "compare.smooth",
        "Smooth more or less",
        "Takes the mean over more points, over fewer, or shows each step.",
        ("w",),
        "smooth",
        "smooth",
        when=_read,
        rank=33,
        still=True,
    ),
    Command(
        "compare.scale",
        "Logarithmic loss",
        "Switches the loss axis between even and logarithmic.",
        ("y",),
        "scale",
        "log",
        when=_read,
        rank=34,
        still=True,
    ),
    Command(
        "compare.chart",
        "Chart large",
        "Shows the curves on the whole screen, and back.",
        ("z",),
        "enlarge('chart')",
        "zoom",
        when=_read,
        rank=30,
    ),
    Command(
        "compare.samples",
        "Samples large",
        "Shows the pictures beside each other on the whole screen.",
        ("p",),
        "samples",
        "samples",
        when=_with_samples,
        rank=20,
    ),
    Command(
        "compare.settings",
        "Settings large",
        "Shows the settings that differ on the whole screen, and back.",
        ("d",),
        "enlarge('settings')",
        "settings",
        when=_read,
        rank=29,
    ),
    Command(
        "compare.later",
        "Later samples",
        "The samples of a later step, of each run the nearest.",
        ("right", "l"),
        "look(0, 1)",
        "sample",
        when=_seeing_samples,
        rank=15,
        shown="← →",
        still=True,
    ),
    Command(
        "compare.earlier",
        "Earlier samples",
        "The samples of an earlier step, of each run the nearest.",
        ("left", "h"),
        "look(0, -1)",
        when=_seeing_samples,
        still=True,
    ),
    Command(
        "compare.prompt_next",
        "Next prompt",
        "The samples of the next prompt.",
        ("down", "j"),
        "look(1, 0)",
        when=_seeing_samples,
        still=True,
    ),
    Command(
        "compare.prompt_before",
        "Prompt before",
        "The samples of the prompt before.",
        ("up", "k"),
        "look(-1, 0)",
        when=_seeing_samples,
        still=True,
    ),
    Command(
        "compare.closer",
        "Closer",
        "Shows half as many steps.",
        ("plus",),
        "zoom(0.5)",
        "closer",
        when=_read,
        rank=36,
        shown="+ -",
        still=True,
    ),
    Command("compare.wider", "Wider", "Shows twice as many steps.", ("minus",), "zoom(2)", when=_read, still=True),
    Command("compare.all", "All steps", "Shows the whole curves.", ("0",), "zoom(0)", when=_read, still=True),
    Command(
        "compare.pan_back",
        "Earlier steps",
        "Moves the part of the curves that is in sight.",
        ("left_square_bracket", "pageup"),
        "pan(-0.5)",
        when=_read,
        still=True,
    ),
    Command(
        "compare.pan_on",
        "Later steps",
        "Moves the part of the curves that is in sight.",
        ("right_square_bracket", "pagedown"),
        "pan(0.5)",
        when=_read,
        still=True,
    ),
    Command(
        "compare.pictures",
        "Draw the pictures",
        "On a poor link pictures are drawn only when you ask for them.",
        ("v",),
        "pictures",
        "pictures",
        when=lambda screen: screen.shell.slow and _seeing_samples(screen),
        rank=14,
    ),
)
