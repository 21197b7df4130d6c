"""What stands at a path that a file or a person names: never an error, whatever was written.

``Path.exists`` and its like raise where a folder may not be entered, or a name is too long; to the trainer, which asks
``os.path``, there is nothing then.
"""

from __future__ import annotations

import os
from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether a file, a folder or anything else is at ``path``, links followed."""
    return os.path.exists(path)  # noqa: PTH110 -- see above


def is_file(path: Path) -> bool:
    """Whether a regular file is at ``path``, links followed."""
    return os.path.isfile(path)  # noqa: PTH113 -- see above


def is_folder(path: Path) -> bool:
    """Whether a folder is at ``path``, links followed."""
    return os.path.isdir(path)  # noqa: PTH112 -- see above


def entries_of(folder: Path | str) -> list[os.DirEntry[str]]:
    """What stands in ``folder``; nothing where that is no folder that can be read."""
    try:
        return list(os.scandir(folder))
    except (OSError, ValueError):  # a path with a NUL in it
        return []


def changed_at(path: Path) -> float:
    """When ``path`` last changed, in seconds since the epoch; 0 where nothing is there."""
    try:
        return path.stat().st_mtime
    except (OSError, ValueError):  # a path with a NUL in it
        return 0.0
