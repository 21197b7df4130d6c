"""``sdtui runs pause|go-on``: hold a run's processes for a while."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.base.text import safe
from sdtui.cli.output import narrate, print_json
from sdtui.cli.run_heard import until_heard
from sdtui.cli.run_place import find_run, json_option, place_argument, which_argument


@click.command("pause")
@place_argument
@which_argument
@json_option
def pause_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """Hold a run: its processes keep their memory and do nothing until `sdtui runs go-on`."""
    _hold(directory, run_id, held=True, as_json=as_json)


@click.command("go-on")
@place_argument
@which_argument
@json_option
def go_on_command(directory: Path, run_id: str | None, as_json: bool) -> None:
    """Let a run go on that was held."""
    _hold(directory, run_id, held=False, as_json=as_json)


def _hold(directory: Path, run_id: str | None, *, held: bool, as_json: bool) -> None:
    from sdtui.runs.supervising.stop import request_pause

    home, record = find_run(directory, run_id)
    request_pause(home, record.id, held=held)
    until_heard(home, record.id)
    if as_json:
        print_json({"id": record.id, "paused": held})
    elif held:
        narrate(f"{safe(record.id)} is paused. It keeps its memory, also that of the card.")
    else:
        narrate(f"{safe(record.id)} goes on.")
