"""What everybody who shows a run needs of it, however the run is followed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sdtui.runs.following.curves import Curve
from sdtui.runs.following.story import Story
from sdtui.runs.record import RunRecord, RunView
from sdtui.runs.supervising.letterbox import Status


class Followable(Protocol):
    """A run, followed from any process. Each ``poll`` reads only what is new. Not for two threads at once."""

    home: Path
    """The project's ``.sdtui``."""

    @property
    def record(self) -> RunRecord:
        """As it is known now: the supervisor adds to it."""

    @property
    def console(self) -> Path:
        """The file that the trainer writes to; it may not exist."""

    @property
    def story(self) -> Story:
        """What the console has told: the header of the training, and more than a RunView says."""

    def poll(self) -> RunView:
        """What is known now. Once the run has ended, always the same view, and nothing is read any more."""

    def curves(self) -> Mapping[str, Curve]:
        """All scalars by tag; ``curves.LOSS`` and ``curves.AVERAGE`` beside them, where there are any."""

    def log_lines(self, count: int) -> tuple[str, ...]:
        """The last ``count`` lines of the console as they would stand on a terminal, safe to show."""

    def ending(self) -> Status | None:
        """How far the supervisor has gone in ending the run; None where nobody says."""

    def close(self) -> None:
        """Let go of what was read."""
