"""Whether a run that sdtui did not start goes on, and how it ended: nobody kept its exit status."""

from __future__ import annotations

import time

from sdtui.runs.following.verdict import final_state, trouble_of
from sdtui.runs.others.story import ForeignStory
from sdtui.runs.record import Checkpoint, RunExit, RunState

_SILENCE = 600.0
"""Seconds without anything new after which a run without a visible process is taken for gone."""
_STEPS_OF_SILENCE = 20
"""As many usual steps without anything new, where they take longer than that."""
_AFTER_ITS_MODEL = 30.0
"""Seconds after the last model was written, where nothing follows it."""


def is_gone(told: ForeignStory, silent: float, it_per_s: float | None, *, final_model: bool, seen: bool) -> bool:
    """Whether it goes on no more.

    ``silent``: seconds since anything was written. ``final_model``: what was written last is the file that the trainer
    writes at its end. ``seen``: its process lives.
    """
    if seen:
        return False
    if told.over:
        return True
    usual = _STEPS_OF_SILENCE / it_per_s if it_per_s else 0.0
    return silent >= (_AFTER_ITS_MODEL if final_model else max(_SILENCE, usual))


def end_of(
    told: ForeignStory, checkpoints: tuple[Checkpoint, ...], ended: float
) -> tuple[RunState, str | None, str | None]:
    """How it ended, why, and which trouble it was (see RunView), by the log's own words where it has any about that.

    ``ended`` in seconds since the epoch.
    """
    if told.over:
        exit_status = RunExit(returncode=told.exit_status, ended=ended, stop_requested=False)
        state, reason = final_state(exit_status, told, has_weights=bool(checkpoints))
        return state, reason, trouble_of(exit_status, told)
    if has_final_model(checkpoints):
        return RunState.DONE, None, None
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(ended))
    of = f" of {told.total:,}" if told.total else ""
    at = f" It stood at step {told.step:,}{of}." if told.step else ""
    return RunState.LOST, f"Nothing was written since {when}, and nothing says how it ended.{at}", None


def has_final_model(checkpoints: tuple[Checkpoint, ...]) -> bool:
    """Whether the newest checkpoint is the one that the trainer writes at its end."""
    return bool(checkpoints) and checkpoints[-1].step is None and checkpoints[-1].epoch is None
