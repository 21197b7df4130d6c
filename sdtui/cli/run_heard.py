"""Whether what was asked of a run has reached its supervisor."""

from __future__ import annotations

import time
from pathlib import Path

from sdtui.base.errors import RunError

_LOOK_EVERY = 0.02
PATIENCE = 3.0
"""Seconds for a supervisor to listen; it does so at once."""


def until_heard(home: Path, run_id: str) -> None:
    """Wait a moment for the supervisor. Raises RunError where it does not listen; what was asked still lies there."""
    from sdtui.runs.supervising.stop import unheard

    end = time.monotonic() + PATIENCE
    while (sentence := unheard(home, run_id)) is not None:
        if time.monotonic() >= end:
            raise RunError(sentence)
        time.sleep(_LOOK_EVERY)
