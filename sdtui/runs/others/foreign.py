"""Follows a run that sdtui did not start: a colleague's, one of kohya_ss' GUI, one of a notebook. Only reads.

There is no record and no exit status: what it does is told from its log's own words, from its process where that can
be seen, and from the times of its files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.there import changed_at, entries_of
from sdtui.machine import processes
from sdtui.runs import store
from sdtui.runs.following.curves import LOSS, EventFiles
from sdtui.runs.following.follow import Follower
from sdtui.runs.following.followable import Followable
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.following.outputs import OutputFolders
from sdtui.runs.log.console_log import ConsoleLog
from sdtui.runs.others.encoding import Utf8Copy, encoding_of
from sdtui.runs.others.end import end_of, has_final_model, is_gone
from sdtui.runs.others.places import ForeignPlaces
from sdtui.runs.others.sources import Known, Sources
from sdtui.runs.others.story import ForeignStory
from sdtui.runs.record import Checkpoint, ProcessMark, RunExit, RunRecord, RunState, RunView, SampleImage
from sdtui.runs.redact import redact_command, redact_settings

_QUIET = 3.0
"""Seconds without a new line after which the last one is taken for whole."""
_LAST = 5.0
"""Seconds by which a file may be older than the newest one and still count as written last."""


def foreign_follower(places: ForeignPlaces, *, clock: Callable[[], float] = time.time) -> Followable:
    """What follows the run whose files stand at ``places``; one that an sdtui has recorded is followed as such.

    Folders that a person named are looked at instead of those that the record names: on another machine they may
    stand elsewhere. Raises RunError where the record is damaged.
    """
    if places.log is None or not (places.log.parent / store.RECORD).is_file():
        return ForeignFollower(places, clock=clock)
    folder = places.log.parent
    record = store.read_record(folder)
    if places.output_dir is not None:
        record = msgspec.structs.replace(record, output_dir=str(places.output_dir), sample_dir=None)
    if places.logging_dir is not None:
        record = msgspec.structs.replace(record, logging_dir=str(places.logging_dir))
    return follower_of(folder.parent.parent, record)


class ForeignFollower(Follower):
    """A run known by any of its log, its logging folder and its output folder. Where there are several, the newest."""

    def __init__(self, places: ForeignPlaces, *, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives seconds since the epoch."""
        self._sources = Sources(places)
        home = self._sources.somewhere / PROJECT_FOLDER
        super().__init__(home, _record(places, Known(), self._sources.somewhere), clock=clock)
        self._copy: Utf8Copy | None = None
        self._open_log(places.log or self._console.path)
        self._known = Known()
        self._reads(Known())
        self._grew = False

    @property
    def told(self) -> ForeignStory:
        """What its log has told."""
        assert isinstance(self.story, ForeignStory)
        return self.story

    def poll(self) -> RunView:
        """What is known now. One that has ended may go on: another run may be written into the same log."""
        now = self._clock()
        self._read_log(now)
        known = self._sources.look(now, self.told)
        if known != self._known:
            self._known = known
            self._reads(known)
        self._events.read_new()
        self._outputs.look(now, announced=self.story.checkpoints)
        self._tell_without_a_bar()
        view = self._view_at(now)
        return view if known.began is not None else self._by_its_steps(view)

    def close(self) -> None:
        """Let go of what was read."""
        self._events = EventFiles(None, 0.0)
        if self._copy is not None:
            self._copy.close()

    def _open_log(self, log: Path) -> None:
        self._log = log
        encoding = encoding_of(log)
        self._copy = Utf8Copy(log, encoding) if encoding is not None else None
        self._console = ConsoleLog(self._copy.path if self._copy is not None else log, ForeignStory)

    def _read_log(self, now: float) -> None:
        if self._copy is not None:
            self._copy.read_new()
        if self._console.read_new():
            self._grew = True
        if self._grew and now - changed_at(self._log) >= _QUIET:
            self._grew = False
            self._console.settle()

    def _reads(self, known: Known) -> None:
        """Read from where the run is known to be now."""
        places = self._sources.places
        if places.log is None and known.trainer is not None and known.trainer.log not in (None, self._log):
            self._open_log(known.trainer.log or self._log)
            self._read_log(self._clock())
        self.record = _record(places, known, self._sources.somewhere)
        nowhere = self.home / "nowhere"
        output_dir = known.output_dir or nowhere
        name = known.name[0] if known.name is not None else ""
        began = known.began or 0.0
        self._outputs = OutputFolders(output_dir, output_dir / "sample", name, began)
        self._events = EventFiles(known.events[0], began) if known.events is not None else EventFiles(None, 0.0)

    def _tell_without_a_bar(self) -> None:
        """Without the bar of a log, the curve says how far it has come, or else the names of its files."""
        if self.told.stepped:
            return
        steps, _times = self._events.timing("loss/current", LOSS)
        made: tuple[Checkpoint | SampleImage, ...] = (*self._outputs.checkpoints, *self._outputs.samples)
        step = steps[-1] if len(steps) else max((one.step or 0 for one in made), default=0)
        epoch = max((one.epoch or 0 for one in made), default=0)
        if not step and not epoch:
            return
        self.story.step = step
        if self.story.header is None:
            self.story.epoch = epoch or None
        if self.story.doing is RunState.STARTING:
            self.story.doing = RunState.TRAINING

    def _view_at(self, now: float) -> RunView:
        sign = self._last_sign()
        if not sign and self._known.trainer is None:
            return self._view(RunState.STARTING, None, "Nothing of a run was found here yet.")
        final_model = has_final_model(self._outputs.checkpoints) and sign - self._newest_output() < _LAST
        seen = self._known.alive
        self._pace.see(now, self.story.step, training=self.story.doing is RunState.TRAINING)
        if not is_gone(self.told, now - sign, self._speed(), final_model=final_model, seen=seen):
            self._stall = self._listen(self.story.doing, now)
            return self._view(self.story.doing, None, None)
        self._stall = None
        state, reason, trouble = end_of(self.told, self._outputs.checkpoints, sign)
        ended = RunExit(returncode=self.told.launcher_code, ended=sign, stop_requested=False)
        return msgspec.structs.replace(self._view(state, reason, None, ended), trouble=trouble)

    def _by_its_steps(self, view: RunView) -> RunView:
        """Where no time tells which files are of an earlier run of the same name: what lies ahead of it is."""
        samples = view.samples
        if self.told.stepped:
            samples = tuple(one for one in samples if (one.step or 0) <= view.step)
        return msgspec.structs.replace(view, started=None, samples=samples)

    def _last_sign(self) -> float:
        """When any of its files was written last, in seconds since the epoch; 0 where it has none yet."""
        signs = [changed_at(self._log), self._newest_output()]
        if self._known.events is not None:
            signs += [changed_at(path) for path in map(Path, entries_of(self._known.events[0]))]
        return max(signs)

    def _newest_output(self) -> float:
        newest = [one.path for one in self._outputs.checkpoints[-1:]]
        newest += [one.path for one in self._outputs.samples[-1:]]
        return max((changed_at(Path(path)) for path in newest), default=0.0)


def _record(places: ForeignPlaces, known: Known, somewhere: Path) -> RunRecord:
    """What would stand in ``run.json``, as far as it is known."""
    trainer = known.trainer
    told = known.name[0] if known.name is not None else None
    name = told or (places.output_dir.name if places.output_dir else (places.log or somewhere).stem) or "run"
    began = known.began or (changed_at(places.log) if places.log is not None else 0.0)
    steps = known.arguments.get("max_train_steps", "")
    epochs = known.arguments.get("max_train_epochs")
    return RunRecord(
        id=f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(began))}-{name}" if began else name,
        name=name,
        profile="",
        script=trainer.script if trainer is not None else "",
        command=redact_command(trainer.command, {}) if trainer is not None else (),
        cwd=str((trainer.folder if trainer is not None else None) or somewhere),
        output_dir=str(known.output_dir or somewhere),
        logging_dir=str(known.logging_dir) if known.logging_dir is not None else None,
        created=began,
        trainer=ProcessMark(*trainer.mark) if trainer is not None else None,
        host=processes.host() if trainer is not None else "",
        total_steps=int(steps) if steps.isdecimal() and epochs is None else None,
        settings=redact_settings(known.arguments),
    )
