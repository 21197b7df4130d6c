"""Where sdtui keeps its own things: the XDG folders of the user, and ``.sdtui`` beside a project."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

PROJECT_FOLDER = ".sdtui"
"""Name of the folder in a project that holds its runs, journal and review marks."""


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    # The XDG base directory specification: a relative path is to be ignored.
    return Path(value) if value.startswith("/") else Path.home() / fallback


def config_dir() -> Path:
    """Settings and keymap: ``$XDG_CONFIG_HOME/sdtui``."""
    return _xdg("XDG_CONFIG_HOME", ".config") / "sdtui"


def state_dir() -> Path:
    """Locks, sockets, heartbeats, recent projects, where the cursor was: ``$XDG_STATE_HOME/sdtui``."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "sdtui"


def cache_dir() -> Path:
    """Thumbnails and token counts, safe to delete: ``$XDG_CACHE_HOME/sdtui``."""
    return _xdg("XDG_CACHE_HOME", ".cache") / "sdtui"


def typed_path(text: str) -> Path:
    """What a person typed as a path, ``~`` expanded; ``~name`` of a user that does not exist is a name like another."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key for people: ``2_b`` before ``10_a``. The trainer sorts by code point."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part.casefold()) for part in parts)


def shown(path: Path) -> str:
    """The path as a person types it: the home folder as ``~``."""
    home = str(Path.home())
    text = str(path)
    if text == home:
        return "~"
    return "~" + text[len(home) :] if home != "/" and text.startswith(home + "/") else text


def pasted(path: Path) -> str:
    """``shown`` as one word for a shell, in a command that a person is told to type."""
    text = shown(path)
    if not text.startswith("~"):
        return shlex.quote(text)
    return "~" if text == "~" else f"~/{shlex.quote(text[2:])}"
