"""How an applied Plan stands in the journal: ``journal.jsonl``, whole before anything changes, and ``state.jsonl``.

``journal.jsonl``: a header, one line a change with its bytes (base64), and a last line with the SHA-256 of all that
stands above it; without a right last line nothing was begun. ``state.jsonl``: a line when a phase begins, one for each
rename or removal that was done or taken back, and one when the phase has ended. Paths in the project are kept relative
to it, so that a project can be moved with its history.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import append, append_durable, kernel, read_bytes, read_if_there, write_error
from sdtui.plans.plan import Change, MakeFolder, Move, Plan, Remove, Write

VERSION = 1
_LAST_LINE = re.compile(rb'\n\{"sha256": "[0-9a-f]{64}"\}\n\Z')


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of ``journal.jsonl``. ``created`` is in seconds since the epoch."""

    title: str
    created: float
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an applied Plan, with what was decided when it was applied."""

    change: Change
    made: tuple[Path, ...] = ()
    """MakeFolder: the folders that did not stand there before, outermost first."""
    via: Path | None = None
    """Move: the name in between, where only upper and lower case change."""


@dataclass(frozen=True, slots=True)
class State:
    """What ``state.jsonl`` says."""

    phase: str = "apply"
    """``apply``, ``undo`` or ``redo``: the last one begun."""
    ended: str | None = None
    """``applied``, ``undone`` or ``taken back``; None while the phase goes on, or when it was interrupted."""
    turn: int = 0
    """Orders undone entries by when they were undone."""
    skip: frozenset[int] = frozenset()
    """Changes that the last undo refused, and that a redo leaves alone."""
    marks: dict[int, bool | None] = field(default_factory=dict)
    """Renames and removals whose outcome in this phase is written down: True done, False taken back, None refused."""


def write_journal(path: Path, root: Path, plan: Plan, steps: Iterable[Step], created: float) -> None:
    """Write ``journal.jsonl`` and wait for the disk. Raises WriteError."""
    header = {"version": VERSION, "title": plan.title, "created": created, "count": len(plan.changes)}
    hashed = hashlib.sha256()
    handle = open_for_appending(path)
    try:
        append(handle, _hashed_line(header, hashed), path)
        for step in steps:
            append(handle, _hashed_line(_encode(step, root), hashed), path)
        append_durable(handle, _line({"sha256": hashed.hexdigest()}), path)
    finally:
        os.close(handle)


def open_for_appending(path: Path) -> int:
    """A handle of ``path``, made if it is missing. Raises WriteError."""
    try:
        return kernel.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise write_error(error, path) from error


def read_header(path: Path) -> Header | None:
    """The header, None where the journal was never finished, so that nothing was begun. Raises SyntaxProblem."""
    try:
        with path.open("rb") as reading:
            first = reading.readline()
            reading.seek(max(0, path.stat().st_size - 200))
            whole = _LAST_LINE.search(reading.read()) is not None
    except OSError:
        return None
    if not whole:
        return None
    try:
        header = json.loads(first)
        if header["version"] != VERSION:
            raise SyntaxProblem("This entry of the journal was written by another version of sdtui", path=path)
        return Header(str(header["title"]), float(header["created"]), int(header["count"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error


def read_steps(path: Path, root: Path) -> tuple[Step, ...]:
    """The changes of a journal, its digest checked. Raises SyntaxProblem when it is damaged."""
    data = read_bytes(path)
    body, _, last = data.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        if json.loads(last)["sha256"] != hashlib.sha256(body).hexdigest():
            raise _damaged(path)
        return tuple(_decode(json.loads(line), root) for line in body.splitlines()[1:])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error


def read_state(path: Path) -> State:
    """The state as far as it was written; a line that a power cut left half is taken as unwritten."""
    state = State()
    for line in (read_if_there(path) or b"").splitlines():
        try:
            state = _after(state, json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
    return state


def begin_line(phase: str, skip: Iterable[int] = (), turn: int = 0) -> bytes:
    """The line of ``state.jsonl`` that begins a phase."""
    return _line({"begin": phase, "skip": sorted(skip), "turn": turn})


def mark_line(index: int, done: bool | None) -> bytes:
    """The line that says that change ``index`` was done (True), taken back (False), or left alone (None)."""
    return _line({"step": index, "done": done})


def end_line(ended: str, refused: Iterable[int] = ()) -> bytes:
    """The line that ends a phase."""
    return _line({"end": ended, "refused": sorted(refused)})


def _after(state: State, document: dict[str, Any]) -> State:
    if "begin" in document:
        return State(document["begin"], None, document["turn"], frozenset(document["skip"]))
    if "end" in document:
        refused = frozenset(document["refused"])
        return State(state.phase, str(document["end"]), state.turn, refused or state.skip, state.marks)
    return State(state.phase, state.ended, state.turn, state.skip, {**state.marks, document["step"]: document["done"]})


def _line(document: dict[str, Any]) -> bytes:
    # ASCII: a name that is not UTF-8 arrives as lone surrogates, which JSON escapes and gives back.
    return json.dumps(document, ensure_ascii=True).encode("ascii") + b"\n"


def _hashed_line(document: dict[str, Any], hashed: hashlib._Hash) -> bytes:
    line = _line(document)
    hashed.update(line)
    return line


def _damaged(path: Path) -> SyntaxProblem:
    return SyntaxProblem(
        "This entry of the journal is damaged",
        path=path,
        remedy="Nothing of it was touched; what it kept is beside it.",
    )


def _encode(step: Step, root: Path) -> dict[str, Any]:
    change = step.change
    if isinstance(change, Write):
        before = None if change.before is None else _packed(change.before)
        return {"kind": "write", "path": _stored(change.path, root), "before": before, "after": _packed(change.after)}
    if isinstance(change, Move):
        via = None if step.via is None else _stored(step.via, root)
        return {
            "kind": "move",
            "source": _stored(change.source, root),
            "target": _stored(change.target, root),
            "via": via,
        }
    if isinstance(change, Remove):
        seen = {"size": change.size, "mtime_ns": change.mtime_ns}
        return {"kind": "remove", "path": _stored(change.path, root), **seen}
    made = [_stored(folder, root) for folder in step.made]
    return {"kind": "folder", "path": _stored(change.path, root), "made": made}


def _decode(document: dict[str, Any], root: Path) -> Step:
    kind = document["kind"]
    if kind == "write":
        before = None if document["before"] is None else base64.b64decode(document["before"])
        return Step(Write(root / document["path"], before, base64.b64decode(document["after"])))
    if kind == "move":
        via = None if document["via"] is None else root / document["via"]
        return Step(Move(root / document["source"], root / document["target"]), via=via)
    if kind == "remove":
        return Step(Remove(root / document["path"], document["size"], document["mtime_ns"]))
    if kind == "folder":
        return Step(MakeFolder(root / document["path"]), made=tuple(root / folder for folder in document["made"]))
    raise ValueError(kind)


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _stored(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
