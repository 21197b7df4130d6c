"""When something can be done on Monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.runs.record import RunState

if TYPE_CHECKING:
    from sdtui.tui.monitor.screen import MonitorScreen


def following(screen: MonitorScreen) -> bool:
    """A run is shown."""
    return screen.followed is not None


def live(screen: MonitorScreen) -> bool:
    """A run is shown that has not ended, or has not begun yet."""
    return screen.followed is not None and not screen.followed.view.state.ended


def stoppable(screen: MonitorScreen) -> bool:
    """A run of this project is shown that can be asked to stop."""
    return live(screen) and ours(screen) and not queued(screen)


def queued(screen: MonitorScreen) -> bool:
    """Whether a run is shown that waits for its turn."""
    return screen.followed is not None and screen.followed.view.state is RunState.QUEUED


def ours(screen: MonitorScreen) -> bool:
    """Whether a run is shown that an sdtui has recorded in this project."""
    return following(screen) and not screen.foreign


def ended(screen: MonitorScreen) -> bool:
    """A run of this project is shown that has ended."""
    return ours(screen) and not live(screen)


def resumable(screen: MonitorScreen) -> bool:
    """Whether the run that has ended left a state to go on from, and nothing large hides that it has ended."""
    return ended(screen) and not large(screen) and screen.followed is not None and screen.followed.resumable


def has_samples(screen: MonitorScreen) -> bool:
    """The run that is shown has sampled."""
    return screen.followed is not None and bool(screen.followed.view.samples)


def has_runs(screen: MonitorScreen) -> bool:
    """The project has runs, if only such that cannot be read."""
    return bool(screen.snapshot.runs or screen.snapshot.broken)


def in_project(screen: MonitorScreen) -> bool:
    """Not for a run of others, which is shown over the project's own."""
    return screen.shell.project_path is not None and not screen.foreign


def several_runs(screen: MonitorScreen) -> bool:
    """The project has the run that is shown, and others."""
    followed = screen.followed
    ids = {record.id for record in screen.snapshot.runs}
    return followed is not None and followed.record.id in ids and len(ids) > 1


def large(screen: MonitorScreen) -> bool:
    """One part of the run fills the screen."""
    return bool(screen.large)


def samples_large(screen: MonitorScreen) -> bool:
    """The samples fill the screen."""
    return screen.large == "samples"
