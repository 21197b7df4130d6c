"""One undo for the person: takes back what was done last, a change of files or a marking, also of an earlier day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import InUseError, SdtuiError, UsageError, WriteError
from sdtui.base.text import plural
from sdtui.dataset.marks import Marking
from sdtui.dataset.project import Project
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Applied, Undone
from sdtui.runs.live import held_paths
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.marking import SharedMarks
from sdtui.tui.plan.left import LeftScreen

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_PATIENCE = 1.0
"""Seconds after which it is said that it takes a while."""

_GO_ON = (Answer("y", "go on with the rest", "go on"), Answer("esc", "leave it as it is", ""))


class _Kind(Enum):
    FILES = "files"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class Turned:
    """What was taken back, or made again."""

    sentence: str
    whole: bool
    """False where some of it had to be left as it is; the sentence says so."""
    images: tuple[Path, ...]
    """Images whose marks are others now."""
    files: tuple[Path, ...]
    """Files that were changed."""
    left: tuple[tuple[Path, str], ...] = ()
    """Files that were left as they are, each with the reason."""


class Undoes:
    """Mix into a screen: undo and redo, what was done is said, and ``turned`` hears of it."""

    if TYPE_CHECKING:

        @property
        def shell(self) -> SdtuiApp:
            """The app."""

    def turned(self, turned: Turned) -> None:
        """Bring the screen up to date."""

    def action_undo(self) -> None:
        if self.shell.workspace is not None:
            self.shell.workspace.undoing.undo(self._was_turned)

    def action_redo(self) -> None:
        if self.shell.workspace is not None:
            self.shell.workspace.undoing.redo(self._was_turned)

    def _was_turned(self, turned: Turned) -> None:
        self.shell.say(turned.sentence, "information" if turned.whole else "warning")
        self.turned(turned)


class Undoing:
    """Undo and redo of the open project, in the order in which things were done."""

    def __init__(self, app: SdtuiApp, marks: SharedMarks) -> None:
        self._app = app
        self._marks = marks
        self._undone: list[_Kind] = []
        """What was undone since the project was opened, the last one last."""

    def undo(self, undone: Callable[[Turned], None]) -> None:
        """Take back the newest change or marking."""
        self._write(self._undo, undone)

    def redo(self, redone: Callable[[Turned], None]) -> None:
        """Make again what was undone last."""
        self._write(self._redo, redone)

    def _write(
        self, turn: Callable[[Project, bool], Turned], then: Callable[[Turned], None], *, keep_going: bool = False
    ) -> None:
        project = self._app.project
        if project is None:
            return

        patience = self._app.set_timer(_PATIENCE, lambda: self._app.say("Many files change; this takes a while."))

        def done(turned: Turned) -> None:
            patience.stop()
            if turned.files and self._app.workspace is not None:
                self._app.workspace.look_again(None)
            then(turned)
            if len(turned.left) > 1:  # the notice names one
                self._app.push_screen(LeftScreen("Done in part", _counted(turned), turned.left))

        def failed(error: SdtuiError) -> None:
            patience.stop()
            if isinstance(error, WriteError) and not isinstance(error, InUseError) and not keep_going:
                self._app.push_screen(Ask("That could not be done", error.sentence(), _GO_ON), answered)
            else:
                self._app.explain(error)

        def answered(answer: str | None) -> None:
            if answer:
                self._write(turn, then, keep_going=True)

        self._app.bridge.write(self._app, lambda: turn(project, keep_going), done, failed)

    # In the thread that writes ------------------------------------------------------------------------------------

    def _undo(self, project: Project, keep_going: bool) -> Turned:
        journal = Journal(project.home)
        marked = self._marks.newest_time(project)
        changed, _ = journal.upcoming()
        if marked is not None and (changed is None or marked > changed.created):
            marking = self._marks.undo(project)
            self._undone.append(_Kind.MARKS)
            return _of_marking("Undone, now", marking)
        undone = journal.undo(None, held_paths(project.home), keep_going=keep_going)
        self._undone.append(_Kind.FILES)
        return _of_undone(undone)

    def _redo(self, project: Project, keep_going: bool) -> Turned:
        journal = Journal(project.home)
        _, changed = journal.upcoming()
        times = {
            _Kind.MARKS: self._marks.newest_undone_time(project),
            _Kind.FILES: changed.created if changed is not None else None,
        }
        kind = self._undone_last(times)
        if kind is _Kind.MARKS:
            return _of_marking("Done again, now", self._marks.redo(project))
        try:
            return _of_applied(journal.redo(None, held_paths(project.home), keep_going=keep_going))
        except SdtuiError:
            self._undone += [kind] if kind is not None else []
            raise

    def _undone_last(self, times: dict[_Kind, float | None]) -> _Kind | None:
        """Which of the two is to be redone; ``times`` say when what can be was done first.

        Of an earlier day only that is known, and undoing goes from the newest to the oldest.
        """
        while self._undone:
            kind = self._undone.pop()
            if times[kind] is not None:
                return kind
        known = {kind: time for kind, time in times.items() if time is not None}
        return min(known, key=lambda kind: known[kind]) if known else None


def _of_marking(what: str, marking: Marking | None) -> Turned:
    if marking is None:
        raise UsageError("Somebody else has taken that marking back meanwhile", remedy="Try again.")
    return Turned(f"{what} {marking.title}.", True, marking.images, ())


def _of_undone(undone: Undone) -> Turned:
    return _of_files("Undone", undone.title, undone.restored, undone.refused)


def _of_applied(applied: Applied) -> Turned:
    return _of_files("Done again", applied.title, applied.changed, applied.left)


def _of_files(what: str, title: str, files: tuple[Path, ...], left: tuple[tuple[Path, str], ...]) -> Turned:
    if not left:
        return Turned(f"{what}: {title}.", True, (), files)
    path, why = left[0]
    more = len(left) - 1
    others = f" {plural(more, 'other file was', 'other files were')} left too." if more else ""
    return Turned(f"{what} in part: {title}. {path.name} was left: {why}{others}", False, (), files, left)


def _counted(turned: Turned) -> str:
    changed = plural(len(turned.files), "file was", "files were")
    return f"{changed} changed, and {plural(len(turned.left), 'file was', 'files were')} left."
