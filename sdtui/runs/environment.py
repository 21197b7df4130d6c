"""The environment that a trainer is started in, so that its log can be read."""

from __future__ import annotations

from collections.abc import Mapping

# Rich wraps at 80 columns where it sees no terminal and splits paths; COLUMNS widens it. With LINES beside it, tqdm
# would take both for a terminal's size and draw bars of 400 cells. train_network.py calls tqdm's unpause() after each
# step, which forgets the time of steps that were shorter than tqdm's interval (0.1 s), and so makes its speed wrong.
_SET = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "COLUMNS": "400",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "TQDM_MININTERVAL": "0.05",
}
_DROPPED = ("LINES", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "PYTHONSTARTUP")


def trainer_environment(inherited: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """``inherited`` made fit for a log file; ``extra`` (what the person chose for this run) wins."""
    kept = {name: value for name, value in inherited.items() if name not in _DROPPED}
    return {**kept, **_SET, **extra}
