"""Going on with a run from a state, and starting one again with changes, from Monitor."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sdtui.base.errors import SdtuiError
from sdtui.base.settings import load_settings
from sdtui.base.text import count, file_size, safe
from sdtui.dataset.project import Project
from sdtui.runs.again.relaunch import settings_again, source_of_run
from sdtui.runs.again.resume import Resumed, newest_state, resume, settings_to_resume
from sdtui.runs.again.states import StatePoint, states_of_run
from sdtui.runs.queueing import queue
from sdtui.runs.record import RunRecord
from sdtui.runs.setup.request import Prepared
from sdtui.trainer.profiles import Settings
from sdtui.tui.commands import key_of
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.theme import inks
from sdtui.tui.train.start import start

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen

_NOT_YET = Answer("esc", "not yet", "")
_CHANGE = Answer("c", "change settings first", "change")


def start_again(screen: ModeScreen, home: Path, record: RunRecord) -> None:
    """Show Train with the run's settings, to be changed and started there."""

    def made(found: tuple[Settings, tuple[str, ...]]) -> None:
        settings, notes = found
        _to_train(screen, settings, (f"These are the settings of {safe(record.name)}.", *notes))

    screen.shell.bridge.call(screen, "relaunch", lambda: settings_again(home, record, {}), made, screen.shell.explain)


def ask_to_resume(screen: ModeScreen, home: Path, record: RunRecord, started: Callable[[RunRecord], None]) -> None:
    """List the states of a run, say what going on from one means, and do it when the person agrees."""

    def look() -> tuple[StatePoint, ...]:
        points = states_of_run(home, record)
        if not any(point.state.problem is None for point in points):
            newest_state(home, record)  # raises the sentence
        return points

    def listed(points: tuple[StatePoint, ...]) -> None:
        def picked(index: int | None) -> None:
            if index is not None:
                _Resuming(screen, home, record, points[index], started).prepare()

        title = f"Go on with {safe(record.name)} from which state?"
        screen.app.push_screen(Finder(title, [_candidate(point) for point in points]), picked)

    screen.shell.bridge.call(screen, "relaunch", look, listed, screen.shell.explain)


class _Resuming:
    """One state that was chosen."""

    def __init__(
        self,
        screen: ModeScreen,
        home: Path,
        record: RunRecord,
        point: StatePoint,
        started: Callable[[RunRecord], None],
    ) -> None:
        self._screen = screen
        self._home = home
        self._record = record
        self._point = point
        self._started = started
        self._project = _open_project(screen, home, record)

    def prepare(self) -> None:
        """Work out what it would be; the dataset may have to be read for it."""
        self._screen.shell.say("Working out how it would go on.")
        self._screen.shell.bridge.call(self._screen, "relaunch", self._resume, self._ask, self._refused)

    def _resume(self) -> Resumed:
        user = load_settings().settings
        return resume(self._home, self._record, self._point.path, project=self._project, user=user)

    def _make(self) -> Prepared:
        return self._resume().prepared

    def _ask(self, found: Resumed) -> None:
        answers = (Answer("enter", "go on", "start"), Answer("q", "queue it", "queue"), _CHANGE, _NOT_YET)
        title = f"Go on from step {count(found.point.step)}?"

        def answered(answer: str | None) -> None:
            if answer == "start":
                start(self._screen, self._home, self._make, self._started, self._screen.shell.explain)
            elif answer == "queue":
                self._screen.shell.bridge.call(self._screen, "queue it", self._queue, self._queued)
            elif answer == "change":
                self._change(found.settings)

        self._screen.app.push_screen(Ask(title, _told(found, self._screen.app.theme), answers), answered)

    def _refused(self, error: SdtuiError) -> None:
        def answered(answer: str | None) -> None:
            if answer == "change":
                self._change(settings_to_resume(self._home, self._record, self._point, {}))

        self._screen.app.push_screen(Ask("It cannot go on like this", error.sentence(), (_CHANGE, _NOT_YET)), answered)

    def _change(self, settings: Settings) -> None:
        _to_train(self._screen, settings, (f"These settings go on with {safe(self._record.name)}.",))

    def _queue(self) -> RunRecord:
        return queue.put(self._home, self._make().request)

    def _queued(self, record: RunRecord) -> None:
        self._screen.shell.say(f"{safe(record.name)} waits in the queue. {key_of('monitor.queue')} shows it.")


def _open_project(screen: ModeScreen, home: Path, record: RunRecord) -> Project | None:
    """The project that is open, where the run trained on it; None: it is to be read."""
    project, source = screen.shell.project, source_of_run(home, record)
    return project if project is not None and source in (project.toml or project.root,) else None


def _candidate(point: StatePoint) -> Candidate:
    saved = time.strftime("%Y-%m-%d %H:%M", time.localtime(point.state.saved))
    beside = point.state.problem or f"{file_size(point.state.size)}  {saved}"
    return Candidate(f"step {count(point.step):>9}  epoch {point.epoch:>3}  {safe(point.path.name)}", beside)


def _told(found: Resumed, theme: str) -> Text:
    ink = inks(theme)
    text = Text("\n\n".join(safe(note) for note in found.prepared.notes), ink.text)
    text.append(f"\n\nIt is called {safe(found.prepared.request.name)}; nothing of the earlier part is overwritten.")
    if not found.changes:
        text.append("\n\nNothing was changed since: neither settings nor dataset.", ink.dim)
        return text
    text.append("\n\nChanged since the earlier part was started:", ink.text)
    for change in found.changes:
        text.append(f"\n  {safe(change.sentence)}", ink.warn)
    return text


def _to_train(screen: ModeScreen, settings: Settings, sentences: Sequence[str]) -> None:
    from sdtui.tui.train.screen import TrainScreen

    screen.shell.action_mode("train")
    if isinstance(screen.shell.screen, TrainScreen):
        screen.shell.screen.take(settings, " ".join(sentences))
