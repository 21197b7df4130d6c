"""A run together with the parts before it that it goes on from."""

from __future__ import annotations

from pathlib import Path

from sdtui.runs.follow import Follower
from sdtui.runs.followable import Followable
from sdtui.runs.record import RunRecord


def follower_of(home: Path, record: RunRecord) -> Followable:
    """What follows ``record`` best."""
    return Follower(home, record)
