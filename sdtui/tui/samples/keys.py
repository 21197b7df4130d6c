"""What can be done with sample pictures that fill the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import BindingType

from sdtui.tui.commands import Command, offered
from sdtui.tui.samples.sight import MOST

if TYPE_CHECKING:
    from sdtui.tui.samples.screen import SamplesScreen


def _several(screen: SamplesScreen) -> bool:
    return len(screen.sight.columns) > 1


def _room(screen: SamplesScreen) -> bool:
    return len(screen.sight.columns) < MOST


def _shows(screen: SamplesScreen) -> bool:
    return screen.chosen is not None


def _other_runs(screen: SamplesScreen) -> bool:
    return _room(screen) and screen.home is not None


BINDINGS: list[BindingType] = offered(
    Command("samples.leave", "Back", "Leaves the pictures.", ("escape", "q"), "leave", "back", rank=1),
    Command(
        "samples.later",
        "Later step",
        "The next picture of this prompt; the last one follows the run.",
        ("right", "l"),
        "step(1)",
        "step",
        rank=3,
        shown="← →",
        still=True,
    ),
    Command(
        "samples.earlier",
        "Earlier step",
        "The picture of this prompt before.",
        ("left", "h"),
        "step(-1)",
        still=True,
    ),
    Command(
        "samples.first",
        "First step",
        "The first picture of this prompt.",
        ("home", "0"),
        "step(-1000000)",
        still=True,
    ),
    Command("samples.last", "Newest", "The newest picture of this prompt.", ("end", "G"), "step(1000000)", still=True),
    Command(
        "samples.prompt_next",
        "Next prompt",
        "The same step of the next prompt.",
        ("down", "j"),
        "prompt(1)",
        "prompt",
        rank=4,
        shown="↑ ↓",
        still=True,
    ),
    Command(
        "samples.prompt_before",
        "Prompt before",
        "The same step of the prompt before.",
        ("up", "k"),
        "prompt(-1)",
        still=True,
    ),
    Command(
        "samples.beside",
        "Two steps side by side",
        "Puts the step before beside the picture; the arrows then move the right one.",
        ("b",),
        "beside",
        "side by side",
        when=_room,
        rank=5,
    ),
    Command(
        "samples.run",
        "Another run beside",
        "Puts the same prompt of another run beside, at the nearest step.",
        ("r",),
        "run",
        "another run",
        when=_other_runs,
        rank=6,
    ),
    Command(
        "samples.fewer",
        "One picture less",
        "Takes the picture on the right away.",
        ("x", "backspace"),
        "fewer",
        "one less",
        when=_several,
        rank=7,
    ),
    Command(
        "samples.moving",
        "Move another",
        "Chooses which of the pictures the arrows move.",
        ("tab",),
        "moving",
        "move the other",
        when=_several,
        rank=8,
    ),
    Command(
        "samples.pixels",
        "Real pixels",
        "Draws the picture with the terminal's own graphics (Kitty's or sixel), where it has them.",
        ("i",),
        "pixels",
        "real pixels",
        when=_shows,
        rank=20,
    ),
    Command(
        "samples.path",
        "Where the picture is",
        "Shows its path and sends it to the terminal's clipboard.",
        ("o",),
        "path",
        "path",
        when=_shows,
        rank=15,
    ),
    Command(
        "samples.draw",
        "Draw the pictures",
        "On a poor link pictures are drawn only when you ask for them.",
        ("v",),
        "draw",
        "pictures",
        when=lambda screen: screen.shell.slow,
        rank=2,
    ),
)
