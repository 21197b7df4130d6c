"""Signs that carry meaning without colour, with stand-ins for terminals that have only ASCII."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Marks:
    """One cell each."""

    over: str = "▲"
    """More tokens than the limit."""
    missing: str = "○"
    """No text."""
    borrowed: str = "≈"
    """The text of another file."""
    mask: str = "◐"
    broken: str = "!"
    stop: str = "✖"
    """The trainer would stop at it."""
    draft: str = "✎"
    """Text that is not saved yet."""
    reviewed: str = "✓"
    flagged: str = "⚑"
    starred: str = "★"
    selected: str = "●"


ASCII = Marks(
    over="^",
    missing="o",
    borrowed="~",
    mask="m",
    stop="x",
    draft="*",
    reviewed="v",
    flagged="F",
    starred="+",
    selected="#",
)


@lru_cache(maxsize=1)
def marks() -> Marks:
    """The signs for this terminal."""
    poor = os.environ.get("TERM") == "linux" or "UTF" not in locale.getpreferredencoding(False).upper()
    return ASCII if poor else Marks()
