"""A cache of what costs time to find out about files, folder by folder, in one SQLite file. Safe to delete.

Nothing here ever raises: a cache that is locked, broken, full or not writable only makes work slower.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_KEPT_DAYS = 90
_TOUCHED_DAYS = 7

_SCHEMA = """
CREATE TABLE IF NOT EXISTS folder (id INTEGER PRIMARY KEY, path BLOB UNIQUE NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS {table} (
    folder INTEGER NOT NULL REFERENCES folder (id),
    name BLOB NOT NULL,
    {columns},
    PRIMARY KEY (folder, name)
) WITHOUT ROWID;
"""


class FolderCache:
    """A row for each file, or nothing where the cache cannot be used; ``trouble`` then says why.

    ``columns`` are SQL, such as ``"size INTEGER NOT NULL"``; raise ``version`` when they, or what they mean, change.
    """

    def __init__(self, path: Path, table: str, columns: tuple[str, ...], version: int) -> None:
        self.path = path
        self.trouble: str | None = None
        self._table = table
        self._columns = columns
        self._version = version
        self._names = ", ".join(column.split()[0] for column in columns)
        self._db: sqlite3.Connection | None = None
        self._touched: list[int] = []
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._connect()
        except sqlite3.DatabaseError as error:
            self._start_over(error)
        except OSError as error:
            self._give_up(error)

    def known(self, folder: Path) -> dict[str, tuple[Any, ...]]:
        """What is remembered of the files in ``folder``, by name, in the order of the columns."""
        if self._db is None:
            return {}
        try:
            row = self._db.execute("SELECT id, used FROM folder WHERE path = ?", (_blob(str(folder)),)).fetchone()
            if row is None:
                return {}
            if row[1] < time.time() - _TOUCHED_DAYS * 86400:
                self._touched.append(row[0])
            rows = self._db.execute(
                f"SELECT name, {self._names} FROM {self._table} WHERE folder = ?",
                row[:1],
            ).fetchall()
            return {name.decode("utf-8", "surrogatepass"): tuple(rest) for name, *rest in rows}
        except (sqlite3.Error, AttributeError, TypeError, UnicodeError) as error:
            self._give_up(error)
            return {}

    def remember(self, folder: Path, found: Mapping[str, tuple[Any, ...]], gone: Iterable[str] = ()) -> None:
        """Keep the rows of ``found``, by name, and forget the files that are ``gone``."""
        if self._db is None:
            return
        marks = ", ".join("?" * (2 + len(self._columns)))
        try:
            with self._db:
                self._db.execute(
                    "INSERT INTO folder (path, used) VALUES (?, ?)"
                    " ON CONFLICT (path) DO UPDATE SET used = excluded.used",
                    (_blob(str(folder)), time.time()),
                )
                (number,) = self._db.execute("SELECT id FROM folder WHERE path = ?", (_blob(str(folder)),)).fetchone()
                self._db.executemany(
                    f"INSERT OR REPLACE INTO {self._table} VALUES ({marks})",
                    ((number, _blob(name), *row) for name, row in found.items()),
                )
                self._db.executemany(
                    f"DELETE FROM {self._table} WHERE folder = ? AND name = ?",
                    ((number, _blob(name)) for name in gone),
                )
        except (sqlite3.Error, OverflowError) as error:
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
                self._db.execute(
                    f"DELETE FROM {self._table} WHERE folder IN (SELECT id FROM folder WHERE used < ?)",
                    old,
                )
                self._db.execute("DELETE FROM folder WHERE used < ?", old)
        except sqlite3.Error as error:
            self.trouble = str(error)
        self._db.close()
        self._db = None

    def _connect(self) -> sqlite3.Connection:
        # The generator that uses it may be driven by another thread than the one that made it.
        db = sqlite3.connect(self.path, timeout=0.5, check_same_thread=False)
        try:
            db.execute("PRAGMA synchronous = OFF")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version not in (0, self._version):
                db.executescript(f"DROP TABLE IF EXISTS {self._table}; DROP TABLE IF EXISTS folder;")
            if version != self._version:
                schema = _SCHEMA.format(table=self._table, columns=",\n    ".join(self._columns))
                db.executescript(f"{schema} PRAGMA user_version = {self._version};")
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
