"""What on the disk belongs to one run and to no other: checkpoints, states, samples, TensorBoard files, its record.

A file is a run's by its name and its time, as Monitor has it, and more strictly: what another run of the project may
have written just as well is named and left.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.text import safe
from sdtui.base.there import entries_of
from sdtui.runs import store
from sdtui.runs.following.curves import event_files
from sdtui.runs.following.outputs import OutputFolders
from sdtui.runs.live import last_sign
from sdtui.runs.record import RunRecord, run_folder
from sdtui.trainer.outputs import parse_checkpoint_name

_COARSE = 2.0
"""Seconds by which a file's time may be too early: FAT keeps even seconds."""
_AFTERMATH = 60.0
"""Seconds after the last sign of life of a lost run in which its files may still have been written."""


class Kind(str, Enum):
    """What a belonging is."""

    CHECKPOINTS = "checkpoints"
    STATES = "states"
    SAMPLES = "samples"
    LOGS = "logs"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Belonging:
    """A file or folder of the run; ``size`` in bytes, of a folder all that stands below it."""

    kind: Kind
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Belongings:
    """All of them, in the order of ``Kind``; and what stays because it may be another run's, each with the reason."""

    items: tuple[Belonging, ...]
    doubtful: tuple[tuple[Path, str], ...]

    def of(self, kinds: Iterable[Kind]) -> tuple[Belonging, ...]:
        """Those of some kinds."""
        wanted = frozenset(kinds)
        return tuple(item for item in self.items if item.kind in wanted)

    def size(self, kinds: Iterable[Kind]) -> int:
        """Bytes of those of some kinds."""
        return sum(item.size for item in self.of(kinds))


def belongings(home: Path, record: RunRecord) -> Belongings:
    """What belongs to a run that has ended. Only looks."""
    others = [one for one in store.list_runs(home) if one.id != record.id]
    span = _span(home, record)
    found = [
        *_weights(record, span),
        *((Kind.SAMPLES, path) for path in _samples(record, span)),
        *((Kind.LOGS, path) for path in _logs(record, span)),
        *((Kind.RECORD, path) for path in _records(home, record, others)),
    ]
    original = _original(home, record)
    if original is not None:
        copied = f"This is a copy of the run in {safe(str(original.parent))}, which it belongs to."
        doubts = {path: copied for kind, path in found if kind is not Kind.RECORD}
    else:
        doubts = {path: why for kind, path in found if (why := _doubt(home, kind, path, record, others)) is not None}
    items = [Belonging(kind, path, size_of(path)) for kind, path in found if path not in doubts]
    order = list(Kind)
    return Belongings(tuple(sorted(items, key=lambda item: order.index(item.kind))), tuple(doubts.items()))


def size_of(path: Path) -> int:
    """Bytes of a file, or of all that stands below a folder; a link counts as itself."""
    try:
        seen = path.lstat()
    except OSError:
        return 0
    if not stat.S_ISDIR(seen.st_mode):
        return seen.st_size
    return sum(_size(Path(parent, name)) for parent, _, names in os.walk(path) for name in names)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _span(home: Path, record: RunRecord) -> tuple[float, float]:
    """When the run may have written, in seconds since the epoch."""
    ended = store.read_exit(home, record)
    last = ended.ended if ended is not None else last_sign(home, record) + _AFTERMATH
    return record.created, last


def _within(moment: float, span: tuple[float, float]) -> bool:
    return span[0] - _COARSE <= moment <= span[1] + _COARSE


def _weights(record: RunRecord, span: tuple[float, float]) -> Iterator[tuple[Kind, Path]]:
    """Checkpoints and saved states, oldest first."""
    named = []
    for entry in entries_of(record.output_dir):
        parsed = parse_checkpoint_name(entry.name, record.name)
        changed = _changed(Path(entry.path))
        # A folder called just like the run may be any folder, unless it holds weights in the format of diffusers.
        weighs = parsed is not None and (
            parsed.is_state or entry.is_file() or (Path(entry.path) / "model_index.json").is_file()
        )
        if parsed is not None and weighs and changed is not None and _within(changed, span):
            named.append((changed, Kind.STATES if parsed.is_state else Kind.CHECKPOINTS, Path(entry.path)))
    for _, kind, path in sorted(named, key=lambda one: (one[0], one[2].name)):
        yield kind, path


def _samples(record: RunRecord, span: tuple[float, float]) -> Iterator[Path]:
    folder = Path(record.sample_dir) if record.sample_dir else Path(record.output_dir) / "sample"
    outputs = OutputFolders(Path(record.output_dir), folder, record.name, span[0])
    outputs.look(span[1], span[1])
    return (Path(sample.path) for sample in outputs.samples)


def _logs(record: RunRecord, span: tuple[float, float]) -> list[Path]:
    """The folder that the trainer made below the logging folder, or the files where it wrote right into that.

    The first one that appeared after the run began, as ``curves.EventFiles`` has it.
    """
    if record.logging_dir is None:
        return []
    top = Path(record.logging_dir)
    files = [path for begun, path in event_files(top, span[0]) if begun <= span[1]]
    if not files or files[0].parent == top:
        return [path for path in files if path.parent == top]
    return [top / files[0].relative_to(top).parts[0]]


def _records(home: Path, record: RunRecord, others: Sequence[RunRecord]) -> Iterator[Path]:
    """The run's own folder, and that of what was written for it to read."""
    yield run_folder(home, record.id)
    inputs = home / "inputs"
    for name in sorted({Path(path).relative_to(inputs).parts[0] for path in _own_inputs(record, inputs)}):
        folder = inputs / name
        if folder.is_dir() and not any(folder in Path(path).parents for one in others for path in one.reads):
            yield folder


def _own_inputs(record: RunRecord, inputs: Path) -> Iterator[Path]:
    for text in (*record.reads, *([record.dataset_config] if record.dataset_config else [])):
        path = Path(os.path.normpath(text))  # a record that somebody wrote by hand may lead out of it with ".."
        if inputs in path.parents:
            yield path


def _original(home: Path, record: RunRecord) -> Path | None:
    """The ``.sdtui`` that the run was started in, where ``home`` came from copying that project and it still stands."""
    for text in (record.dataset_config, record.trained_on, *record.reads):
        for folder in Path(text).parents if text else ():
            if folder.name == PROJECT_FOLDER and _has(folder, record.id):
                return None if folder.samefile(home) else folder
    return None


def _has(home: Path, run_id: str) -> bool:
    with contextlib.suppress(OSError):
        return (run_folder(home, run_id) / store.RECORD).is_file()
    return False


def _doubt(home: Path, kind: Kind, path: Path, record: RunRecord, others: Sequence[RunRecord]) -> str | None:
    """Why it is not certain whose it is, None where it is this run's."""
    if kind is Kind.RECORD:
        return None
    moment = _changed(path) if kind is not Kind.LOGS else _begun(path)
    if moment is None:
        return None
    for other in others:
        if _shares(kind, record, other) and other.created <= moment <= _span(home, other)[1]:
            return f"The run {other.id} may have written it just as well."
    return None


def _shares(kind: Kind, one: RunRecord, other: RunRecord) -> bool:
    if kind is Kind.LOGS:
        return one.logging_dir == other.logging_dir
    return (one.name, one.output_dir) == (other.name, other.output_dir)


def _begun(path: Path) -> float | None:
    """When the first event file in or at ``path`` was begun."""
    parent = path if path.is_dir() else path.parent
    begun = [when for when, file in event_files(parent, 0.0) if path in (file, *file.parents)]
    return float(min(begun)) if begun else None


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
