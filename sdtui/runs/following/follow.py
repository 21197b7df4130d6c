"""Follows a run: what is known about it now, its curves, its last lines. Only reads."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.curves import AVERAGE, LOSS, Curve, EventFiles, console_curve
from sdtui.runs.following.outputs import OutputFolders
from sdtui.runs.following.pace import Pace, Recorded, recorded_speed, seconds_left, with_pauses
from sdtui.runs.following.stall import Silence, Stall
from sdtui.runs.following.story import NAN_SINCE, Story
from sdtui.runs.following.verdict import (
    concern,
    current_state,
    final_state,
    lost_reason,
    moved,
    nan_sentence,
    trouble_of,
)
from sdtui.runs.live import Life, last_sign, life_of, original
from sdtui.runs.log.console_log import ConsoleLog
from sdtui.runs.queueing.view import waits_for
from sdtui.runs.record import RunExit, RunRecord, RunState, RunView, run_folder
from sdtui.runs.supervising.letterbox import Status, read_status
from sdtui.runs.supervising.machine_log import memory_before_the_end
from sdtui.runs.supervising.notices import Record

__all__ = ["AVERAGE", "LOSS", "Curve", "Follower"]

_FIRST_STEPS = 10
_AFTERMATH = 60.0
"""Seconds after the last sign of life of a lost run in which its files may still have been written."""


class Follower:
    """One run, followed from any process. Each ``poll`` reads only what is new. Not for two threads at once."""

    def __init__(self, home: Path, record: RunRecord, *, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives seconds since the epoch."""
        self.home = home
        self.record = record
        self._clock = clock
        self._console = ConsoleLog(run_folder(home, record.id) / store.CONSOLE)
        self._open(record)
        self._pace = Pace()
        self._recorded = Recorded()
        self._silence = Silence()
        self._stall: Stall | None = None
        self._said: Status | None = None
        self._heartbeat: float | None = None
        self._notices = Record(run_folder(home, record.id))
        self._final: RunView | None = None

    def _open(self, record: RunRecord) -> None:
        """Look for what a run with this record writes."""
        logging_dir = Path(record.logging_dir) if record.logging_dir else None
        self._events = EventFiles(logging_dir, record.created, self._is_foreign)
        sample_dir = Path(record.sample_dir) if record.sample_dir else Path(record.output_dir) / "sample"
        self._outputs = OutputFolders(Path(record.output_dir), sample_dir, record.name, record.created)

    @property
    def console(self) -> Path:
        """The file that the trainer writes to; it may not exist."""
        return self._console.path

    @property
    def story(self) -> Story:
        """What the console has told: the header of the training, and more than a RunView says."""
        return self._console.story

    def poll(self) -> RunView:
        """What is known now. Once the run has ended, always the same view, and nothing is read any more."""
        if self._final is not None:
            return self._final
        now = self._clock()
        self._said = self.ending()  # before its life: the supervisor writes the end down, and then is silent
        life = life_of(self.home, self.record, now)
        self._refresh_record()
        if life is Life.QUEUED:
            return self._queued_view()
        if life is Life.ABANDONED and self._said is not None:
            self._said = msgspec.structs.replace(self._said, after=None)  # nobody is left who would do it
        if life.living:
            return self._living_view(life, now)
        view = self._ended_view(now)
        if view.state is not RunState.LOST or self.record.host == processes.host():
            self._final = view  # a run on another machine may only have been silent
        return view

    def curves(self) -> Mapping[str, Curve]:
        """All scalars by tag, and under LOSS the raw loss, under AVERAGE the trainer's average, where there are any."""
        found = self._events.curves()
        if AVERAGE not in found:
            found.update(console_curve(self.story.average_steps, self.story.average_values))
        return found

    def log_lines(self, count: int) -> tuple[str, ...]:
        """The last ``count`` lines of the console as they would stand on a terminal, safe to show."""
        return self._console.last_lines(count)

    def ending(self) -> Status | None:
        """How far the supervisor has gone in ending the run, and when it presses harder; None where nobody says."""
        found = read_status(Path(self.record.state_folder)) if self.record.state_folder else None
        said, self._heartbeat = found if found is not None else (None, None)
        return said

    def close(self) -> None:
        """Let go of what was read. Nothing stays open between polls anyway."""
        self._events = EventFiles(None, self.record.created)

    def _living_view(self, life: Life, now: float) -> RunView:
        self._console.read_new()
        self._events.read_new()
        self._outputs.look(now, announced=self.story.checkpoints)
        state = current_state(self._said, life, self.story)
        training = self.story.doing is RunState.TRAINING
        self._pace.see(now, self.story.step, training=training and not self._paused())
        self._stall = self._listen(state, now) if life is not Life.BEING_STARTED else None
        folder = run_folder(self.home, self.record.id)
        worry = concern(self.record, life, self._heartbeat, now) if folder.exists() else moved(folder)
        return self._view(state, None, worry)

    def _queued_view(self) -> RunView:
        view = self._view(RunState.QUEUED, None, None)
        return msgspec.structs.replace(view, started=None, eta_s=None, waiting=waits_for(self.home, self.record))

    def _ended_view(self, now: float) -> RunView:
        ended = store.read_exit(self.home, self.record)
        last = ended.ended if ended is not None else last_sign(self.home, self.record) + _AFTERMATH
        self._console.read_new()
        self._console.close()
        self._events.read_new(last)
        self._outputs.look(now, last, self.story.checkpoints)
        if ended is not None:
            state, reason = final_state(ended, self.story, has_weights=bool(self._outputs.checkpoints))
            trouble = trouble_of(ended, self.story)
            used = memory_before_the_end(run_folder(self.home, self.record.id), ended.ended, trouble)
            view = self._view(state, f"{reason} {used}" if used and reason else reason, None, ended)
            return msgspec.structs.replace(view, trouble=trouble)
        sign = last_sign(self.home, self.record)
        ended = RunExit(returncode=None, ended=sign, stop_requested=False)
        return self._view(RunState.LOST, self._lost_reason(sign), None, ended)

    def _lost_reason(self, sign: float) -> str:
        folder = run_folder(self.home, self.record.id)
        if not folder.exists():
            return moved(folder)
        if (damaged := folder / store.EXIT).exists():
            return f"How it ended was written down, but cannot be read any more: {damaged}."
        return lost_reason(self.record, self.story, sign, original(self.home, self.record))

    def _view(self, state: RunState, reason: str | None, worry: str | None, ended: RunExit | None = None) -> RunView:
        story = self.story
        total = story.total or self.record.total_steps
        speed = self._speed()
        never_began = self.record.queued is not None and self.record.supervisor is None
        return RunView(
            id=self.record.id,
            name=self.record.name,
            state=state,
            reason=reason,
            step=story.step,
            total_steps=total,
            epoch=story.epoch,
            epochs=story.epochs,
            loss=self._events.newest("loss/current", LOSS),
            avr_loss=story.avr_loss if story.avr_loss is not None else self._events.newest("loss/average"),
            lr=self._learning_rate(),
            it_per_s=speed,
            eta_s=None
            if ended or state is RunState.STOPPING or self._paused()
            else seconds_left(story.step, total, self._overall_speed()),
            started=None if never_began else self.record.created,
            ended=ended.ended if ended is not None else None,
            exit_code=ended.returncode if ended is not None else None,
            checkpoints=self._outputs.checkpoints,
            samples=self._outputs.samples,
            warnings=self._warnings(worry, ended),
            nan_steps=self._events.nan_steps,
            silent_s=self._stall.seconds if self._stall is not None and ended is None else None,
            paused=ended is None and self._paused(),
            stop_after=self._stop_after() if ended is None else None,
        )

    def _stop_after(self) -> str | None:
        return self._said.after.value if self._said is not None and self._said.after is not None else None

    def _warnings(self, worry: str | None, ended: RunExit | None) -> tuple[str, ...]:
        """What the person is to know, the most urgent first."""
        odd = None
        if ended is None and self._paused():
            odd = "It is paused: its processes keep their memory and do nothing until they are let go on."
        elif ended is None and self._stall is not None:
            odd = self._stall.sentence
        spoiled = nan_sentence(self._events.nan_steps)
        story = (text for text in self.story.warnings if not (spoiled and text.startswith(NAN_SINCE)))
        said = (worry, odd, spoiled, *story, *self._events.damage, *self._notices.failures())
        return tuple(filter(None, said))

    def _paused(self) -> bool:
        return self._said is not None and self._said.paused

    def _listen(self, state: RunState, now: float) -> Stall | None:
        """Whether it says nothing for too long."""
        if self._paused():
            self._silence = Silence()
            return None
        try:
            console = self.console.stat()
        except OSError:
            return None
        speed = self._speed()
        return self._silence.look(
            self.record,
            state,
            size=console.st_size + len(self._events.timing("loss/current", LOSS)[0]),  # either is a sign of life
            age=now - console.st_mtime,
            step_seconds=1 / speed if speed else None,
        )

    def _speed(self) -> float | None:
        """By what was seen while following; else by the times in the TensorBoard file; else as the trainer says."""
        if self._pace.it_per_s is not None:
            return self._pace.it_per_s
        recorded = recorded_speed(*self._events.timing("loss/current", LOSS))
        return recorded if recorded is not None else self._told_speed()

    def _overall_speed(self) -> float | None:
        """The same with samples, saving and validation counted, as often as they came so far."""
        timing = self._events.timing("loss/current", LOSS)
        self._recorded.see(*timing)
        recorded = with_pauses(recorded_speed(*timing), self._recorded.pause_per_step)
        return recorded or self._pace.overall or self._told_speed()

    def _told_speed(self) -> float | None:
        """What the trainer's bar says; in the first steps it measures next to nothing."""
        return self.story.bar_speed if self.story.step >= _FIRST_STEPS else None

    def _learning_rate(self) -> float | None:
        first = next((tag for tag in self._events.tags if tag.startswith("lr/")), None)
        return self._events.newest("lr/unet", *([first] if first else []))

    def _refresh_record(self) -> None:
        """The supervisor writes its own and the trainer's mark a moment after the launch, or when it is replaced."""
        if self.record.trainer is None or not processes.alive(self.record.supervisor):
            with contextlib.suppress(SdtuiError):
                before, self.record = self.record, store.load(self.home, self.record.id)
                if self.record.created != before.created:  # it waited, and has begun now
                    self._open(self.record)

    def _is_foreign(self, pid: int, seconds: int) -> bool:
        """Whether the process that bore this number at that time (since the epoch) is known to be of another run.

        It must still live: a number is given out again, and then says nothing about a file of the one before.
        """
        if self.record.trainer is None or self.record.host != processes.host():
            return False
        found = processes.stat(pid)
        if found is None or processes.began(found) > seconds + 1:
            return False
        return pid not in processes.group_members(self.record.trainer)
