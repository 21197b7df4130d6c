"""What stopping a run costs, and what a stop can wait for: the trainer saves nothing when it is interrupted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from sdtui.base.text import count, plural, safe
from sdtui.base.there import entries_of, is_folder
from sdtui.runs.following.followable import Followable
from sdtui.runs.following.story import Story
from sdtui.runs.record import RunRecord, RunState, RunView
from sdtui.runs.supervising import letterbox
from sdtui.runs.supervising.letterbox import Status, StopAfter
from sdtui.trainer.outputs import parse_checkpoint_name

_PATIENCE = 3.0
"""Seconds for a supervisor to listen; it does so at once."""
_COARSE = 2.0
"""Seconds by which a folder's time may be too early: FAT keeps even seconds."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Weights or a state that the run has left."""

    name: str
    lost: int | None
    """Steps since then; None where nothing says at which step it was saved."""


@dataclass(frozen=True, slots=True)
class StopCost:
    """What there is of a run now, and so what would be lost."""

    step: int
    checkpoint: Saved | None
    """The newest weights."""
    state: Saved | None
    """The newest folder that training can go on from."""
    writing: str = ""
    """What is being written at this moment, in words; empty: nothing."""

    def sentences(self) -> str:
        """All of it for a person."""
        return " ".join(filter(None, (self._being_written(), self._saved())))

    def _being_written(self) -> str:
        return f"It is {self.writing} at this moment: stopped now, that file would be cut off." if self.writing else ""

    def _saved(self) -> str:
        if self.checkpoint is None and self.state is None:
            lost = f"Nothing was saved yet: {_all(self.step)} would be lost."
            return lost if self.step else "No step was trained yet: nothing would be lost."
        said = []
        if self.checkpoint is not None:
            said.append(f"The last checkpoint is {self._told(self.checkpoint)}.")
        if self.state is not None:
            said.append(f"The last state, from which training can go on, is {self._told(self.state)}.")
        else:
            said.append("No state was saved that training could go on from.")
        return " ".join(said)

    def _told(self, saved: Saved) -> str:
        if saved.lost is None:
            return f"{safe(saved.name)}: the steps since then would be lost"
        since = f"the {plural(saved.lost, 'step')} since then" if saved.lost else "nothing since then"
        return f"{safe(saved.name)} of step {count(self.step - saved.lost)}: {since} would be lost"


def stop_cost(follower: Followable, view: RunView) -> StopCost:
    """What stopping the run costs now. ``view`` is what ``follower`` said last."""
    steps = _Steps(view.step, follower.story, steps_per_epoch(follower, view))
    newest = view.checkpoints[-1] if view.checkpoints else None
    checkpoint = None
    if newest is not None:
        lost = steps.since(newest.path, follower.story.checkpoints, newest.step, newest.epoch)
        checkpoint = Saved(Path(newest.path).name, lost)
    writing = {RunState.SAVING: "saving", RunState.SAMPLING: "making samples"}.get(view.state, "")
    return StopCost(view.step, checkpoint, _newest_state(follower.record, steps), writing)


