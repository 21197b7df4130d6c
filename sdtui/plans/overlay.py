"""The world as it will be once some changes are done, without doing any: later changes build on earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TypeAlias, TypeVar

from sdtui.base.copies import Digest, digest_of_file
from sdtui.base.files import read_if_there
from sdtui.base.os_errors import read_error
from sdtui.plans.names import present
from sdtui.plans.patch import Patch
from sdtui.plans.plan import Change, Copy, MakeFolder, Remove, Write


class _Made(Enum):
    FOLDER = "folder"
    NOTHING = "nothing"


T = TypeVar("T")
_Content: TypeAlias = bytes | Path | _Made
"""What is at a place: bytes that a change put there, or that which stands on disk now at a Path."""


class Overlay:
    """Answers what stands at a path after the changes that were added.

    It looks by walking back through the changes that were about the path or what is above it, so that each look takes
    the same short time after ten thousand changes as after one.
    """

    def __init__(self) -> None:
        self.usable: set[Path] = set()
        """Folders that were found to stand and to be writable; forgotten when folders may change."""
        self._now = 0
        self._put: dict[Path, list[tuple[int, _Content]]] = {}
        self._moved: dict[str, list[tuple[int, Path | None]]] = {}
        """For each end of a move when it was moved and, at its new end, whence."""

    def add(self, change: Change | Patch) -> None:
        """From now on answer as if ``change`` were done."""
        if isinstance(change, Write):
            self._remember(change.path, change.after)
        elif isinstance(change, Patch):
            self._remember(change.path, change.forward(self.read(change.path) or b""))
        elif isinstance(change, Copy):
            self._remember(change.target, self._look(change.source))
        elif isinstance(change, Remove):
            self._remember(change.path, _Made.NOTHING)
        elif isinstance(change, MakeFolder):
            self.usable.clear()
            for folder in (change.path, *change.path.parents):
                self._remember(folder, _Made.FOLDER)
        else:
            self.usable.clear()
            self._now += 1
            self._moved.setdefault(str(change.source), []).append((self._now, None))
            self._moved.setdefault(str(change.target), []).append((self._now, change.source))

    def real(self, path: Path) -> Path | None:
        """Where on disk that stands now which will stand at ``path``; None where it does not stand there yet."""
        content = self._look(path)
        return content if isinstance(content, Path) else None

    def read(self, path: Path) -> bytes | None:
        """The bytes that will stand at ``path``, None where no file will. Raises UnreadableError."""
        content = self._look(path)
        if isinstance(content, Path):
            return read_if_there(content)
        return content if isinstance(content, bytes) else None

    def digest(self, path: Path) -> Digest:
        """The digest of the file that will stand at ``path``. Raises UnreadableError."""
        content = self._look(path)
        if isinstance(content, bytes):
            return Digest.of(content)
        try:
            return digest_of_file(content if isinstance(content, Path) else path)
        except OSError as error:
            raise read_error(error, path) from error

    def present(self, path: Path) -> bool:
        """Whether anything will stand at ``path``."""
        content = self._look(path)
        return present(content) if isinstance(content, Path) else content is not _Made.NOTHING

    def is_folder(self, path: Path) -> bool:
        """Whether a folder will stand at ``path``."""
        content = self._look(path)
        return content.is_dir() if isinstance(content, Path) else content is _Made.FOLDER

    def _remember(self, path: Path, content: _Content) -> None:
        self._now += 1
        self._put.setdefault(path, []).append((self._now, content))

    def _look(self, path: Path) -> _Content:
        until = self._now + 1
        while True:
            put_at, content = _latest(self._put.get(path), until, _Made.NOTHING)
            moved_at, origin = max(self._moves_of(path, until), key=lambda move: move[0], default=(0, None))
            if put_at > moved_at:
                return content
            if moved_at == 0:
                return path
            if origin is None:
                return _Made.NOTHING
            path, until = origin, moved_at

    def _moves_of(self, path: Path, until: int) -> Iterator[tuple[int, Path | None]]:
        """When it or what is above it was moved last before ``until``, and where it was before that."""
        above = str(path) if self._moved else ""
        while above:
            at, source = _latest(self._moved.get(above), until, None)
            if at:
                yield at, None if source is None else source / path.relative_to(above)
            above = above.rpartition("/")[0]  # text, because a Path of each would take most of the time


def _latest(events: list[tuple[int, T]] | None, until: int, otherwise: T) -> tuple[int, T]:
    """The last of ``events`` before ``until``; (0, ``otherwise``) where there is none."""
    return next((event for event in reversed(events or ()) if event[0] < until), (0, otherwise))
