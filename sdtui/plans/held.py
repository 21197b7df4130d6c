"""What a live run reads is not renamed, moved or deleted under it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import InUseError
from sdtui.plans.plan import Move, Remove
from sdtui.plans.records import Recorded


@dataclass(frozen=True, slots=True)
class Held:
    """``path``, a file or folder, is read by the live run called ``run``."""

    path: Path
    run: str


def refuse_held(changes: Iterable[Recorded], held: Sequence[Held], *, undoing: bool = False) -> None:
    """Raise InUseError where a Move or Remove touches something held, or what stands above or below it.

    Writing is always possible: a caption is read once, and a new version takes the old one's place whole.
    """
    if not held:
        return
    reals = [(os.path.realpath(one.path), one.run) for one in held]
    for change in changes:
        path = _taken_from(change, undoing=undoing)
        if path is None:
            continue
        real = os.path.realpath(path)
        for other, run in reals:
            if _is_within(real, other) or _is_within(other, real):
                raise InUseError(
                    f'The run "{run}" is reading it, so it cannot be renamed, moved or deleted now',
                    path=path,
                    remedy="Wait until the run has ended, or stop it.",
                )


def _taken_from(change: Recorded, *, undoing: bool) -> Path | None:
    """The path that would stop to exist."""
    if isinstance(change, Move):
        return change.target if undoing else change.source
    return change.path if isinstance(change, Remove) and not undoing else None


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
