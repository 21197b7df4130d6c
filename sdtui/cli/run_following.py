"""A run followed on the command line until it ends."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import pasted
from sdtui.base.text import safe
from sdtui.cli.output import narrate, print_json_line
from sdtui.cli.run_text import document, facts, progress
from sdtui.runs.following.followable import Followable
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.record import RunRecord, RunView

_LINE_EVERY = 5.0
"""Seconds between two lines for a person while nothing but the step changes."""


def follow(home: Path, record: RunRecord, *, as_json: bool) -> RunView:
    """Print how a run goes on until it ends, and return what became of it.

    Raises KeyboardInterrupt when Ctrl+C ended the printing.
    """
    follower = follower_of(home, record)
    view, told, told_at = follower.poll(), None, float("-inf")
    try:
        for view in views_of(home, follower):
            stage = (view.state, view.epoch)
            if as_json:
                print_json_line(document(view))
            elif stage != told or time.monotonic() - told_at >= _LINE_EVERY:
                click.echo(progress(view))
                told, told_at = stage, time.monotonic()
    except KeyboardInterrupt:
        folder = safe(pasted(home.parent))
        narrate(f"No longer following; {record.id} goes on. See it again with: sdtui runs follow {folder} {record.id}")
        narrate(f"End it with: sdtui runs stop {folder} {record.id}")
        raise
    if not as_json:
        click.echo("\n".join(facts(view)))
    _call(view)
    return view


def _call(view: RunView) -> None:
    """Ring the terminal and ask for a notice on the desktop, where the person's settings say so."""
    from sdtui.base.settings import load_settings
    from sdtui.runs.supervising.notices import News, attention

    with contextlib.suppress(SdtuiError):  # settings that cannot be read ring no bell
        for notice in News().see(view) if sys.stderr.isatty() else ():
            click.echo(attention(notice, load_settings().settings), nl=False, err=True)


def views_of(home: Path, follower: Followable) -> Iterator[RunView]:
    """The run each time that something about it has changed, the last time when it has ended."""
    from sdtui.runs.following.watch import RunWatcher

    changed = threading.Event()
    watcher = RunWatcher(home, follower.record, changed.set, rest=0.5, at_least=1.0)
    watcher.start()
    try:
        last = None
        while True:
            changed.clear()
            view = follower.poll()
            if view != last:
                yield view
                last = view
            if view.state.ended:
                return
            changed.wait()
    finally:
        watcher.stop()
