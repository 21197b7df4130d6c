"""What Monitor says while it shows no run."""

from __future__ import annotations

from collections.abc import Sequence

from sdtui.base.text import safe
from sdtui.tui.monitor.feed import Snapshot
from sdtui.tui.widgets.lines import Line

_TEACH: tuple[Line, ...] = (
    [("No run yet", "strong")],
    [("", "plain")],
    [
        ("A run appears by itself, also one that ", "dim"),
        ("sdtui train", "plain"),
        (" started in a shell:", "dim"),
    ],
    [("its loss, its samples, its log, and in the end why it ended.", "dim")],
    [("", "plain")],
    [("5", "accent"), (" opens Train, where one is set up and started.", "dim")],
)


def without_a_run(snapshot: Snapshot) -> Sequence[Line]:
    """Why no run is shown."""
    if snapshot.opening is not None:
        return [[(f"Reading {safe(snapshot.opening)}…", "dim")]]
    return [[(snapshot.problem, "bad")]] if snapshot.problem else _TEACH
