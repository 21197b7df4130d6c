"""The world as it will be once some changes are done, without doing any: later changes build on earlier ones."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.files import read_bytes
from sdtui.plans.names import present
from sdtui.plans.plan import Change, MakeFolder, Move, Remove, Write


class Overlay:
    """Answers what stands at a path after the changes that were added."""

    def __init__(self) -> None:
        self._content: dict[Path, bytes | None] = {}
        self._folders: set[Path] = set()
        self._moves: list[tuple[Path, Path]] = []

    def add(self, change: Change) -> None:
        """From now on answer as if ``change`` were done."""
        if isinstance(change, Write):
            self._content[change.path] = change.after
        elif isinstance(change, Remove):
            self._content[change.path] = None
        elif isinstance(change, MakeFolder):
            self._folders.update({change.path, *change.path.parents})
        else:
            self._moves.append((change.source, change.target))
            self._content = {_moved(path, change): data for path, data in self._content.items()}
            self._folders = {_moved(path, change) for path in self._folders}

    def real(self, path: Path) -> Path | None:
        """Where on disk that stands now which will stand at ``path``; None where nothing will."""
        for source, target in reversed(self._moves):
            if path.is_relative_to(target):
                path = source / path.relative_to(target)
            elif path.is_relative_to(source):
                return None
        return path

    def read(self, path: Path) -> bytes | None:
        """The bytes that will stand at ``path``, None where no file will. Raises UnreadableError."""
        if path in self._content:
            return self._content[path]
        real = self.real(path)
        if real is None or not real.exists():
            return None
        return read_bytes(real)

    def present(self, path: Path) -> bool:
        """Whether anything will stand at ``path``."""
        if path in self._content:
            return self._content[path] is not None
        real = self.real(path)
        return path in self._folders or (real is not None and present(real))

    def is_folder(self, path: Path) -> bool:
        """Whether a folder will stand at ``path``."""
        real = self.real(path)
        return path in self._folders or (path not in self._content and real is not None and real.is_dir())


def _moved(path: Path, move: Move) -> Path:
    return move.target / path.relative_to(move.source) if path.is_relative_to(move.source) else path
