"""``python -m sdtui.runs.queueing.turn HOME ID``: a run's turn in the queue has come.

The run is prepared anew from its settings and from the dataset as it is now, and launched. What refuses it then is how
it ended. A process of its own: it stands in the folder that the run was queued from, and whatever a broken dataset
does to it, the queue goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sdtui.base.errors import RunError, SdtuiError
from sdtui.base.own_log import note
from sdtui.base.settings import load_settings
from sdtui.dataset.scan import open_project
from sdtui.plans.journal import Journal
from sdtui.plans.lock import LockedError
from sdtui.runs import store
from sdtui.runs.again.relaunch import found_trainer, settings_of_run, source_of_run
from sdtui.runs.launch import LaunchRequest, launch, own_environment
from sdtui.runs.queueing import queue, queue_file
from sdtui.runs.queueing.turns import LATER
from sdtui.runs.record import RunRecord, run_folder
from sdtui.runs.setup import naming
from sdtui.runs.setup.request import Prepared, make_request, write_inputs
from sdtui.runs.supervising.attendance import tell_end
from sdtui.trainer.profiles import Settings


def main(arguments: Sequence[str]) -> int:
    """Prepare and launch the run. Exit status 0 also where it was refused: that is written down then."""
    home, run_id = Path(arguments[0]), arguments[1]
    try:
        _forget_own_path(home, run_id)
        take_turn(home, store.load(home, run_id))
    except LockedError as error:
        note(error.sentence())
        return LATER
    except SdtuiError as error:
        note(error.sentence())
        queue.refuse(home, run_id, error.sentence())
        if _failed(home, run_id):
            tell_end(run_folder(home, run_id), own_environment())
    return 0


def _failed(home: Path, run_id: str) -> bool:
    """Whether it has ended because it could not begin, whoever has written that down; not where it was taken out."""
    ended = store.read_exit(home, store.load(home, run_id))
    return ended is not None and not ended.stop_requested


def _forget_own_path(home: Path, run_id: str) -> None:
    """The trainer's Python is to find what it found where the run was queued, not this package."""
    path = queue_file.read_order(home, run_id).env.get("PYTHONPATH")
    if path is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = path


def take_turn(home: Path, record: RunRecord) -> None:
    """Prepare the run anew and launch it. Raises what ``make_request``, ``write_inputs`` and ``launch`` raise."""
    if Journal(home).unfinished():
        raise RunError(
            "A change of the dataset was interrupted half-way, so it was not trained on",
            path=home.parent,
            remedy="Settle it with `sdtui captions recover`, and queue the run again.",
        )
    prepared = _prepared(home, record)
    write_inputs(prepared)
    launch(home, _as_queued(prepared.request, record), waited=record)


def _prepared(home: Path, record: RunRecord) -> Prepared:
    user = load_settings().settings
    settings = _named(record, settings_of_run(record))
    project = open_project(source_of_run(home, record))
    install = found_trainer(settings, project.root, user)
    return make_request(project, settings, install, user=user, waited=record)


def _as_queued(request: LaunchRequest, record: RunRecord) -> LaunchRequest:
    """What the settings do not say: where it goes on from, and whose settings it took."""
    return replace(
        request,
        continues=request.continues or record.continues,
        relaunch_of=request.relaunch_of or record.relaunch_of,
        start_in=record.start_in,
    )


def _named(record: RunRecord, settings: Settings) -> Settings:
    """The settings with the name that the run was promised when it was queued, unless its files stand there by now."""
    if settings.text("output_name") or naming.files_of(Path(record.output_dir), record.name):
        return settings
    return settings.with_text("output_name", record.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
