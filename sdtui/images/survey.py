"""The facts of many pictures: each is decoded once, in several processes, and remembered until it changes."""

from __future__ import annotations

import json
import os
import stat
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeAlias

from sdtui.base.folder_cache import FolderCache
from sdtui.base.paths import cache_dir
from sdtui.base.work import Cancelled, Pace, Work, never_cancelled
from sdtui.images.crowd import each
from sdtui.images.decoder import Decoder
from sdtui.images.facts import PictureFacts, Transparency
from sdtui.images.problems import ImageProblem, Kind, why_unreadable

Look: TypeAlias = PictureFacts | ImageProblem
"""What a file is, or why it is no picture."""

_VERSION = 2
_COLUMNS = ("mtime_ns INTEGER NOT NULL", "bytes INTEGER NOT NULL", "reader TEXT NOT NULL", "facts TEXT NOT NULL")
_KEPT_EVERY = 5.0
"""Seconds between two savings: what is cancelled or killed loses no more."""
_PASSING = (Kind.GIVEN_UP, Kind.UNREADABLE, Kind.ABSENT)
"""What may be otherwise the next time though the file is the same."""


def survey(
    paths: Iterable[Path],
    *,
    cancelled: Cancelled = never_cancelled,
    cache: Path | None = None,
    processes: int | None = None,
) -> Work[Mapping[Path, Look]]:
    """What each of ``paths`` is. Those that are known as they are now cost no more than a look at their folder.

    ``cache``: the SQLite file, the user's own unless given. ``processes``: as many as there are processors, 8 at most,
    unless given. Yields Progress about twenty times a second. Raises WorkCancelled.
    """
    files = list(dict.fromkeys(paths))
    memory = _Memory(cache if cache is not None else cache_dir() / "pictures.sqlite")
    try:
        looks, unknown = yield from _remembered(files, memory, cancelled)
        if unknown:
            done = len(files) - len(unknown)
            yield from _decoded(unknown, looks, memory, Pace(len(files), cancelled, done), processes)
        memory.save()
        return looks
    finally:
        memory.close()


@dataclass(frozen=True, slots=True)
class _Stamp:
    mtime_ns: int
    size: int


@dataclass
class _Memory:
    path: Path
    _known: dict[Path, dict[str, tuple[int, int, str, str]]] = field(default_factory=dict)
    _new: dict[Path, dict[str, tuple[int, int, str, str]]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self._cache = FolderCache(self.path, "picture", _COLUMNS, _VERSION)

    def of(self, path: Path, stamp: _Stamp) -> Look | None:
        folder = path.parent
        if folder not in self._known:
            self._known[folder] = {
                name: (mtime, size, by, facts) for name, (mtime, size, by, facts) in self._cache.known(folder).items()
            }
        mtime, size, reader, facts = self._known[folder].get(path.name, (0, 0, "", ""))
        if (mtime, size, reader) != (stamp.mtime_ns, stamp.size, _reader()):
            return None
        return _read(path, facts)

    def keep(self, path: Path, stamp: _Stamp, look: Look) -> None:
        if isinstance(look, ImageProblem) and look.kind in _PASSING:
            return
        self._new[path.parent][path.name] = (stamp.mtime_ns, stamp.size, _reader(), _written(look))

    def save(self) -> None:
        for folder, rows in self._new.items():
            self._cache.remember(folder, rows)
        self._new.clear()

    def close(self) -> None:
        self.save()
        self._cache.close()


def _remembered(
    files: list[Path], memory: _Memory, cancelled: Cancelled
) -> Work[tuple[dict[Path, Look], dict[Path, _Stamp]]]:
    looks: dict[Path, Look] = {}
    unknown: dict[Path, _Stamp] = {}
    pace = Pace(len(files), cancelled)
    for path in files:
        stamp = _stamp(path)
        look = why_unreadable(path) if stamp is None else memory.of(path, stamp)
        if look is not None:
            looks[path] = look
        elif stamp is not None:
            unknown[path] = stamp
        yield from pace.step(int(look is not None))
    return looks, unknown


def _decoded(
    unknown: Mapping[Path, _Stamp], looks: dict[Path, Look], memory: _Memory, pace: Pace, processes: int | None
) -> Work[None]:
    saved = time.monotonic()
    decoding = each(unknown, _look, processes=processes)
    with closing(decoding):
        for done in decoding:
            for path, look in done:
                looks[path] = look
                if _stamp(path) == unknown[path]:
                    memory.keep(path, unknown[path], look)
            yield from pace.step(len(done))
            if time.monotonic() - saved > _KEPT_EVERY:
                memory.save()
                saved = time.monotonic()


def _look(decoder: Decoder, path: Path) -> Look:
    try:
        return decoder.facts(path)
    except ImageProblem as problem:
        return problem


def _stamp(path: Path) -> _Stamp | None:
    try:
        seen = os.stat(path)  # noqa: PTH116 -- ten thousand of them
    except (OSError, ValueError):
        return None
    return _Stamp(seen.st_mtime_ns, seen.st_size) if stat.S_ISREG(seen.st_mode) else None


def _written(look: Look) -> str:
    if isinstance(look, ImageProblem):
        return json.dumps({"problem": look.kind.value, "what": look.what, "remedy": look.remedy})
    return json.dumps(asdict(look))


def _read(path: Path, text: str) -> Look | None:
    try:
        said = json.loads(text)
        if "problem" in said:
            return ImageProblem(said["what"], path=path, remedy=said["remedy"], kind=Kind(said["problem"]))
        return PictureFacts(**{**said, "transparency": Transparency(said["transparency"])})
    except (ValueError, TypeError, KeyError):
        return None  # not what was written here: it is found out anew


@lru_cache(maxsize=1)
def _reader() -> str:
    """What decoded it: another Pillow may open other files."""
    try:
        return version("pillow")
    except PackageNotFoundError:
        return ""
