"""Rehearsing with sd-scripts from Train: one at a time, and what is known of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import shown
from sdtui.base.text import count, duration, plural, safe
from sdtui.base.work import Progress
from sdtui.checks.rehearsed import is_current
from sdtui.dataset.project import Project
from sdtui.runs.rehearsing.real_rehearsal import rehearse, why_not_rehearsed
from sdtui.runs.rehearsing.rehearsed import Rehearsed, last_rehearsed, log_of, when
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import Settings
from sdtui.tui.commands import key_of
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.marks import marks
from sdtui.tui.widgets.lines import Line, wrap

if TYPE_CHECKING:
    from sdtui.tui.train.state import TrainState
    from sdtui.tui.train.view import TrainView

_LANE = "rehearse"
_ROWS = 4
"""Lines of why it failed; the dialog has all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the last rehearsal of a profile."""

    rehearsed: Rehearsed
    current: bool
    """Neither settings nor dataset nor trainer have changed since."""


def standing_of(project: Project, settings: Settings, install: TrainerInstall | None) -> Standing | None:
    """What is known of the last rehearsal; None where there was none."""
    rehearsed = last_rehearsed(project.home, settings.profile.name)
    if rehearsed is None:
        return None
    return Standing(rehearsed, is_current(rehearsed, project, settings, install))


class Rehearsing:
    """The rehearsal that goes on, if one does."""

    def __init__(self, screen: TrainView) -> None:
        self._screen = screen
        self._doing: str | None = None
        """What it does now; None where none goes on."""

    @property
    def on(self) -> bool:
        return self._doing is not None

    def start(self, state: TrainState) -> None:
        """Rehearse what is set now."""
        project, settings, install, user = self._screen.shell.project, state.settings, state.install, state.user
        if project is None or self.on:
            return
        reason = why_not_rehearsed(settings, install)
        if reason is not None:
            self._screen.shell.say(f"{reason}.", "warning")
            return
        self._tell("preparing")
        self._screen.shell.bridge.work(
            self._screen,
            _LANE,
            lambda cancelled: rehearse(project, settings, install, user=user, cancelled=cancelled),
            self._ended,
            self._progressed,
            self._failed,
        )

    def stop(self) -> None:
        """Give it up."""
        self._screen.shell.bridge.cancel(self._screen, _LANE)
        self._tell(None)

    def lines(self, state: TrainState, width: int) -> list[Line]:
        """How it stands, in lines of ``width`` cells; none where there is nothing to rehearse."""
        standing = state.outcome.rehearsed
        if state.settings.profile.rehearsal or (state.outcome.prepared is None and not self.on):
            return []
        heading: Line = [("REHEARSAL", "dim")]
        if self._doing is not None:
            return [heading, [(f"· {safe(self._doing)}", "accent"), (f"   {key_of(_COMMAND)} ends it", "dim")]]
        if standing is None:
            return [heading, *wrap(f"{key_of(_COMMAND)} tries it with sd-scripts on a tiny model", width, "dim")]
        return [heading, *_known(standing, width)]

    def _tell(self, doing: str | None) -> None:
        if doing != self._doing:
            self._doing = doing
            self._screen.show_rehearsal()
            self._screen.refresh_bindings()

    def _progressed(self, progress: Progress) -> None:
        self._tell(f"step {progress.done} of {progress.total}" if progress.total else progress.what)

    def _ended(self, rehearsed: Rehearsed) -> None:
        self._tell(None)
        self._look_again()
        home = self._screen.state.home if self._screen.state is not None else Path()
        if rehearsed.passed:
            self._screen.shell.say(f"Rehearsed: {rehearsed.script} took everything.")
        elif self._screen.is_current:
            _explain(self._screen, rehearsed, log_of(home, rehearsed.profile))
        else:
            self._screen.shell.say(f"The rehearsal failed. {rehearsed.sentence}", "warning")

    def _failed(self, error: SdtuiError) -> None:
        self._tell(None)
        self._screen.shell.explain(error)

    def _look_again(self) -> None:
        if self._screen.state is not None:
            self._screen.state.prepare_soon()
        if self._screen.shell.workspace is not None:
            self._screen.shell.workspace.checking.soon()


_COMMAND = "train.rehearse_for_real"


def _known(standing: Standing, width: int) -> list[Line]:
    rehearsed = standing.rehearsed
    at = when(rehearsed)
    if not standing.current:
        ended = "passed" if rehearsed.passed else "failed"
        return [*wrap(f"· {ended} {at}; something was changed since", width, "dim", indent=2)]
    if rehearsed.passed:
        took = f"{plural(rehearsed.steps, 'step')} in {duration(rehearsed.seconds)}"
        read = f"read: all captions, {count(rehearsed.images_read)} of {plural(rehearsed.images, 'image')}"
        return [[(f"{marks().reviewed} passed {at}", "good")], [(f"  {took}", "dim")], [(f"  {read}", "dim")]]
    role = "bad" if rehearsed.set_up else "warn"
    said = wrap(safe(rehearsed.sentence or ""), width - 2, role)[:_ROWS]
    return [[(f"{marks().stop} failed {at}", role)], *([("  ", role), *line] for line in said)]


def _explain(screen: TrainView, rehearsed: Rehearsed, log: Path) -> None:
    """Why it failed, and where all of it stands."""
    title = "The rehearsal failed" if rehearsed.set_up else "The rehearsal itself failed, not the run"
    meant = f"{rehearsed.script} itself stopped at it, and would have done so in training."
    sentences = (
        rehearsed.sentence or "",
        meant if rehearsed.set_up else "",
        f"All that it said stands in {shown(log)}.",
    )
    text = "\n\n".join(sentence for sentence in sentences if sentence)
    screen.app.push_screen(Ask(title, text, (Answer("esc", "close", ""),)))
