"""What can be done with a proposal, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.plan.screen import PlanScreen


def _ready(screen: PlanScreen) -> bool:
    return screen.ready and not screen.typing


def _appliable(screen: PlanScreen) -> bool:
    return _ready(screen) and not screen.proposal.empty


def _with_caches(screen: PlanScreen) -> bool:
    return _appliable(screen) and bool(screen.proposal.stale)


def _leavable(screen: PlanScreen) -> bool:
    return screen.ready or not screen.stopping


def _readable(screen: PlanScreen) -> bool:
    return not screen.typing


def _with_care(screen: PlanScreen) -> bool:
    return _readable(screen) and screen.with_care


def _warned(screen: PlanScreen) -> bool:
    return _readable(screen) and bool(screen.proposal.plan.warnings)


OFFERED = offered(
    Command(
        "plan.apply",
        "Apply it",
        "Writes everything that is listed here, through the journal: undo takes it back.",
        ("enter", "y"),
        "apply",
        "apply",
        when=_appliable,
        rank=10,
    ),
    Command(
        "plan.leave",
        "Leave it",
        "Goes back, and nothing is written; while it is being written: stops, and takes all back.",
        ("escape",),
        "leave",
        "leave",
        when=_leavable,
        rank=11,
    ),
    Command(
        "plan.caches",
        "Delete or keep stale caches",
        "Deletes the caches of the old text with it, or keeps them: the trainer would go on with the old text.",
        ("d",),
        "caches",
        "caches",
        when=_with_caches,
        rank=20,
        still=True,
    ),
    Command(
        "plan.going",
        "Stop or go on",
        "Where a file cannot be written: takes everything back, or goes on with the rest and lists what is left.",
        ("g",),
        "going",
        "stop or go on",
        when=_appliable,
        rank=30,
        still=True,
    ),
    Command(
        "plan.next",
        "Next that needs care",
        "Goes to the next row with a warning, or that is left out.",
        ("n",),
        "next_care",
        "next warning",
        when=_with_care,
        rank=40,
        still=True,
    ),
    Command(
        "plan.warnings",
        "Read the warnings",
        "Lists what concerns all of it, each in full.",
        ("w",),
        "warnings",
        when=_warned,
    ),
    Command(
        "plan.find",
        "Find in it",
        "Shows only rows that hold some letters; everything is written all the same.",
        ("slash",),
        "find",
        "find",
        when=_readable,
        rank=50,
    ),
    Command(
        "plan.read_on",
        "Read on",
        "Scrolls what stands below the list down.",
        ("J", "space"),
        "read(1)",
        when=_readable,
        still=True,
    ),
    Command(
        "plan.read_back",
        "Read back",
        "Scrolls what stands below the list up.",
        ("K",),
        "read(-1)",
        when=_readable,
        still=True,
    ),
)
