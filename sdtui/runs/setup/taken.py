"""Names that runs have which write to a folder now, or will when their turn in the queue comes."""

from __future__ import annotations

from pathlib import Path

from sdtui.runs.live import live_anywhere
from sdtui.runs.queueing.queue_file import waiting_runs
from sdtui.runs.record import RunRecord


def taken_names(home: Path, output_dir: Path, *, but: RunRecord | None = None) -> frozenset[str]:
    """The names in ``output_dir`` that another run than ``but`` writes under, or waits to."""
    runs = (*live_anywhere(home), *(record for _, record in waiting_runs() if but is None or record.id != but.id))
    return frozenset(run.name for run in runs if run.output_dir == str(output_dir))
