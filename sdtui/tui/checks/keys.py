"""What can be done with findings, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.checks.screen import ChecksScreen


def _with_finding(screen: ChecksScreen) -> bool:
    return screen.finding is not None


def _with_files(screen: ChecksScreen) -> bool:
    return screen.finding is not None and bool(screen.finding.files)


def _with_images(screen: ChecksScreen) -> bool:
    return screen.with_images


def _fixable(screen: ChecksScreen) -> bool:
    return screen.fixable


def _making(screen: ChecksScreen) -> bool:
    return screen.making.progress is not None


def _opened(screen: ChecksScreen) -> bool:
    return screen.shell.project is not None


def _checkable(screen: ChecksScreen) -> bool:
    return screen.project is not None and screen.shell.scanning is None


OFFERED = offered(
    Command(
        "checks.open",
        "Go to what it is about",
        "Shows the images in Dataset, filtered; the config; the files that are no images; or the settings in Train.",
        ("enter",),
        "open",
        "show",
        when=_with_finding,
        rank=10,
    ),
    Command(
        "checks.fix",
        "Mend it",
        "Shows what would be changed to mend all that has this code, and writes it when you agree.",
        ("x",),
        "fix",
        "fix…",
        when=_fixable,
        rank=15,
    ),
    Command(
        "checks.stop",
        "Stop",
        "Gives up what is being made; nothing is changed.",
        ("escape",),
        "stop",
        "stop",
        when=_making,
        rank=5,
    ),
    Command(
        "checks.review",
        "Go through them in Review",
        "Shows the images one by one in Review, filtered.",
        ("v",),
        "review",
        "review",
        when=_with_images,
        rank=20,
    ),
    Command(
        "checks.files",
        "List the files",
        "Lists every file that it is about.",
        ("f",),
        "files",
        "files",
        when=_with_files,
        rank=25,
    ),
    Command(
        "checks.again",
        "Check again",
        "Looks at everything anew; after a change that happens by itself.",
        ("r",),
        "again",
        "check again",
        when=_checkable,
        rank=30,
    ),
    Command(
        "checks.undo", "Undo", "Takes back the last change to files.", ("u",), "undo", "undo", when=_opened, rank=60
    ),
    Command("checks.redo", "Redo", "Makes the change again that was undone last.", ("U",), "redo", when=_opened),
    Command(
        "checks.read_on",
        "Read on",
        "Scrolls what stands below the list down.",
        ("J", "space"),
        "read(1)",
        when=_with_finding,
        still=True,
    ),
    Command(
        "checks.read_back",
        "Read back",
        "Scrolls what stands below the list up.",
        ("K",),
        "read(-1)",
        when=_with_finding,
        still=True,
    ),
)
