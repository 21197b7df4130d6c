"""What a journal holds: the entries that stand as folders of their own, and the older ones, packed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import kernel, read_error
from sdtui.plans.entry import EntryFolder
from sdtui.plans.outcome import Entry, EntryState
from sdtui.plans.pack import Pack, Packed


@dataclass(frozen=True, slots=True)
class Known:
    """An entry as far as a look at it tells."""

    id: str
    title: str
    created: float
    ended: str | None
    turn: int
    newest: int
    """The number of the newest entry when this one was undone."""
    folder: EntryFolder | None = None
    """None where it is packed."""
    damaged: bool = False

    def described(self) -> Entry:
        """The entry as the screen and the CLI show it."""
        if self.damaged or self.ended not in (None, *(state.value for state in EntryState)):
            return Entry(self.id, "(damaged)", 0.0, EntryState.DAMAGED)
        state = EntryState.UNFINISHED if self.ended is None else EntryState(self.ended)
        return Entry(self.id, self.title, self.created, state)


class History:
    """The entries in ``folder``, the journal of the project ``root``."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self._root = root
        self.pack = Pack(folder / "packed")

    def folders(self) -> list[EntryFolder]:
        """The entries that are not packed, newest first. Raises UnreadableError."""
        try:
            names = [name for name in kernel.listdir(self.folder) if name.isascii() and name.isdigit()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise read_error(error, self.folder) from error
        return [EntryFolder(self.folder / name, self._root) for name in sorted(names, key=int, reverse=True)]

    def known(self) -> Iterator[Known]:
        """The entries that were begun, newest first; each is looked at when it is asked for. Raises UnreadableError."""
        standing = (known for entry in self.folders() if (known := _look_at(entry)) is not None)
        packed = (_of_packed(one) for one in self.pack.newest_first())
        last = None
        for known in heapq.merge(standing, packed, key=lambda one: -int(one.id)):
            # Both stand where packing was cut short: then the folder counts, which comes first.
            if known.id != last:
                yield known
            last = known.id

    def named(self, id: str) -> Known | None:
        """The entry of that number, None where there is none. Raises UnreadableError."""
        if not (id.isascii() and id.isdigit()):
            return None
        known = _look_at(EntryFolder(self.folder / id, self._root))
        if known is not None:
            return known
        packed = self.pack.find(id)
        return None if packed is None else _of_packed(packed)

    def newest_applied(self) -> tuple[Known | None, list[Known]]:
        """The newest entry that is applied, and those after it that can be redone. Raises UnreadableError.

        What was undone before another Plan was applied is not redone any more, even when that was undone, too.
        """
        undone: list[Known] = []
        newest = 0
        for known in self.known():
            newest = newest or (0 if known.ended == EntryState.FAILED else int(known.id))
            if known.ended == EntryState.APPLIED:
                return known, undone
            if known.ended == EntryState.UNDONE and known.newest in (0, newest):
                undone.append(known)
        return None, undone

    def newest_number(self) -> int:
        """The number of the newest entry that did not fail, 0 where there is none. Raises UnreadableError."""
        return next((int(known.id) for known in self.known() if known.ended != EntryState.FAILED), 0)

    def unfinished(self) -> tuple[Entry, ...]:
        """The entries that were interrupted, newest first: never packed ones. Raises UnreadableError."""
        looked_at = (_look_at(entry) for entry in self.folders())
        described = (known.described() for known in looked_at if known is not None and known.ended is None)
        return tuple(entry for entry in described if entry.state is EntryState.UNFINISHED)

    def open(self, known: Known) -> EntryFolder:
        """The folder of an entry, unpacked where that has to be. Raises SdtuiError."""
        if known.folder is not None:
            return known.folder
        self.pack.unpack(known.id)
        return EntryFolder(self.folder / known.id, self._root)

    def next_folder(self) -> EntryFolder:
        """Where the next entry goes. Removes what a process left that died while it was writing a Plan down."""
        newest = next(self.pack.newest_first(), None)
        number = int(newest.id) if newest else 0
        for entry in self.folders():
            if entry.begun():
                number = max(number, int(entry.id))
                break
            entry.discard()
        return EntryFolder(self.folder / f"{1 + number:06d}", self._root)

    def oldest(self) -> str | None:
        """The number of the first entry that still stands. Raises UnreadableError."""
        return min((known.id for known in self.known()), key=int, default=None)


def _look_at(entry: EntryFolder) -> Known | None:
    """None where it was never begun."""
    try:
        header = entry.header()
    except SyntaxProblem:
        return Known(entry.id, "", 0.0, entry.state().ended, 0, 0, entry, damaged=True)
    if header is None:
        return None
    state = entry.state()
    return Known(entry.id, header.title, header.created, state.ended, state.turn, state.newest, entry)


def _of_packed(one: Packed) -> Known:
    return Known(one.id, one.title, one.created, one.ended, one.turn, one.newest)
