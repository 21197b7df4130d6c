"""Older entries of a journal, packed: a folder each would cost three files and a look for every edit ever made.

``packed/000500.jsonl`` holds the entries 500 to 999, a line each with what the entry's two files held, compressed. The
last line of an entry is what counts. A line is on the disk before its folder goes, and the folder counts as long as it
stands, so that a process may die at any moment.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sdtui.base.errors import SdtuiError, SyntaxProblem, UnreadableError
from sdtui.base.files import append_durable, kernel, make_folder, read_bytes, stage, sync_folder, write_atomic
from sdtui.base.os_errors import read_error, write_error
from sdtui.plans.entry import EntryFolder
from sdtui.plans.records import open_for_appending

_A_FILE = 500
"""Entries that one file holds."""
_LARGE = 8_000
"""Bytes from which a compressed journal has a file of its own, so that looking through the entries stays quick."""
_LEAVING = ".packed-"
_COMING = ".unpacking-"


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed entry, as far as its line tells."""

    id: str
    title: str
    created: float
    ended: str
    turn: int
    newest: int


class Pack:
    """The packed entries in ``folder``; the others stand beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def newest_first(self) -> Iterator[Packed]:
        """Raises UnreadableError."""
        for first in sorted(self._firsts(), reverse=True):
            yield from sorted(self._within(first).values(), key=lambda one: int(one.id), reverse=True)

    def find(self, id: str) -> Packed | None:
        """The packed entry of that number. Raises UnreadableError."""
        return self._within(int(id) // _A_FILE * _A_FILE).get(id)

    def add(self, entries: Iterable[EntryFolder]) -> None:
        """Pack entries that have ended and keep no files, then remove their folders. Raises SdtuiError."""
        lines: dict[int, list[bytes]] = defaultdict(list)
        packed = list(entries)
        make_folder(self.folder)
        for entry in packed:
            lines[int(entry.id) // _A_FILE * _A_FILE].append(self._line_of(entry))
        for first, together in lines.items():
            handle = open_for_appending(self._file(first))
            try:
                # On a line of its own, whatever a power cut left of the one before.
                append_durable(handle, b"\n" + b"".join(together), self._file(first))
            finally:
                os.close(handle)
        sync_folder(self.folder)
        self._remove(packed)

    def unpack(self, id: str) -> None:
        """Let a packed entry stand as a folder again, where it can be gone on with. Raises SdtuiError."""
        document = next((one for one in reversed(_documents(self._file_of(id))) if one["id"] == id), None)
        if document is None:
            raise _damaged(self._file_of(id))
        target = self.folder.parent / id
        scratch = target.with_name(f"{_COMING}{id}")
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            kernel.mkdir(scratch)
            stage(scratch / "journal.jsonl", self._journal_of(document), meant_for=target)
            stage(scratch / "state.jsonl", str(document["state"]).encode("ascii", "replace"), meant_for=target)
            EntryFolder(target, target).discard()  # what may be left of the folder that was packed
            kernel.rename(scratch, target)
        except OSError as error:
            raise write_error(error, target) from error
        sync_folder(target.parent)

    def sweep(self) -> None:
        """Remove what packing or unpacking left that was cut short."""
        with contextlib.suppress(OSError):
            for name in kernel.listdir(self.folder.parent):
                if name.startswith((_LEAVING, _COMING)):
                    shutil.rmtree(self.folder.parent / name, ignore_errors=True)

    def _firsts(self) -> list[int]:
        try:
            names = kernel.listdir(self.folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise read_error(error, self.folder) from error
        return [int(name[:-6]) for name in names if name.endswith(".jsonl") and name[:-6].isdigit()]

    def _file(self, first: int) -> Path:
        return self.folder / f"{first:06d}.jsonl"

    def _file_of(self, id: str) -> Path:
        return self._file(int(id) // _A_FILE * _A_FILE)

    def _within(self, first: int) -> dict[str, Packed]:
        path = self._file(first)
        try:
            seen = path.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise read_error(error, path) from error
        return _packed_in(path, seen.st_size, seen.st_mtime_ns)

    def _line_of(self, entry: EntryFolder) -> bytes:
        header, state = entry.header(), entry.state()
        assert header is not None
        journal = zlib.compress(read_bytes(entry.journal), 6)
        large = len(journal) > _LARGE
        if large:
            write_atomic(self._own_file(entry.id), journal)
        document = {
            "id": entry.id,
            "title": header.title,
            "created": header.created,
            "ended": state.ended,
            "turn": state.turn,
            "newest": state.newest,
            "state": read_bytes(entry.state_file).decode("ascii", "replace"),
            "journal": None if large else base64.b64encode(journal).decode("ascii"),
        }
        return json.dumps(document).encode("ascii") + b"\n"

    def _journal_of(self, document: dict[str, Any]) -> bytes:
        try:
            if document["journal"] is None:
                return zlib.decompress(read_bytes(self._own_file(document["id"])))
            return zlib.decompress(base64.b64decode(document["journal"], validate=True))
        except (ValueError, TypeError, zlib.error, UnreadableError) as error:
            raise _damaged(self._file_of(document["id"])) from error

    def _own_file(self, id: str) -> Path:
        return self.folder / f"{id}.journal.z"

    def _remove(self, entries: list[EntryFolder]) -> None:
        for entry in entries:
            leaving = entry.folder.with_name(f"{_LEAVING}{entry.id}")
            try:
                kernel.rename(entry.folder, leaving)
            except OSError as error:
                raise write_error(error, entry.folder) from error
        sync_folder(self.folder.parent)
        self.sweep()


@lru_cache(maxsize=200)
def _packed_in(path: Path, _size: int, _mtime_ns: int) -> dict[str, Packed]:
    """What a file holds, remembered as long as it stays as it is."""
    found: dict[str, Packed] = {}
    for one in _documents(path):
        with contextlib.suppress(KeyError, TypeError, ValueError):
            orders = int(one["turn"]), int(one["newest"])
            title, created, ended = str(one["title"]), float(one["created"]), str(one["ended"])
            found[str(one["id"])] = Packed(str(one["id"]), title, created, ended, *orders)
    return found


def _documents(path: Path) -> list[dict[str, Any]]:
    found = []
    for line in read_bytes(path).splitlines():
        with contextlib.suppress(ValueError):
            document = json.loads(line)
            if isinstance(document, dict) and "id" in document:
                found.append(document)
    return found


def _damaged(path: Path) -> SdtuiError:
    return SyntaxProblem("This entry of the journal is damaged", path=path, remedy="Nothing of it was touched.")
