"""A Plan: what is about to change, with what stands there now. Making one writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Write:
    """Make ``path`` hold ``after``. ``before`` is what was read there, None where there must be no file yet."""

    path: Path
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Move:
    """Rename a file or folder; ``target`` must not exist yet (but may be ``source`` in another case)."""

    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Copy:
    """Make ``target``, which must not exist yet, hold what the file ``source`` holds; a link is followed.

    Undo takes the copy away where both it and ``source`` still hold that.
    """

    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a file away; the journal keeps it until it is emptied, so that undo can bring it back.

    ``size`` and ``mtime_ns`` are what was seen when the Plan was made.
    """

    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """Make a folder, its parents too; nothing happens where it stands already."""

    path: Path


Change: TypeAlias = Write | Move | Copy | Remove | MakeFolder


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes that belong together, applied in order and undone together."""

    title: str
    """One line: "edit the caption of circle_001.png", "repeats of 10_circle to 12"."""
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()
    """Sentences that a person should read before applying."""

    @property
    def empty(self) -> bool:
        return not self.changes
