"""Pictures that are decoded once, and not each time the cursor passes them."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from sdtui.base.paths import cache_dir
from sdtui.base.work import Cancelled, never_cancelled
from sdtui.images.decoder import Decoder
from sdtui.images.picture import Picture
from sdtui.images.problems import ImageProblem, why_unreadable
from sdtui.images.thumbnail_store import ThumbnailStore

_VERSION = 1
"""Part of each key: raised when the same file would be shown differently."""
_MOST_BYTES = 256_000_000
_PROBLEM_KEPT_FOR = 60.0
_MOST_PROBLEMS = 1000


class Thumbnails:
    """``decoder``'s pictures, kept on disk in ``folder`` (the user's cache unless given), at most ``most_bytes``.

    A picture is known by its real path, its time of change and size, and the box that it was fitted into. What could
    not be opened is not tried again for a minute unless it changes. Safe to share between threads.
    """

    def __init__(self, decoder: Decoder, folder: Path | None = None, most_bytes: int = _MOST_BYTES) -> None:
        self._decoder = decoder
        self._store = ThumbnailStore(folder if folder is not None else cache_dir() / "thumbnails", most_bytes)
        self._problems: dict[str, tuple[float, ImageProblem]] = {}

    def get(
        self, path: Path, width: int, height: int, timeout: float = 20.0, cancelled: Cancelled = never_cancelled
    ) -> Picture:
        """``path`` shrunk, never enlarged, into ``width`` x ``height`` pixels; from disk in a millisecond if it was
        asked for before. Raises ImageProblem and WorkCancelled as ``Decoder.picture`` does.
        """
        try:
            key = _key(path, width, height)
        except OSError:
            raise why_unreadable(path) from None
        self._raise_known_problem(key, path)
        picture = self._store.load(key)
        if picture is not None:
            return picture
        try:
            picture = self._decoder.picture(path, width, height, timeout, cancelled)
        except ImageProblem as problem:
            if len(self._problems) >= _MOST_PROBLEMS:
                self._problems.clear()
            self._problems[key] = (time.monotonic(), problem)
            raise
        self._store.store(key, picture)
        return picture

    def _raise_known_problem(self, key: str, path: Path) -> None:
        met, problem = self._problems.get(key, (float("-inf"), None))
        if problem is not None and time.monotonic() - met < _PROBLEM_KEPT_FOR:
            raise ImageProblem(problem.what, path=path, remedy=problem.remedy)


def _key(path: Path, width: int, height: int) -> str:
    facts = path.stat()
    named = f"{_VERSION}\0{os.path.realpath(path)}\0{facts.st_mtime_ns}\0{facts.st_size}\0{width}x{height}"
    return hashlib.sha256(os.fsencode(named)).hexdigest()
