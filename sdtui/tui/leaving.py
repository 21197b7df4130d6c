"""Leaving a screen once only."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import Screen

Result = TypeVar("Result")


class LeavesOnce(Screen[Result]):
    """A screen for ``push_screen`` with a result.

    Textual's ``dismiss`` takes away whatever is on top: called a second time, before the screen was gone, it would take
    away the one below.
    """

    _was_left = False

    def leave_with(self, result: Result) -> None:
        """Go, and give ``result`` back; nothing where it has gone already, or another screen is on top."""
        if self.is_active and not self._was_left:
            self._was_left = True
            self.dismiss(result)

    def before_quit(self) -> None:
        """The app is about to end: save what is being typed."""
