"""The open project as it stands on disk: scanned, watched, and changed only through its journal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from sdtui.base.errors import SdtuiError, WriteError
from sdtui.base.work import Cancelled, Progress, WorkCancelled, never_cancelled
from sdtui.dataset.project import Project, ProjectKind
from sdtui.dataset.scan import SubsetScanned, refresh, scan
from sdtui.dataset.watch import Watcher
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Applied, Undone
from sdtui.plans.plan import Copy, Move, Plan
from sdtui.runs.live import held_paths
from sdtui.tui.checks.checking import Checking
from sdtui.tui.complete.vocabulary import SharedVocabulary
from sdtui.tui.marking import SharedMarks
from sdtui.tui.project_state import StateKeeper
from sdtui.tui.undoing import Undoing

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_SETTLE = 0.15
"""Seconds to wait for further outside changes before looking at them together."""

_KEEP_AFTER = 2.0
"""Seconds after which the cursor and unsaved text are on disk."""


class Workspace:
    """What the app knows of one project. ``app.project`` and ``app.scanning`` are set from here alone."""

    def __init__(self, app: SdtuiApp, path: Path) -> None:
        self._app = app
        self.path = path
        self.keeper = StateKeeper(path, self._keep_soon)
        self.marks = SharedMarks()
        self.undoing = Undoing(app, self.marks)
        self.vocabulary = SharedVocabulary(app)
        self.checking = Checking(app, path)
        self._keeping: Timer | None = None
        self._watcher: Watcher | None = None
        self._changed: set[Path] | None = set()
        self._settling: Timer | None = None
        self._refreshing = False
        self.last_changed: frozenset[Path] | None = frozenset()
        """What the newest look at the disk was about; None where it was about everything."""

    def open(self) -> None:
        """Begin to scan; rows arrive while it goes on."""
        self._app.scanning = Progress(0, None, "images")
        self._app.bridge.work(
            self._app,
            "scan",
            lambda cancelled: scan(self.path, cancelled=cancelled),
            self._scanned,
            self._progress,
            self._unreadable,
        )

    def close(self) -> None:
        """Stop watching; what the person would miss is on disk after it."""
        self.keeper.write()
        self._app.bridge.cancel(self._app, "scan")
        self._app.bridge.cancel(self._app, "refresh")
        self.checking.close()
        if self._watcher is not None:
            threading.Thread(target=self._watcher.stop, name="sdtui unwatch", daemon=True).start()
            self._watcher = None

    def _keep_soon(self) -> None:
        if self._keeping is None:
            self._keeping = self._app.set_timer(_KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._keeping = None
        self.keeper.write()

    # Scanning -----------------------------------------------------------------------------------------------------

    def _progress(self, progress: Progress) -> None:
        self._app.scanning = progress
        if isinstance(progress, SubsetScanned):
            before = self._app.project
            known = before.subsets if before is not None else ()
            self._app.project = Project(
                root=self.path if self.path.is_dir() else self.path.parent,
                kind=ProjectKind.SUBSETS,
                caption_extension=progress.subset.caption_extension,
                subsets=(*known, progress.subset),
            )

    def _scanned(self, project: Project) -> None:
        self._app.scanning = None
        self._app.project = project
        self._app.project_opened(project)
        self.checking.soon()
        self._watch(project)

    def _unreadable(self, error: SdtuiError) -> None:
        self._app.scanning = None
        self._app.could_not_open(error)
        self.checking.now()

    # Outside changes ----------------------------------------------------------------------------------------------

    def _watch(self, project: Project) -> None:
        watching = self._watcher
        if watching is not None:
            self._app.bridge.call(self._app, "watch", lambda: watching.update(project), lambda _none: None)
            return
        watcher = self._watcher = Watcher(project, self._heard)

        def started(_none: None) -> None:
            if watcher.why_polling is not None:
                self._app.say(watcher.why_polling)

        self._app.bridge.call(self._app, "watch", watcher.start, started)

    def _heard(self, paths: frozenset[Path] | None) -> None:
        """Called in the watcher's thread."""
        self._app.bridge.deliver(self._app, self.look_again, paths)

    def look_again(self, paths: frozenset[Path] | None) -> None:
        """Something may have changed at ``paths``, or anywhere."""
        if paths is None:
            self._changed = None
        elif self._changed is not None:
            self._changed |= paths
        if self._settling is None:
            self._settling = self._app.set_timer(_SETTLE, self._refresh)

    def _refresh(self) -> None:
        self._settling = None
        project = self._app.project
        if self._refreshing or project is None or self._app.scanning is not None:
            return
        changed = None if self._changed is None else frozenset(self._changed)
        self._changed = set()
        if changed is not None and not changed:
            return
        self._refreshing = True
        self._app.bridge.call(
            self._app,
            "refresh",
            lambda: refresh(project, changed),
            lambda found: self._refreshed(found, changed),
            self._lost,
        )

    def _refreshed(self, project: Project, changed: frozenset[Path] | None) -> None:
        self._refreshing = False
        self.last_changed = changed
        before, self._app.project = self._app.project, project
        self.checking.soon()
        if before is None or [s.image_dir for s in before.subsets] != [s.image_dir for s in project.subsets]:
            self._watch(project)
        if self._changed is None or self._changed:
            self.look_again(frozenset())

    def _lost(self, error: SdtuiError) -> None:
        self._refreshing = False
        self._app.explain(error)

    # Changing -----------------------------------------------------------------------------------------------------

    def apply(
        self,
        make: Callable[[], Plan],
        applied: Callable[[Applied | None], None],
        failed: Callable[[SdtuiError], None] | None = None,
        *,
        keep_going: bool = False,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Cancelled = never_cancelled,
    ) -> None:
        """Make a Plan and apply it, after every write before it. ``applied(None)`` where there was nothing to do.

        With ``keep_going`` a file that cannot be written is left (``Applied.left``), and the rest is done. Once
        ``cancelled()``, all is taken back, and ``failed`` hears so.
        """
        checked = self._app.checked
        project = self._app.project or (checked.project if checked is not None else None)
        if project is None:
            return

        def run() -> tuple[Applied | None, frozenset[Path]]:
            plan = make()
            if plan.empty:
                return None, frozenset()
            try:
                done = Journal(project.home).apply(
                    plan,
                    held_paths(project.home),
                    keep_going=keep_going,
                    progress=self._told(progress),
                    cancelled=cancelled,
                )
            except WorkCancelled:
                raise WriteError("It was stopped, and everything is as it was before") from None
            for warning in plan.warnings:
                self._app.bridge.deliver(self._app, self._app.say, warning, "warning")
            return done, touched(plan)

        def done(result: tuple[Applied | None, frozenset[Path]]) -> None:
            if result[1]:
                self.look_again(result[1])
            applied(result[0])

        self._app.bridge.write(self._app, run, done, failed)

    def _told(self, progress: Callable[[Progress], None] | None) -> Callable[[int, int], None] | None:
        """What the thread that writes may call, so that ``progress`` hears of it on the screen."""
        if progress is None:
            return None

        def tell(done: int, total: int) -> None:
            self._app.bridge.deliver(self._app, progress, Progress(done, total, "changes"))

        return tell

    def undo(self, undone: Callable[[Undone], None]) -> None:
        """Take back the newest change of the journal."""
        project = self._app.project
        if project is None:
            return

        def done(result: Undone) -> None:
            self.look_again(None)
            undone(result)

        self._app.bridge.write(
            self._app, lambda: Journal(project.home).undo(None, held_paths(project.home)), done, None
        )

    def redo(self, redone: Callable[[Applied], None]) -> None:
        """Make the change again that was undone last."""
        project = self._app.project
        if project is None:
            return

        def done(result: Applied) -> None:
            self.look_again(None)
            redone(result)

        self._app.bridge.write(
            self._app, lambda: Journal(project.home).redo(None, held_paths(project.home)), done, None
        )


def touched(plan: Plan) -> frozenset[Path]:
    """Every path that a Plan changes."""
    paths: set[Path] = set()
    for change in plan.changes:
        paths |= {change.source, change.target} if isinstance(change, (Move, Copy)) else {change.path}
    return frozenset(paths)
