"""Changes that take files elsewhere, in an order in which they can be made, also to another disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sdtui.edits.captions import removals
from sdtui.plans.plan import Change, Copy, MakeFolder, Move


class Relocation:
    """Collects what goes where, each file once, and makes the changes of it."""

    def __init__(self) -> None:
        self._copies: dict[Path, Path] = {}
        """By target."""
        self._moves: dict[Path, Path] = {}
        """By source."""
        self._removed: dict[Path, None] = {}
        self._devices: dict[Path, int] = {}

    def copy(self, source: Path, target: Path) -> None:
        self._copies.setdefault(target, source)

    def move(self, source: Path, target: Path) -> None:
        self._moves.setdefault(source, target)

    def remove(self, path: Path) -> None:
        """Take ``path`` away."""
        self._removed[path] = None

    def taken(self, path: Path) -> bool:
        """Whether ``path`` goes elsewhere already."""
        return path in self._moves

    def changes(self) -> tuple[Change, ...]:
        """The folders, then what is copied, what is moved, and what is removed.

        What goes to another disk is copied there, and then removed: a rename cannot cross over.
        """
        copies = dict(self._copies)
        moves: list[Change] = []
        removed = dict(self._removed)
        for source, target in self._moves.items():
            if self._device(source.parent) == self._device(target.parent):
                moves.append(Move(source, target))
            else:
                copies[target] = source
                removed[source] = None
        targets = (*copies, *(change.target for change in moves if isinstance(change, Move)))
        return (
            *_missing_folders(targets),
            *(Copy(source, target) for target, source in copies.items()),
            *moves,
            *removals(removed),
        )

    def _device(self, folder: Path) -> int:
        if folder not in self._devices:
            self._devices[folder] = device_of(folder)
        return self._devices[folder]


def device_of(folder: Path) -> int:
    """The disk that ``folder`` is on, or would be on."""
    here = folder
    while not here.exists() and here != here.parent:
        here = here.parent
    return here.stat().st_dev


def _missing_folders(targets: Iterable[Path]) -> list[Change]:
    folders = dict.fromkeys(target.parent for target in targets)
    return [MakeFolder(folder) for folder in folders if not folder.is_dir()]
