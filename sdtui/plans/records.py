"""``journal.jsonl`` of an entry: a Plan as it was applied, whole before anything changes.

A header, one line a change with its bytes (base64, compressed where there are many), and a last line with the SHA-256
of all that stands above it; without a right last line nothing was begun. Of a large file only the span that changes is
kept, with digests of the whole. Paths in the project are kept relative to it, so that a project can be moved with its
history.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sdtui.base.copies import Digest
from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import append, append_durable, kernel, read_bytes, write_error
from sdtui.plans.patch import Patch, patch_of
from sdtui.plans.plan import Change, Copy, MakeFolder, Move, Plan, Remove, Write

VERSION = 2
_READABLE = (1, 2)
"""Version 1 had no copies and no spans."""
_LAST_LINE = re.compile(rb'\n\{"sha256": "[0-9a-f]{64}"\}\n\Z')
_LINES_AT_ONCE = 256
_COMPRESSED_FROM = 4096
_COMPRESSED = "z:"

Recorded: TypeAlias = Change | Patch


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of ``journal.jsonl``. ``created`` is in seconds since the epoch."""

    title: str
    created: float
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an applied Plan, with what was decided when it was applied."""

    change: Recorded
    made: tuple[Path, ...] = ()
    """MakeFolder: the folders that did not stand there before, outermost first."""
    via: Path | None = None
    """Move: the name in between, where only upper and lower case change."""
    content: Digest | None = None
    """Copy: what is copied."""


def write_journal(path: Path, root: Path, plan: Plan, steps: Iterable[Step], created: float) -> None:
    """Write ``journal.jsonl`` and wait for the disk. Raises WriteError."""
    header = {"version": VERSION, "title": plan.title, "created": created, "count": len(plan.changes)}
    hashed = hashlib.sha256()
    handle = open_for_appending(path)
    try:
        for lines in _together(header, steps, root):
            hashed.update(lines)
            append(handle, lines, path)
        append_durable(handle, _line({"sha256": hashed.hexdigest()}), path)
    finally:
        os.close(handle)


def _together(header: dict[str, Any], steps: Iterable[Step], root: Path) -> Iterator[bytes]:
    lines = [_line(header)]
    for step in steps:
        lines.append(_line(_encode(step, root)))
        if len(lines) == _LINES_AT_ONCE:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)


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
        if header["version"] not in _READABLE:
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
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise _damaged(path) from error


def _line(document: dict[str, Any]) -> bytes:
    # ASCII: a name that is not UTF-8 arrives as lone surrogates, which JSON escapes and gives back.
    return json.dumps(document, ensure_ascii=True).encode("ascii") + b"\n"


def _damaged(path: Path) -> SyntaxProblem:
    return SyntaxProblem(
        "This entry of the journal is damaged",
        path=path,
        remedy="Nothing of it was touched; what it kept is beside it.",
    )


def _encode(step: Step, root: Path) -> dict[str, Any]:
    change = step.change
    if isinstance(change, Write):
        patch = patch_of(change)
        if patch is not None:
            return _encode_patch(patch, root)
        before = None if change.before is None else _packed(change.before)
        return {"kind": "write", "path": _stored(change.path, root), "before": before, "after": _packed(change.after)}
    if isinstance(change, Patch):
        return _encode_patch(change, root)
    if isinstance(change, Remove):
        seen = {"size": change.size, "mtime_ns": change.mtime_ns}
        return {"kind": "remove", "path": _stored(change.path, root), **seen}
    if isinstance(change, MakeFolder):
        made = [_stored(folder, root) for folder in step.made]
        return {"kind": "folder", "path": _stored(change.path, root), "made": made}
    ends = {"source": _stored(change.source, root), "target": _stored(change.target, root)}
    if isinstance(change, Copy):
        assert step.content is not None
        return {"kind": "copy", **ends, "content": asdict(step.content)}
    return {"kind": "move", **ends, "via": None if step.via is None else _stored(step.via, root)}


def _encode_patch(patch: Patch, root: Path) -> dict[str, Any]:
    return {
        "kind": "patch",
        "path": _stored(patch.path, root),
        "start": patch.start,
        "old": _packed(patch.old),
        "new": _packed(patch.new),
        "before": asdict(patch.before),
        "after": asdict(patch.after),
    }


def _decode(document: dict[str, Any], root: Path) -> Step:
    kind = document["kind"]
    if kind == "write":
        before = None if document["before"] is None else _unpacked(document["before"])
        return Step(Write(root / document["path"], before, _unpacked(document["after"])))
    if kind == "patch":
        old, new = _unpacked(document["old"]), _unpacked(document["new"])
        digests = Digest(**document["before"]), Digest(**document["after"])
        return Step(Patch(root / document["path"], document["start"], old, new, *digests))
    if kind == "move":
        via = None if document["via"] is None else root / document["via"]
        return Step(Move(root / document["source"], root / document["target"]), via=via)
    if kind == "copy":
        content = Digest(**document["content"])
        return Step(Copy(root / document["source"], root / document["target"]), content=content)
    if kind == "remove":
        return Step(Remove(root / document["path"], document["size"], document["mtime_ns"]))
    if kind == "folder":
        return Step(MakeFolder(root / document["path"]), made=tuple(root / folder for folder in document["made"]))
    raise ValueError(kind)


def _packed(data: bytes) -> str:
    if len(data) < _COMPRESSED_FROM:
        return base64.b64encode(data).decode("ascii")
    return _COMPRESSED + base64.b64encode(zlib.compress(data, 1)).decode("ascii")


def _unpacked(text: str) -> bytes:
    if text.startswith(_COMPRESSED):
        return zlib.decompress(base64.b64decode(text[len(_COMPRESSED) :]))
    return base64.b64decode(text)


def _stored(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
