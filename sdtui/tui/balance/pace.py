"""How fast the newest run of a project went."""

from __future__ import annotations

from pathlib import Path

from sdtui.runs.following.summary import summary
from sdtui.runs.store import list_runs

_LOOK_AT = 4


def newest_pace(home: Path) -> tuple[str, float] | None:
    """The name of the newest run that was timed, and its steps a second."""
    for record in list_runs(home)[:_LOOK_AT]:
        view = summary(home, record)
        if view.it_per_s:
            return view.name, view.it_per_s
    return None
