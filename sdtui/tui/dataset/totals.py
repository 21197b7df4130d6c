"""The lines under the subsets: images and entries, steps, and what needs care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual.message import Message
from textual.widgets import Static

from sdtui.base.errors import SdtuiError
from sdtui.dataset.epoch import Epoch, epoch_of, with_resolution
from sdtui.dataset.project import Project
from sdtui.edits.as_trained import as_trained
from sdtui.tui.dataset.tally import Tally
from sdtui.tui.dataset.words import scanning_text, totals_text
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


def _epoch(project: Project) -> Epoch:
    """An epoch as it would be trained: without the subsets at which the trainer would stop."""
    whole = epoch_of(project)
    try:
        trained, left_out = as_trained(project)
    except SdtuiError:
        return whole
    return replace(epoch_of(trained), assumed=whole.assumed) if left_out else whole


class Totals(Static):
    """Counts the epoch, and says what it comes to."""

    class Counted(Message):
        """The epoch was counted."""

        def __init__(self, epoch: Epoch, bucketed: Project) -> None:
            super().__init__()
            self.epoch = epoch
            self.bucketed = bucketed
            """The project with the resolution that its images go into buckets by."""

    def __init__(self) -> None:
        super().__init__("", id="totals", markup=False)
        self._epoch: Epoch | None = None

    @property
    def _shell(self) -> SdtuiApp:
        return cast("SdtuiApp", self.app)

    def count(self, project: Project) -> None:
        """Count an epoch of ``project``, in a thread."""
        self._shell.bridge.call(self, "epoch", lambda: (_epoch(project), with_resolution(project)), self._counted)

    def _counted(self, counted: tuple[Epoch, Project]) -> None:
        self._epoch = counted[0]
        self.post_message(self.Counted(*counted))

    def show(self, project: Project | None, tallies: Sequence[Tally], limit: int, found: int | None) -> None:
        """Say it in words. ``found`` are the images that the filter lets through, None without a filter."""
        ink = inks(self.app.theme)
        scanning = self._shell.scanning
        if scanning is not None:
            self.update(scanning_text(scanning, ink), layout=False)
        elif project is None:
            self.update("", layout=False)
        else:
            self.update(totals_text(project, tallies, self._epoch, limit, found, ink), layout=False)
