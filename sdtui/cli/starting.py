"""A run that was prepared, started or put into the queue from the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdtui.base.errors import RunError
from sdtui.base.paths import pasted
from sdtui.base.text import plural, safe
from sdtui.cli.output import narrate, print_json, require_consent
from sdtui.machine import wsl

if TYPE_CHECKING:
    from sdtui.runs.record import RunRecord
    from sdtui.runs.setup.request import Prepared


def may_overwrite(prepared: Prepared, *, yes: bool) -> bool:
    """Ask where files of an earlier run would be overwritten; False where nothing is to be started."""
    files = prepared.overwrites
    if not files:
        return True
    question = f"{plural(len(files), 'file')} of an earlier run may be overwritten ({safe(files[0].name)}). Go on?"
    if require_consent(question, yes=yes):
        return True
    narrate("Nothing was started.")
    return False


def begin(
    home: Path,
    prepared: Prepared,
    *,
    queueing: bool = False,
    stop_on_failure: bool = False,
    follow: bool = False,
    as_json: bool = False,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Start it, or let it wait for its turn; ``more`` goes into the JSON document."""
    if wsl.is_wsl():
        narrate(f"Note: {wsl.KEEP_ALIVE}")
    record = _queued(home, prepared, stop_on_failure) if queueing else _started(home, prepared)
    if follow:
        _follow(home, record, as_json=as_json)
    elif as_json:
        print_json({"id": record.id, **document(prepared), **(more or {})})
    else:
        click.echo(record.id)
        if not queueing:
            narrate(f"Watch it with: sdtui runs follow {safe(pasted(home.parent))} {record.id}")


def document(prepared: Prepared) -> dict[str, Any]:
    """What would run, as JSON knows it."""
    from sdtui.runs.redact import redact_command

    request = prepared.request
    return {
        "name": request.name,
        "profile": request.profile,
        "script": request.script,
        "command": list(redact_command(request.command, os.environ)),
        "cwd": request.cwd,
        "dataset_config": request.dataset_config,
        "output_dir": request.output_dir,
        "logging_dir": request.logging_dir,
        "sample_dir": request.sample_dir,
        "steps_per_epoch": prepared.steps_per_epoch,
        "total_steps": prepared.total_steps,
        "notes": list(prepared.notes),
        "overwrites": [str(path) for path in prepared.overwrites],
    }


def _started(home: Path, prepared: Prepared) -> RunRecord:
    from sdtui.runs.launch import launch
    from sdtui.runs.queueing.turns import holder_now
    from sdtui.runs.setup.request import write_inputs
    from sdtui.runs.supervising.inside import how_to_look

    if (holder := holder_now(prepared.request.env)) is not None:
        narrate(f"Note: {safe(holder)} is training on its card now. With --queue it would wait for that to end.")
    write_inputs(prepared)
    record = launch(home, prepared.request)
    narrate(f"{record.id} has started: {plural(prepared.total_steps, 'step')}. It goes on without this terminal.")
    look = how_to_look(record.start_in, record.id)
    if look is not None:
        narrate(f"See where it lives with: {look}")
    return record


def _queued(home: Path, prepared: Prepared, stop_on_failure: bool) -> RunRecord:
    from sdtui.cli.runs_queue import told_queued
    from sdtui.runs.queueing.queue import put

    record = put(home, prepared.request, stop_on_failure=stop_on_failure)
    narrate(told_queued(home, record))
    return record


def _follow(home: Path, record: RunRecord, *, as_json: bool) -> None:
    from sdtui.cli.run_following import follow
    from sdtui.cli.run_text import ending
    from sdtui.runs.record import RunState

    view = follow(home, record, as_json=as_json)
    if view.state is not RunState.DONE:
        raise RunError(f"{view.id} {ending(view)}")
