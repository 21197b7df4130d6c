"""``sdtui runs list|show|follow|stop``: the training runs of a project."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click

from sdtui.base.errors import RunError, UnreadableError
from sdtui.base.paths import PROJECT_FOLDER, shown
from sdtui.cli.groups import NearestGroup
from sdtui.cli.output import narrate, print_json, print_json_line, require_consent
from sdtui.cli.run_text import cost_of_stopping, document, ending, facts, progress, table
from sdtui.dataset.listing import absolute
from sdtui.runs import store
from sdtui.runs.follow import Follower
from sdtui.runs.record import RunRecord, RunState, RunView
from sdtui.runs.stop import request_stop
from sdtui.runs.summary import summary

_LINE_EVERY = 5.0
"""Seconds between two lines for a person while nothing but the step changes."""


@click.group(cls=NearestGroup)
def command() -> None:
    """List, show, follow and stop runs.

    DIR is the project (default: here), ID the run, or the beginning of its ID (default: the newest).
    """


_place = click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
_which = click.argument("run_id", metavar="[ID]", required=False)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@command.command("list")
@_place
@_json
def list_command(directory: Path, as_json: bool) -> None:
    """All runs of a project, the newest first."""
    home = home_of(directory)
    views = [summary(home, record) for record in store.list_runs(home)]
    for broken in store.broken_runs(home):
        narrate(f"{broken.id}: {broken.problem}")
    if as_json:
        print_json([document(view) for view in views])
    elif views:
        click.echo("\n".join(table(views)))
    else:
        narrate("No run was started here yet.")


@command.command("show")
@_place
@_which
@_json
def show_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """What is known about one run."""
    home, record = _find(directory, run_id)
    view = Follower(home, record).poll()
    if as_json:
        print_json(document(view))
    else:
        click.echo("\n".join(facts(view)))


@command.command("follow")
@_place
@_which
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: the run each time that it has changed.")
def follow_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """Print progress until the run ends. Ctrl+C ends the printing, not the run.

    Exit status 0 when the run is done, 3 when it failed, was stopped or lost, 130 after Ctrl+C.
    """
    home, record = _find(directory, run_id)
    view = follow(home, record, as_json=as_json)
    if view.state is not RunState.DONE:
        raise RunError(f"{view.id} {ending(view)}")


@command.command("stop")
@_place
@_which
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--now", is_flag=True, help="Kill it, without giving it time to end.")
@click.option("--wait/--no-wait", default=True, help="Wait until it has ended (default).")
@_json
def stop_command(directory: Path, run_id: str | None, yes: bool, now: bool, wait: bool, as_json: bool) -> None:
    """Stop a run. The trainer saves nothing when it is stopped."""
    home, record = _find(directory, run_id)
    follower = Follower(home, record)
    view = follower.poll()
    if view.state.ended:
        raise RunError(f"{view.id} {ending(view)}")
    if not require_consent(f"Stop {view.id}? {cost_of_stopping(view)}", yes=yes):
        narrate("It goes on.")
        return
    request_stop(home, record.id, now=now)
    view = [*_views(home, follower)][-1] if wait else follower.poll()
    if as_json:
        print_json(document(view))
    else:
        narrate(f"{view.id} {ending(view) if view.state.ended else 'was asked to stop'}.")


def home_of(directory: Path) -> Path:
    """Where the records of the project in ``directory`` (or of the dataset TOML of that name) stand.

    Raises UnreadableError where there is neither.
    """
    root = absolute(directory)
    if not root.exists():
        raise UnreadableError("There is no such folder", path=root, remedy="Check the path.")
    return (root.parent if root.is_file() else root) / PROJECT_FOLDER


def follow(home: Path, record: RunRecord, *, as_json: bool) -> RunView:
    """Print how a run goes on until it ends, and return what became of it.

    Raises KeyboardInterrupt when Ctrl+C ended the printing.
    """
    follower = Follower(home, record)
    view, told, told_at = follower.poll(), None, float("-inf")
    try:
        for view in _views(home, follower):
            stage = (view.state, view.epoch)
            if as_json:
                print_json_line(document(view))
            elif stage != told or time.monotonic() - told_at >= _LINE_EVERY:
                click.echo(progress(view))
                told, told_at = stage, time.monotonic()
    except KeyboardInterrupt:
        folder = shown(home.parent)
        narrate(f"No longer following; {record.id} goes on. See it again with: sdtui runs follow {folder}")
        narrate(f"End it with: sdtui runs stop {folder}")
        raise
    if not as_json:
        click.echo("\n".join(facts(view)))
    return view


def _find(directory: Path, run_id: str | None) -> tuple[Path, RunRecord]:
    if run_id is None and not directory.exists() and len(directory.parts) == 1:
        directory, run_id = Path(), directory.name  # `sdtui runs show ID` in the project's folder
    home = home_of(directory)
    return home, store.resolve(home, run_id)


def _views(home: Path, follower: Follower) -> Iterator[RunView]:
    """The run each time that something about it has changed, the last time when it has ended."""
    from sdtui.runs.watch import RunWatcher

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
