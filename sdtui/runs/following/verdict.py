"""What state a run is in, and why it ended: from its processes, its exit status and its trainer's own words."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

from sdtui.base.text import plural
from sdtui.machine import processes, wsl
from sdtui.runs.following.story import Story
from sdtui.runs.live import Life
from sdtui.runs.record import RunExit, RunRecord, RunState
from sdtui.runs.supervising.letterbox import Status, StopAfter, what_to_do_with
from sdtui.trainer.causes import NAN
from sdtui.trainer.diagnosis import diagnose

_STRETCHES = 3
_DEAF = 30.0
"""Seconds without a heartbeat after which a supervisor does not seem to listen; it gives one every five."""
_AFTER = {
    StopAfter.SAVE.value: "after a save",
    StopAfter.EPOCH.value: "after the epoch's save",
    StopAfter.SAMPLE.value: "after samples",
}


def current_state(said: Status | None, life: Life, story: Story) -> RunState:
    """The state of a run that lives, whose supervisor said so last."""
    if said is not None and said.stop_requested:
        return RunState.STOPPING
    return RunState.STARTING if life is Life.BEING_STARTED else story.doing


def concern(record: RunRecord, life: Life, heartbeat: float | None, now: float) -> str | None:
    """A sentence about a run that lives, but not as it should; None where all is well.

    ``heartbeat``: when its supervisor last gave a sign, None where that is unknown. Both in seconds since the epoch.
    """
    if life is Life.ABANDONED:
        return (
            "Its supervisor was killed. The training goes on, but how it ends will not be written down, and a stop "
            "that was to come after something is to be asked for anew."
        )
    if life is Life.ELSEWHERE:
        return f"It runs on {record.host.split(' ')[0]}; from here only its files are seen."
    if life is Life.SUPERVISED and heartbeat is not None and now - heartbeat >= _DEAF and record.supervisor is not None:
        when, pid = time.strftime("%Y-%m-%d %H:%M", time.localtime(heartbeat)), record.supervisor.pid
        return f"Its supervisor has given no sign since {when}, so the run cannot be stopped. {what_to_do_with(pid)}"
    return None


def moved(folder: Path) -> str:
    """What is said of a run whose folder stood there before."""
    return f"Its project was moved or deleted: {folder} is not there any more. See it where it stands now."


def final_state(ended: RunExit, story: Story, *, has_weights: bool) -> tuple[RunState, str | None]:
    """How a run with an exit status ended, and why. ``has_weights``: files of its model were found."""
    if ended.error is not None:
        return RunState.STOPPED if ended.stop_requested else RunState.FAILED, ended.error
    if ended.returncode is None and ended.stop_requested:
        return RunState.STOPPED, ended.why or "Stopped as you asked."
    diagnosis = diagnose(story.evidence, ended.returncode, ended.stop_requested, ended.oom_kills)
    if diagnosis.state == RunState.DONE.value and not story.model_saved and not has_weights:
        return RunState.FAILED, (
            "The trainer went through all steps and ended without an error, but it did not say that the model was "
            "saved, and no file of it was found."
        )
    sentence = diagnosis.sentence
    if ended.why is not None and diagnosis.state == RunState.STOPPED.value:
        return RunState.STOPPED, ended.why
    if ended.after in _AFTER and sentence is not None and diagnosis.state == RunState.STOPPED.value:
        sentence = sentence.replace("as you asked", f"as you asked {_AFTER[ended.after]}", 1)
    return RunState(diagnosis.state), sentence


def nan_sentence(stretches: Sequence[tuple[int, int]]) -> str | None:
    """At which steps the loss was no number; None where it always was one."""
    if not stretches:
        return None
    told = [f"{first:,}" if first == last else f"{first:,} to {last:,}" for first, last in stretches[:_STRETCHES]]
    more = f" and {plural(len(stretches) - _STRETCHES, 'more stretch', 'more stretches')}"
    where = ", ".join(told) + (more if len(stretches) > _STRETCHES else "")
    single = len(stretches) == 1 and stretches[0][0] == stretches[0][1]
    return f"The loss is not a number at {'step' if single else 'steps'} {where}."


def trouble_of(ended: RunExit, story: Story) -> str | None:
    """What kind of trouble ended the run (see ``trainer.causes``), None where it is none of those."""
    if ended.error is not None or ended.stop_requested:
        spoiled = ended.error is None and story.avr_loss is not None and not math.isfinite(story.avr_loss)
        return NAN if spoiled else None
    return diagnose(story.evidence, ended.returncode, ended.stop_requested, ended.oom_kills).trouble or None


def lost_reason(record: RunRecord, story: Story, last_sign: float, original: Path | None = None) -> str:
    """Why nobody knows how a run ended. ``last_sign`` in seconds since the epoch.

    ``original``: the folder of the run that this is a copy of, where that one is known.
    """
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(last_sign))
    if original is not None:
        return f"This is a copy. The run itself is in {original.parent.parent.parent}: look at it and stop it there."
    if record.host and record.host != processes.host():
        what = f"It ran on {record.host.split(' ')[0]}, and there has been no sign of life since {when}."
    elif record.supervisor is None:
        what = "It was never started: what launched it was ended before the supervisor could begin."
    elif record.supervisor.boot_id != processes.boot_id():
        machine = "WSL or the computer" if wsl.is_wsl() else "The computer"
        what = f"{machine} was restarted while it ran; its last sign of life is of {when}."
    else:
        what = f"It and its supervisor were killed; the last sign of life is of {when}."
        if wsl.is_wsl():
            what += " WSL shuts a distribution down when no window of it is open."
    if story.model_saved:
        return what + " Before that, the trainer had said that the model was saved."
    at = f" at step {story.step:,} of {story.total:,}" if story.total else ""
    return f"{what} It stood{at}." if at else what
