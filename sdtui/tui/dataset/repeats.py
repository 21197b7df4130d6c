"""Repeats asked for with ``+``, ``-`` or a number: shown at once, written when the keys rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.timer import Timer

from sdtui.base.errors import SdtuiError
from sdtui.base.text import plural
from sdtui.dataset.project import Project, Subset
from sdtui.edits.repeats import repeats_plan
from sdtui.plans.outcome import Applied
from sdtui.tui.dataset.places import successor
from sdtui.tui.dialogs import AskText

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

REST = 0.6
"""Seconds without a further key after which the repeats are written: one rename for many presses."""
MOST = 100_000


class Repeats:
    """What was asked for and does not stand on disk yet."""

    def __init__(self, app: SdtuiApp, changed: Callable[[], None]) -> None:
        """``changed`` is called when ``wanted`` is other than before."""
        self._app = app
        self._changed = changed
        self._timer: Timer | None = None
        self._writing: dict[str, int] = {}
        self._asked: dict[str, int] = {}

    @property
    def wanted(self) -> Mapping[str, int]:
        """Repeats by subset name, on their way to the disk."""
        return {**self._writing, **self._asked}

    def add(self, subset: Subset, more: int) -> None:
        """Ask for ``more`` repeats than now, never fewer than one."""
        self.set(subset, self.wanted.get(subset.name, subset.num_repeats) + more)

    def set(self, subset: Subset, repeats: int) -> None:
        """Ask for ``repeats`` of ``subset``."""
        repeats = max(1, min(MOST, repeats))
        if repeats == subset.num_repeats and subset.name not in self._writing:
            self._asked.pop(subset.name, None)
        else:
            self._asked[subset.name] = repeats
        self._changed()
        if self._timer is None:
            self._timer = self._app.set_timer(REST, self.write)
        else:
            self._timer.reset()

    def ask(self, subset: Subset) -> None:
        """Ask the person for a number."""

        def answered(text: str | None) -> None:
            if text is None:
                return
            number = text.strip()
            if number.isascii() and number.isdigit() and int(number) > 0:
                self.set(subset, int(number))
                self.write()
            else:
                self._app.say(f"“{text}” is no number of repeats: a whole number from 1 on is.", "warning")

        now = self.wanted.get(subset.name, subset.num_repeats)
        sentence = f"{plural(subset.img_count, 'image')}, each as often an epoch as you say."
        self._app.push_screen(AskText(f"Repeats of {subset.name}", sentence, str(now)), answered)

    def write(self) -> None:
        """Write what was asked for, now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        project, workspace = self._app.project, self._app.workspace
        if not self._asked or self._writing or project is None or workspace is None:
            return
        self._writing, self._asked = self._asked, {}
        asked = dict(self._writing)
        workspace.apply(lambda: repeats_plan(project, asked), self._applied, self._failed)

    def _applied(self, applied: Applied | None) -> None:
        if applied is None:
            self._settled()

    def project_changed(self, before: Project | None, project: Project) -> None:
        """The disk was read again: what was being written stands there, or never will.

        What was asked for meanwhile is meant for the folders under their new names.
        """
        if before is not None:
            asked, self._asked = self._asked, {}
            for name, repeats in asked.items():
                subset = before.subset(name)
                if subset is not None and project.subsets:
                    self._asked[project.subsets[successor(before, subset, 0, project)].name] = repeats
        if self._writing:
            self._settled()

    def _failed(self, error: SdtuiError) -> None:
        self._asked.clear()
        self._app.explain(error)
        self._settled()

    def _settled(self) -> None:
        self._writing = {}
        self._changed()
        if self._asked:
            self.write()


def as_wanted(project: Project, wanted: Mapping[str, int]) -> Project:
    """``project`` with the repeats that were asked for."""
    if not wanted:
        return project
    subsets = tuple(
        replace(subset, num_repeats=wanted.get(subset.name, subset.num_repeats)) for subset in project.subsets
    )
    return replace(project, subsets=subsets)
