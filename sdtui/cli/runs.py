"""``sdtui runs``: the training runs of a project. What is longer stands in ``runs_VERB.py``."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.errors import RunError
from sdtui.cli.groups import NearestGroup
from sdtui.cli.output import narrate, print_json, run_work
from sdtui.cli.run_following import follow
from sdtui.cli.run_place import find_run, home_of, json_option, place_argument, which_argument
from sdtui.cli.run_text import document, ending, facts
from sdtui.cli.runs_compare import compare_command
from sdtui.cli.runs_delete import delete_command
from sdtui.cli.runs_hold import go_on_command, pause_command
from sdtui.cli.runs_log import log_command
from sdtui.cli.runs_machine import machine_command
from sdtui.cli.runs_note import note_command, star_command
from sdtui.cli.runs_open import open_command
from sdtui.cli.runs_queue import queue_command
from sdtui.cli.runs_resume import again_command, resume_command
from sdtui.cli.runs_stop import stop_command
from sdtui.cli.runs_trouble import notify_command, remedies_command, tensorboard_command
from sdtui.runs import store
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.record import RunState


@click.group(cls=NearestGroup)
def command() -> None:
    """List, show, follow and stop runs.

    DIR is the project (default: here), ID the run, the beginning of its ID, or its name (default: the newest).
    """


@command.command("list")
@place_argument
@json_option
def list_command(directory: Path, as_json: bool) -> None:
    """All runs of a project, the newest first."""
    from sdtui.cli.run_past import past_document, past_table
    from sdtui.runs.past.history import history

    home = home_of(directory)
    runs = run_work(history(home))
    for broken in store.broken_runs(home):
        narrate(f"{broken.id}: {broken.problem}")
    if as_json:
        print_json([past_document(past) for past in runs])
    elif runs:
        click.echo("\n".join(past_table(runs)))
    else:
        narrate("No run was started here yet.")


@command.command("show")
@place_argument
@which_argument
@json_option
def show_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """What is known about one run."""
    home, record = find_run(directory, run_id)
    if as_json:
        print_json(document(follower_of(home, record).poll()))
        return
    from sdtui.cli.run_past import past_facts
    from sdtui.runs.past.history import past_run

    past = past_run(home, record)
    click.echo("\n".join([*facts(past.view), *past_facts(past)]))


@command.command("follow")
@place_argument
@which_argument
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: the run each time that it has changed.")
def follow_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """Print progress until the run ends. Ctrl+C ends the printing, not the run.

    Exit status 0 when the run is done, 3 when it failed, was stopped or lost, 130 after Ctrl+C.
    """
    home, record = find_run(directory, run_id)
    view = follow(home, record, as_json=as_json)
    if view.state is not RunState.DONE:
        raise RunError(f"{view.id} {ending(view)}")


for _more in (stop_command, compare_command, delete_command, note_command, queue_command, star_command, open_command):
    command.add_command(_more)

for _more in (
    pause_command,
    go_on_command,
    machine_command,
    remedies_command,
    tensorboard_command,
    notify_command,
):
    command.add_command(_more)

for _more in (resume_command, again_command, log_command):
    command.add_command(_more)
