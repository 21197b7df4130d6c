"""``sdtui open``: the full screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdtui.base.errors import SdtuiError, UnreadableError
from sdtui.cli.output import NO_SCREEN

if TYPE_CHECKING:
    from sdtui.runs.others.places import ForeignPlaces

SLOW = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_FPS": "15", "TEXTUAL_SMOOTH_SCROLL": "0"}


@click.command(short_help="Open a project full screen.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--slow", is_flag=True, help="For poor links: few frames, no previews until asked (v).")
def command(path: Path | None, slow: bool) -> None:
    """Open the dataset at PATH, a folder or a dataset TOML. Without PATH, ask for one."""
    open_screen(path, slow=slow)


def open_screen(
    path: Path | None, mode: str | None = None, *, slow: bool = False, foreign: ForeignPlaces | None = None
) -> None:
    """Open the full screen on ``path`` (None: ask) or on a ``foreign`` run.

    Raises SdtuiError where there is no terminal for it.
    """
    if path is not None and not path.exists():
        raise UnreadableError("There is nothing to open", path=path, remedy="Check the path.")
    if (reason := why_no_screen()) is not None:
        raise reason
    os.environ.update({name: value for name, value in SLOW.items() if slow} | {"TEXTUAL_ANIMATIONS": "none"})
    from sdtui.tui.app import run_app

    run_app(path, mode, slow=slow, foreign=foreign)


def why_no_screen() -> SdtuiError | None:
    """Why the full screen cannot be shown where standard input and output lead; None where it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        remedy = "Run it in one, or use the other commands, such as sdtui scan."
        return SdtuiError("The full screen needs a terminal", remedy=remedy)
    term = os.environ.get("TERM", "")
    if term in NO_SCREEN:
        what = f"The full screen needs a terminal that can place text, and TERM is {term or 'not set'}"
        return SdtuiError(what, remedy="Say what it is, for instance with: export TERM=xterm-256color")
    return None
