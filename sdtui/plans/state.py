"""``state.jsonl`` of an entry: how far the phase that was begun last has come.

A line when a phase begins, one for each rename or removal that was done or taken back (where the disk alone could not
tell), and one when the phase has ended. A line that a power cut left half counts as unwritten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sdtui.base.files import read_if_there


@dataclass(frozen=True, slots=True)
class State:
    """What ``state.jsonl`` says."""

    phase: str = "apply"
    """``apply``, ``undo`` or ``redo``: the last one begun."""
    ended: str | None = None
    """``applied``, ``undone`` or ``failed``; None while the phase goes on, or when it was interrupted."""
    turn: int = 0
    """Orders undone entries by when they were undone."""
    newest: int = 0
    """The number of the newest entry when this one was undone: once there is a newer one, it is not redone any more."""
    skip: frozenset[int] = frozenset()
    """Changes that the last undo refused, and that a redo leaves alone."""
    left: frozenset[int] = frozenset()
    """Changes that were never made, because it was to go on without them."""
    keep_going: bool = False
    """Whether this phase goes on where a file cannot be changed."""
    marks: dict[int, bool | None] = field(default_factory=dict)
    """Renames and removals whose outcome in this phase is written down: True done, False taken back, None refused."""
    dropped: bool = False
    """Whether the removed files that it kept were deleted, to bound the journal."""


def read_state(path: Path) -> State:
    """The state as far as it was written. Raises UnreadableError."""
    return parse_state(read_if_there(path) or b"")


def parse_state(data: bytes) -> State:
    """The state that the lines of ``data`` tell."""
    state = State()
    for line in data.splitlines():
        try:
            state = _after(state, json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
    return state


def begin_line(
    phase: str,
    skip: Iterable[int] = (),
    turn: int = 0,
    left: Iterable[int] = (),
    *,
    newest: int = 0,
    keep_going: bool = False,
) -> bytes:
    """The line that begins a phase."""
    orders = {"turn": turn, "newest": newest}
    return _line({"begin": phase, "skip": sorted(skip), **orders, "left": sorted(left), "keep_going": keep_going})


def mark_line(index: int, done: bool | None) -> bytes:
    """The line that says that change ``index`` was done (True), taken back (False), or left alone (None)."""
    return _line({"step": index, "done": done})


def end_line(ended: str, refused: Iterable[int] = (), left: Iterable[int] = ()) -> bytes:
    """The line that ends a phase."""
    return _line({"end": ended, "refused": sorted(refused), "left": sorted(left)})


def reopened_line() -> bytes:
    """The line that says that the phase goes on, though its end was written: nobody knows whether that is on disk."""
    return _line({"reopened": True})


def dropped_line() -> bytes:
    """The line that says that the removed files are no longer kept."""
    return _line({"kept": "dropped"})


def _after(state: State, document: dict[str, Any]) -> State:
    if "begin" in document:
        return State(
            document["begin"],
            None,
            document["turn"],
            int(document.get("newest", 0)),
            frozenset(document["skip"]),
            state.left | frozenset(document.get("left", ())),
            bool(document.get("keep_going")),
            dropped=state.dropped,
        )
    if "end" in document:
        ended, left = str(document["end"]), state.left | frozenset(document.get("left", ()))
        skip = frozenset(document["refused"]) if ended == "undone" else state.skip
        return replace(state, ended=ended, skip=skip, left=left)
    if "reopened" in document:
        return replace(state, ended=None)
    if "kept" in document:
        return replace(state, dropped=True)
    # In place: a copy for each of ten thousand renames would take minutes.
    state.marks[int(document["step"])] = document["done"]
    return state


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode("ascii") + b"\n"
