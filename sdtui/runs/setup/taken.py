"""Names that runs have which write to a folder now, or will when their turn in the queue comes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sdtui.runs.live import live_anywhere
from sdtui.runs.queueing.queue_file import waiting_runs
from sdtui.runs.record import RunRecord


def taken_names(home: Path, output_dir: Path, *, but: RunRecord | None = None) -> Mapping[str, str]:
    """The names in ``output_dir`` that another run than ``but`` writes under, or waits to: each with what it does."""
    wait = [record for _, record in waiting_runs() if but is None or record.id != but.id]
    does = {"waits in the queue to write to this folder": wait, "is writing to this folder now": live_anywhere(home)}
    return {run.name: what for what, runs in does.items() for run in runs if run.output_dir == str(output_dir)}
