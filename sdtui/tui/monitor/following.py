"""One run, followed: its view, its curves, its log's end, and the machine beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdtui.machine.gpu import Gpu
from sdtui.runs.again.remedies import Remedy, remedies_of
from sdtui.runs.again.states import states_of_run
from sdtui.runs.following.disk import WORTH_TELLING
from sdtui.runs.following.followable import Followable
from sdtui.runs.following.lineage import follower_of
from sdtui.runs.following.watch import RunWatcher
from sdtui.runs.log.log_bytes import log_at
from sdtui.runs.record import RunRecord, RunState, RunView
from sdtui.runs.supervising.notices import News, Notice
from sdtui.runs.supervising.stop_cost import StopOutlook, stop_outlook
from sdtui.tui.monitor.chart_state import steps_per_epoch
from sdtui.tui.monitor.machine_lines import seconds_left
from sdtui.tui.monitor.machine_side import Machine, MachineSide
from sdtui.tui.monitor.prompts import PromptWords, prompts_of, prompts_told
from sdtui.tui.monitor.scalars import ScalarBook, Scalars

ALL_LINES = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """The run that is shown, at one moment."""

    record: RunRecord
    view: RunView
    scalars: Scalars
    log: tuple[str, ...]
    """Its end."""
    console: Path
    """Where the whole log stands."""
    prompts: tuple[PromptWords, ...]
    machine: Machine
    now: float
    stopping: StopOutlook | None = None
    """What stopping it would cost, and how far that is; None once it has ended."""
    remedies: tuple[Remedy, ...] = ()
    """What can be changed so that a run that failed goes through."""
    resumable: bool = False
    """Whether a run of the project that has ended left a state to go on from."""
    news: tuple[Notice, ...] = ()
    """What happened since the last look that a person who looks elsewhere should hear."""

    @property
    def drawn(self) -> bool:
        """Whether it came as far as a curve or a sample."""
        return bool(len(self.scalars.loss) or self.view.samples)


class Following:
    """Follows one run. ``news`` is called from another thread when its files change."""

    def __init__(
        self, home: Path, record: RunRecord, news: Callable[[], None], follower: Followable | None = None
    ) -> None:
        """``follower``: what follows the run, where it is none of the project in ``home``."""
        self.record = record
        self._follower = follower if follower is not None else follower_of(home, record)
        self._log: tuple[tuple[int, int], tuple[str, ...]] = ((-1, 0), ())
        self._book = ScalarBook()
        self._home = home
        self._machine = MachineSide(home, record)
        self._remedies: tuple[Remedy, ...] | None = None
        self._resumable: bool | None = None if follower is None else False
        self._news: News | None = None
        self._prompts = prompts_of(record)
        self._told: tuple[PromptWords, ...] = ()
        self._watcher: RunWatcher | None = RunWatcher(home, record, news)
        self._watcher.start()

    def look(self, now: float, gpus: Callable[[], tuple[Gpu, ...]], log_lines: int) -> Followed:
        """The run as it is now. Raises RunError and UnreadableError."""
        view = self._follower.poll()
        if view.state.ended:
            self._stop_watching()
        if self._follower.record is not self.record:
            self.record = self._follower.record
            self._prompts = prompts_of(self.record)
        machine = self._machine.look(self.record, view, now, gpus)
        return Followed(
            record=self.record,
            view=view,
            scalars=self._book.look(self._follower.curves(), steps_per_epoch(view)),
            # The place of an error may stand far above the end: what was killed with it goes on talking.
            log=self._last_lines(ALL_LINES if view.state is RunState.FAILED else log_lines),
            console=self._follower.console,
            prompts=self._asked_for(view),
            machine=machine,
            now=now,
            stopping=None if view.state.ended else stop_outlook(self._follower, view, now),
            remedies=self._what_helps(view),
            resumable=self._has_state(view),
            news=self._heard(view, seconds_left(machine, view, now)),
        )

    def _last_lines(self, lines: int) -> tuple[str, ...]:
        """The log's end; read again only when the log has grown."""
        try:
            stamp = log_at(self._follower.console).stat().st_size, lines
        except OSError:
            stamp = 0, lines
        if stamp != self._log[0]:
            self._log = stamp, self._follower.log_lines(lines)
        return self._log[1]

    def _heard(self, view: RunView, disk_left: float | None) -> tuple[Notice, ...]:
        """What is new; nothing at the first look, which shows it all."""
        first, self._news = self._news is None, self._news or News()
        news = self._news.see(view, disk_left if disk_left is not None and disk_left < WORTH_TELLING else None)
        return () if first else news

    def _what_helps(self, view: RunView) -> tuple[Remedy, ...]:
        """Looked for once: nothing of it changes after the end."""
        if self._remedies is None and view.state.ended:
            self._remedies = remedies_of(self._home, self.record, view)
        return self._remedies or ()

    def _asked_for(self, view: RunView) -> tuple[PromptWords, ...]:
        """What is in the prompt file; where none is known, what the log says, unless it is about fewer prompts."""
        if not self._prompts and view.samples:
            told = prompts_told(self._log[1])
            if len(told) > max(one.prompt_index for one in view.samples):
                self._told = told
        return self._prompts or self._told

    def _has_state(self, view: RunView) -> bool:
        """Looked for once: after the end none is written any more."""
        if self._resumable is None and view.state.ended:
            self._resumable = any(point.state.problem is None for point in states_of_run(self._home, self.record))
        return bool(self._resumable)

    def close(self) -> None:
        """Stop watching and let go of its files."""
        self._stop_watching()
        self._follower.close()

    def _stop_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None
