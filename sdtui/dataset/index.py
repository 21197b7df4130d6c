"""A cache of what costs time to find out about a file: an image's size, a caption's tokens. Safe to delete.

Nothing here ever raises: a cache that is locked, broken, full or not writable only makes a scan slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sdtui.base.folder_cache import FolderCache
from sdtui.base.paths import cache_dir

_VERSION = 1
_COLUMNS = (
    "mtime_ns INTEGER NOT NULL",
    "bytes INTEGER NOT NULL",
    "width INTEGER NOT NULL",
    "height INTEGER NOT NULL",
    "problem TEXT",
    "text BLOB",
    "tokens INTEGER NOT NULL",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of one image, and of the text that is trained for it."""

    mtime_ns: int
    size: int
    """Bytes of the file."""
    width: int
    height: int
    problem: str | None
    text: bytes
    """``text_key`` of the text that ``tokens`` counts."""
    tokens: int


def text_key(text: str, mode: str) -> bytes:
    """Eight bytes that stand for a text and the mode in which it is counted."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=mode.encode()).digest()


class Index:
    """The cache, or nothing where it cannot be used; ``trouble`` then says why."""

    def __init__(self, path: Path | None = None) -> None:
        self._cache = FolderCache(
            path if path is not None else cache_dir() / "index.sqlite", "image", _COLUMNS, _VERSION
        )

    @property
    def path(self) -> Path:
        return self._cache.path

    @property
    def trouble(self) -> str | None:
        return self._cache.trouble

    def known(self, folder: Path) -> dict[str, Entry]:
        """What is remembered of the images in ``folder``, by name."""
        return {name: Entry(*row) for name, row in self._cache.known(folder).items()}

    def remember(self, folder: Path, found: Mapping[str, Entry], gone: Iterable[str] = ()) -> None:
        """Keep ``found`` for the next scan, and forget the images that are ``gone``."""
        self._cache.remember(folder, {name: _row(entry) for name, entry in found.items()}, gone)

    def close(self) -> None:
        """Forget folders that nobody has opened for a season, and let the file go."""
        self._cache.close()


def _row(entry: Entry) -> tuple[object, ...]:
    return (entry.mtime_ns, entry.size, entry.width, entry.height, entry.problem, entry.text, entry.tokens)
