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
        "monitor.log_errors",
        "Errors in the log",
        "Collects the warnings and errors of the whole log, and goes to the one that is chosen.",
        ("e",),
        "log_errors",
        when=following,
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

READER_COMMANDS = (
    Command(
        "log.search",
        "Search the log",
        "Finds text in the whole log, downwards and round; ~/ / takes a regular expression.",
        ("slash",),
        "ask('search')",
        "search",
        rank=1,
    ),
    Command(
        "log.next",
        "Next match",
        "To the next line in which it stands.",
        ("n",),
        "ask('next')",
        "next",
        when=lambda reader: reader.wanted is not None,
        rank=2,
    ),
    Command(
        "log.before",
        "Match before",
        "To the line before in which it stands.",
        ("N",),
        "ask('before')",
        when=lambda reader: reader.wanted is not None,
    ),
    Command(
        "log.errors",
        "Warnings and errors",
        "Collects the warnings and errors of the whole log, and goes to the one that is chosen.",
        ("e",),
        "ask('errors')",
        "errors",
        rank=3,
    ),
    Command(
        "log.go",
        "Go to a line",
        "Asks for a line's number, or for how much of the log stands before it: 1200, 40%.",
        ("equals_sign",),
        "ask('go')",
        "go to",
        rank=4,
    ),
    Command(
        "log.copy",
        "Copy the line",
        "Shows the whole line under the cursor and sends it to the terminal's clipboard.",
        ("y",),
        "ask('copy')",
        "copy",
        rank=6,
    ),
    Command("log.down", "Line down", "To the next line.", ("j", "down"), "move(1)", still=True),
    Command("log.up", "Line up", "To the line before.", ("k", "up"), "move(-1)", still=True),
    Command("log.page_down", "Page down", "A screenful down.", ("pagedown", "ctrl+d", "space"), "page(1)", still=True),
    Command("log.page_up", "Page up", "A screenful up.", ("pageup", "ctrl+u"), "page(-1)", still=True),
    Command("log.first", "First line", "To the beginning of the log.", ("home", "g"), "first", still=True),
    Command(
        "log.last", "Last line", "To the end of the log, and on with it as it grows.", ("end", "G"), "last", still=True
    ),
    Command("log.right", "Right", "Shows what long lines have further right.", ("right",), "sideways(1)", still=True),
    Command("log.left", "Left", "Back to the left.", ("left",), "sideways(-1)", still=True),
)