def steps_per_epoch(follower: Followable, view: RunView) -> int | None:
    """Optimizer steps of an epoch, as the trainer's header says; None where it has not said it."""
    header = follower.story.header
    if header is not None and header.batches_per_epoch:
        return -(-header.batches_per_epoch // max(1, header.accumulation or 1))
    return -(-view.total_steps // view.epochs) if view.total_steps and view.epochs else None


@dataclass(frozen=True, slots=True)
class _Steps:
    """Counts the steps since something was saved."""

    now: int
    """Of all parts of the run."""
    story: Story
    """Of this part, whose bar began at 0."""
    per_epoch: int | None

    def since(self, path: str, announced: Mapping[str, int], step: int | None, epoch: int | None) -> int | None:
        """By what the trainer said when it saved to ``path``, else by the file's name; None where both are silent."""
        if path in announced:
            return max(0, self.story.step - announced[path])
        if step is None and epoch is not None and self.per_epoch:
            step = epoch * self.per_epoch
        return max(0, self.now - step) if step is not None else None


def _newest_state(record: RunRecord, steps: _Steps) -> Saved | None:
    found = []
    of_this_part = replace(steps, now=steps.story.step)  # names of files count from 0 in each part
    for entry in entries_of(record.output_dir):
        parsed = parse_checkpoint_name(entry.name, record.name)
        if parsed is not None and parsed.is_state and is_folder(Path(entry.path)):
            try:
                changed = entry.stat().st_mtime
            except OSError:
                continue  # deleted just now (save_last_n_epochs_state)
            if changed >= record.created - _COARSE:
                lost = of_this_part.since(entry.path, steps.story.states, parsed.step, parsed.epoch)
                found.append((changed, Saved(entry.name, lost)))
    if found:
        return max(found, key=lambda one: one[0])[1]
    base = record.continues
    if base is None or not Path(base.state).is_dir():
        return None
    return Saved(Path(base.state).name, max(0, steps.now - base.step))  # it can go on from there once more


# What a stop can wait for -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """A better moment to stop at."""

    after: StopAfter
    steps_away: int | None
    """None where it is not known when it comes."""

    @property
    def words(self) -> str:
        """``the next save``."""
        return awaited_words(self.after.value)


def awaited_words(after: str) -> str:
    """What a stop waits for: ``the next save``. ``after`` is a value of StopAfter."""
    return {
        StopAfter.SAVE: "the next save",
        StopAfter.EPOCH: "the epoch's save",
        StopAfter.SAMPLE: "the next samples",
    }[StopAfter(after)]


def moments(follower: Followable, view: RunView) -> tuple[Moment, ...]:
    """What a stop of this run can wait for, as its command says; nothing where it only saves at its end."""
    options, story = _options(follower.record.command), follower.story
    per_epoch = steps_per_epoch(follower, view)
    base = follower.record.continues
    counted = story.step + (base.steps_counted if base is not None else 0)

    def away(steps: str, epochs: str) -> int | None:
        return _away(story, counted, options.get(steps), options.get(epochs), per_epoch)

    found = []
    if "save_every_n_epochs" in options or "save_n_epoch_ratio" in options:
        found.append(Moment(StopAfter.EPOCH, away("", "save_every_n_epochs")))
    if "save_every_n_steps" in options:
        soon = 0 if view.state is RunState.SAVING else away("save_every_n_steps", "save_every_n_epochs")
        found.append(Moment(StopAfter.SAVE, soon))
    if "sample_every_n_steps" in options or "sample_every_n_epochs" in options:
        # It looks at the epochs alone where both are given (library/train_util.py, sample_images_common).
        steps = "" if "sample_every_n_epochs" in options else "sample_every_n_steps"
        soon = 0 if view.state is RunState.SAMPLING else away(steps, "sample_every_n_epochs")
        found.append(Moment(StopAfter.SAMPLE, soon))
    left = view.total_steps - view.step if story.total and view.total_steps else None
    return tuple(moment for moment in found if left is None or moment.steps_away is None or moment.steps_away < left)


@dataclass(frozen=True, slots=True)
class StopOutlook:
    """All that is to be known before a run is stopped, and while it is."""

    cost: StopCost
    moments: tuple[Moment, ...]
    ending: Status | None
    """The supervisor's last word; None where nobody says."""
    unheard: str = ""
    """What to do where it does not hear what it is asked, sentences; empty where it does."""


def stop_outlook(follower: Followable, view: RunView, now: float) -> StopOutlook:
    """Of a run that lives. ``view`` is what ``follower`` said last. ``now`` in seconds since the epoch."""
    unheard = _unheard(follower.record, now)
    return StopOutlook(stop_cost(follower, view), moments(follower, view), follower.ending(), unheard)


def _unheard(record: RunRecord, now: float) -> str:
    since = letterbox.unread_since(Path(record.state_folder)) if record.state_folder else None
    if since is None or record.supervisor is None or now - since < _PATIENCE:
        return ""
    return letterbox.not_listening(record.supervisor.pid)


def comes(follower: Followable, view: RunView, after: StopAfter) -> bool:
    """Whether the run comes to that before its end. The save of an epoch is a save too."""
    found = {moment.after for moment in moments(follower, view)}
    return after in found or (after is StopAfter.SAVE and StopAfter.EPOCH in found)


def _options(command: Sequence[str]) -> dict[str, str]:
    return {word[2:]: after for word, after in pairwise((*command, "")) if word.startswith("--")}


def _away(
    story: Story, counted: int, every_steps: str | None, every_epochs: str | None, per_epoch: int | None
) -> int | None:
    """Steps until the next of what comes every so many steps or epochs; ``counted``: steps by the trainer's count."""
    found, epoch = [], story.epoch
    if steps := _number(every_steps):
        found.append(steps - counted % steps)
    if (epochs := _number(every_epochs)) and per_epoch and epoch:
        further = -(-epoch // epochs) * epochs - epoch
        found.append((further + 1) * per_epoch - counted % per_epoch)
    return min(found) if found else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _all(steps: int) -> str:
    return f"all {plural(steps, 'step')}" if steps != 1 else "its only step"
