"""A cache of what costs time to find out about a file: an image's size, a caption's tokens. Safe to delete.

Nothing here ever raises: a cache that is locked, broken, full or not writable only makes a scan slower.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sdtui.base.paths import cache_dir

_SCHEMA_VERSION = 1
_KEPT_DAYS = 90
_TOUCHED_DAYS = 7

_SCHEMA = """
CREATE TABLE IF NOT EXISTS folder (id INTEGER PRIMARY KEY, path BLOB UNIQUE NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS image (
    folder INTEGER NOT NULL REFERENCES folder (id),
    name BLOB NOT NULL,
    mtime_ns INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    problem TEXT,
    text BLOB,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (folder, name)
) WITHOUT ROWID;
"""


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
        self.path = path if path is not None else cache_dir() / "index.sqlite"
        self.trouble: str | None = None
        self._db: sqlite3.Connection | None = None
        self._touched: list[int] = []
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._connect()
        except sqlite3.DatabaseError as error:
            self._start_over(error)
        except OSError as error:
            self._give_up(error)

    def known(self, folder: Path) -> dict[str, Entry]:
        """What is remembered of the images in ``folder``, by name."""
        if self._db is None:
            return {}
        try:
            row = self._db.execute("SELECT id, used FROM folder WHERE path = ?", (_blob(str(folder)),)).fetchone()
            if row is None:
                return {}
            if row[1] < time.time() - _TOUCHED_DAYS * 86400:
                self._touched.append(row[0])
            rows = self._db.execute(
                "SELECT name, mtime_ns, bytes, width, height, problem, text, tokens FROM image WHERE folder = ?",
                row[:1],
            ).fetchall()
            return {name.decode("utf-8", "surrogatepass"): Entry(*rest) for name, *rest in rows}
        except (sqlite3.Error, AttributeError, TypeError, UnicodeError) as error:
            self._give_up(error)
            return {}

    def remember(self, folder: Path, found: Mapping[str, Entry], gone: Iterable[str] = ()) -> None:
        """Keep ``found`` for the next scan, and forget the images that are ``gone``."""
        if self._db is None:
            return
        try:
            with self._db:
                self._db.execute(
                    "INSERT INTO folder (path, used) VALUES (?, ?)"
                    " ON CONFLICT (path) DO UPDATE SET used = excluded.used",
                    (_blob(str(folder)), time.time()),
                )
                (number,) = self._db.execute("SELECT id FROM folder WHERE path = ?", (_blob(str(folder)),)).fetchone()
                self._db.executemany(
                    "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        (number, _blob(name), e.mtime_ns, e.size, e.width, e.height, e.problem, e.text, e.tokens)
                        for name, e in found.items()
                    ),
                )
                self._db.executemany(
                    "DELETE FROM image WHERE folder = ? AND name = ?", ((number, _blob(name)) for name in gone)
                )
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Forget folders that nobody has opened for a season, and let the file go."""
        if self._db is None:
            return
        try:
            with self._db:
                now = time.time()
                self._db.executemany("UPDATE folder SET used = ? WHERE id = ?", ((now, each) for each in self._touched))
                old = (now - _KEPT_DAYS * 86400,)
                self._db.execute("DELETE FROM image WHERE folder IN (SELECT id FROM folder WHERE used < ?)", old)
                self._db.execute("DELETE FROM folder WHERE used < ?", old)
        except sqlite3.Error as error:
            self.trouble = str(error)
        self._db.close()
        self._db = None

    def _connect(self) -> sqlite3.Connection:
        # The generator of a scan may be driven by another thread than the one that made it.
        db = sqlite3.connect(self.path, timeout=0.5, check_same_thread=False)
        try:
            db.execute("PRAGMA synchronous = OFF")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version not in (0, _SCHEMA_VERSION):
                db.executescript("DROP TABLE IF EXISTS image; DROP TABLE IF EXISTS folder;")
            if version != _SCHEMA_VERSION:
                db.executescript(f"{_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION};")
        except BaseException:
            db.close()
            raise
        return db

    def _start_over(self, error: sqlite3.DatabaseError) -> None:
        """A file that is no database is replaced; one that is merely locked or not writable is let be."""
        if isinstance(error, sqlite3.OperationalError):
            self._give_up(error)
            return
        try:
            self.path.unlink()
            self._db = self._connect()
        except (OSError, sqlite3.Error) as again:
            self._give_up(again)

    def _give_up(self, error: Exception) -> None:
        self.trouble = str(error)
        if self._db is not None:
            self._db.close()
            self._db = None


def _blob(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
