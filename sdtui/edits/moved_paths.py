"""Finding where files are now that a config of another time or machine names elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from sdtui.dataset.listing import is_possible
from sdtui.edits.path_spelling import as_linux, below, is_absolute, joined

_NEAR = 2
"""A folder is looked for by its name alone in the config's folder and in the one around it, no further up."""


class MovedPaths:
    """Looks for folders and files by as much of the end of their old path as can be found.

    What was found for one holds for all that stood beside it.
    """

    def __init__(self, bases: Sequence[Path]) -> None:
        """``bases``: absolute folders that they may be in now, the likeliest first; those around them are tried too."""
        self._bases = tuple(dict.fromkeys(folder for base in bases for folder in (base, *base.parents)))
        self._near = {folder for base in bases for folder in (base, *base.parents)[:_NEAR]}
        self._moved: dict[str, str] = {}
        """Folders as they were written, and where they are now."""
        self._lost: set[str] = set()

    def folder(self, written: str) -> Path | None:
        """Where the folder ``written`` is now; None where nothing like it is found."""
        return self._find(written, Path.is_dir)

    def file(self, written: str) -> Path | None:
        """Where the file ``written`` is now."""
        return self._find(written, Path.is_file)

    def image(self, written: str) -> Path | None:
        """Where an image is now: in its old folder, wherever that is; no other folder is searched for it alone."""
        parent, _, name = as_linux(written).rpartition("/")
        if parent in self._lost:
            return None
        for found in self._by_prefix(as_linux(written)):
            if _is(found, Path.is_file):
                return found
        folder = self.folder(parent)
        if folder is None:
            self._lost.add(parent)
            return None
        return folder / name if _is(folder / name, Path.is_file) else None

    def _find(self, written: str, kind: Callable[[Path], bool]) -> Path | None:
        if not is_possible(written):
            return None
        path = as_linux(written) if is_absolute(written) else written.replace("\\", "/")
        for found in self._candidates(path):
            if _is(found, kind):
                self._remember(path, found)
                return found
        return None

    def _candidates(self, path: str) -> Iterator[Path]:
        if path.startswith("/"):
            yield Path(path)
        yield from self._by_prefix(path)
        parts = [part for part in PurePosixPath(path).parts if part not in ("/", ".", "..")]
        for first in range(len(parts)):
            last_alone = first == len(parts) - 1
            for base in self._bases:
                if not last_alone or base in self._near:
                    yield base.joinpath(*parts[first:])

    def _by_prefix(self, path: str) -> Iterator[Path]:
        for old, new in sorted(self._moved.items(), key=lambda pair: -len(pair[0])):
            rest = below(path, old)
            if rest is not None:
                yield Path(joined(new, rest))

    def _remember(self, path: str, found: Path) -> None:
        """That what stood around ``path`` stands around ``found`` now, as far up as their names agree."""
        old, new = PurePosixPath(path), PurePosixPath(found)
        while old.name and old.name == new.name:
            old, new = old.parent, new.parent
        if old != new and str(old) != ".":
            self._moved[str(old)] = str(new)


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except (OSError, ValueError):
        return False  # too long, or no path at all
