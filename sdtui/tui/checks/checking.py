"""The checks of the open project, made anew in the background whenever something has changed and the keys rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from sdtui.base.errors import SdtuiError, UnreadableError
from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.settings import load_settings
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.checks.about import images_about
from sdtui.checks.finding import Severity
from sdtui.checks.preflight import Report, preflight, refused
from sdtui.dataset.project import Project
from sdtui.runs.setup.remembered import FILE, recall, settings_of
from sdtui.trainer.location import TrainerInstall, best_of, find_trainers
from sdtui.trainer.profiles import Settings
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

REST = 1.0
"""Seconds without a change and without a key after which the checks begin."""
_TYPING = 0.4
"""Seconds after a key in which they wait where they are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What run the checks are about."""

    settings: Settings | None = None
    """None: nothing was set up yet, so that only the dataset is looked at."""
    install: TrainerInstall | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks have found."""

    project: Project | None
    """As it stood when it was looked at; without subsets where its config is refused; None with ``trouble``."""
    asked: Asked
    report: Report
    images: Mapping[Path, frozenset[str]]
    """Codes by the images that the findings are about."""
    shown: frozenset[str]
    """The codes of findings that are about images."""
    at: float
    """When they ended, in seconds since 1970."""
    trouble: str = ""
    """Why they could not be made, a sentence; empty where they were."""

    @property
    def badge(self) -> str:
        """``●4``: what needs care; empty where nothing does."""
        care = self.report.count(Severity.ERROR) + self.report.count(Severity.WARNING)
        return f"{marks().selected}{care}" if care else ""


class Checking:
    """Keeps ``app.checked`` true; ``app.checking`` says how far new checks are, None where none go on."""

    def __init__(self, app: SdtuiApp, path: Path) -> None:
        self._app = app
        self._path = path
        self._home = (path if path.is_dir() else path.parent) / PROJECT_FOLDER
        self._asked: Asked | None = None
        """None until Train has said what would be run: then it is what was set there the last time."""
        self._timer: Timer | None = None
        self._pause = threading.Event()

    def ask(self, settings: Settings, install: TrainerInstall | None) -> None:
        """Check for this run from now on."""
        asked = Asked(settings, install)
        if asked != self._asked:
            self._asked = asked
            self.soon()

    def knows(self, settings: Settings) -> bool:
        """Whether what was found is about the project as it stands, and a run with ``settings``."""
        checked, waiting = self._app.checked, self._timer is not None or self._app.checking is not None
        return checked is not None and not waiting and not checked.trouble and checked.asked.settings == settings

    def soon(self) -> None:
        """Check when everything rests."""
        if self._timer is None:
            self._timer = self._app.set_timer(REST, self._rested)
        else:
            self._timer.reset()

    def close(self) -> None:
        """Stop."""
        self._forget_timer()
        self._app.bridge.cancel(self._app, "checks")
        self._app.checking = None
        self._app.checked = None

    def _rested(self) -> None:
        self._timer = None
        if self._app.typed_ahead.since_key() < REST:
            self.soon()
        else:
            self.now()

    def now(self) -> None:
        """Check at once."""
        self._forget_timer()
        project, asked = self._app.project, self._asked
        if self._app.scanning is not None or (project is None and not self._path.is_file()):
            return
        self._app.checking = Progress(0, None, "images")
        self._app.bridge.work(
            self._app,
            "checks",
            lambda cancelled: self._resting(self._look(project, asked, cancelled), cancelled),
            self._found,
            self._progressed,
            self._failed,
        )

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    # In the thread ------------------------------------------------------------------------------------------------

    def _look(self, project: Project | None, asked: Asked | None, cancelled: Cancelled) -> Work[Checked]:
        asked = asked or self._remembered()
        if not self._path.exists():
            remedy = f"Bring it back and press {key_of('checks.again')}, or open another with {key_of('app.open')}."
            raise UnreadableError("The dataset is not there any more", path=self._path, remedy=remedy)
        if project is None:
            # A config that the trainer refuses is no project; why it does is to be seen all the same.
            project, report = refused(self._path, asked.settings)
        else:
            report = yield from preflight(project, asked.settings, asked.install, cancelled=cancelled)
        images = images_about(project, report.findings)
        shown = frozenset(code for codes in images.values() for code in codes)
        return Checked(project, asked, report, images, shown, time.time())

    def _remembered(self) -> Asked:
        """What was set in Train the last time."""
        if not (self._home / FILE).is_file():
            return Asked()
        remembered, _problem = recall(self._home)
        install = best_of(find_trainers(load_settings().settings, near=self._home.parent))
        return Asked(settings_of(remembered, remembered.profile), install)

    def _resting(self, work: Work[Checked], cancelled: Cancelled) -> Work[Checked]:
        """``work``, which waits while somebody types."""
        while True:
            while self._app.typed_ahead.since_key() < _TYPING and not cancelled():
                self._pause.wait(_TYPING / 4)
            try:
                progress = next(work)
            except StopIteration as end:
                checked: Checked = end.value
                return checked
            yield progress

    # Back on the screen -------------------------------------------------------------------------------------------

    def _progressed(self, progress: Progress) -> None:
        self._app.checking = progress

    def _found(self, checked: Checked) -> None:
        self._app.checking = None
        self._asked = self._asked or checked.asked
        self._app.checked = checked
        self._app.mark_mode("checks", checked.badge)

    def _failed(self, error: SdtuiError) -> None:
        self._app.checking = None
        self._app.checked = Checked(None, Asked(), Report(), {}, frozenset(), time.time(), error.sentence())
        self._app.mark_mode("checks", "")
