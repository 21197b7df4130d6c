"""All runs of a project, each with what it came to: for choosing among them, and for setting them beside each other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.work import INTERVAL, Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.runs.following.losses import CheckpointLoss, Losses, best_checkpoint
from sdtui.runs.following.summary import Glance, Standing, glance
from sdtui.runs.past.notes import RunNote, read_note
from sdtui.runs.record import RunRecord, RunState, RunView
from sdtui.runs.store import list_runs


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run; it may well go on."""

    record: RunRecord
    view: RunView
    losses: Losses
    note: RunNote
    note_problem: str | None = None
    """A sentence where what was noted cannot be read."""

    @property
    def best(self) -> CheckpointLoss | None:
        """The best checkpoint that still stands, and by which measure."""
        return best_checkpoint(self.losses, self.view.checkpoints)

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it goes on."""
        if self.view.started is None or self.view.ended is None:
            return None
        return max(0.0, self.view.ended - self.view.started)


@dataclass(frozen=True, slots=True)
class RunsRead(Progress):
    """Carries the runs that were read so far, newest first."""

    runs: tuple[PastRun, ...] = ()


def history(home: Path, cancelled: Cancelled = never_cancelled) -> Work[tuple[PastRun, ...]]:
    """Every run of the project whose record can be read, newest first. Ended ones are read once and remembered.

    Raises WorkCancelled.
    """
    records, standing = list_runs(home), Standing()
    found: list[PastRun] = []
    told = time.monotonic()
    for record in records:
        if cancelled():
            raise WorkCancelled
        found.append(past_run(home, record, standing))
        if time.monotonic() - told >= 4 * INTERVAL:
            told = time.monotonic()
            yield RunsRead(len(found), len(records), "runs", tuple(found))
    return tuple(found)


def past_run(home: Path, record: RunRecord, standing: Standing | None = None) -> PastRun:
    """One run with what it came to. Of one whose files cannot be read, the reason of its view says so."""
    try:
        seen = glance(home, record, standing)
    except (SdtuiError, OSError) as error:
        sentence = error.sentence() if isinstance(error, SdtuiError) else f"Its files cannot be read ({error})."
        seen = Glance(_unread(record, sentence), Losses())
    note, problem = read_note(home, record.id)
    return PastRun(record, seen.view, seen.losses, note, problem)


def _unread(record: RunRecord, sentence: str) -> RunView:
    return RunView(
        id=record.id,
        name=record.name,
        state=RunState.LOST,
        reason=sentence,
        step=0,
        total_steps=record.total_steps,
        epoch=None,
        epochs=None,
        loss=None,
        avr_loss=None,
        lr=None,
        it_per_s=None,
        eta_s=None,
        started=record.created,
        ended=None,
        exit_code=None,
        checkpoints=(),
        samples=(),
        warnings=(),
    )
