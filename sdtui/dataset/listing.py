"""One look into a folder: what stands in it, links followed, trouble remembered instead of raised."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.files import folder_entries
from sdtui.trainer.names import is_image

SCRATCH_SUFFIX = ".sdtui-tmp"
"""Ending of the files that atomic writing leaves for a moment (base/files.py)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Names in a folder by what they are, each tuple sorted by code point."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    """Regular files, and links to such."""
    others: tuple[str, ...]
    """Broken or circular links, sockets, pipes, devices."""

    @property
    def images(self) -> tuple[str, ...]:
        """What the trainer takes for images by name, whatever it is (library/train_util.py, glob_images)."""
        return tuple(
            sorted(name for names in (self.folders, self.files, self.others) for name in names if is_image(name))
        )


def list_folder(folder: Path) -> Listing:
    """What stands in ``folder``. Raises UnreadableError."""
    folders: list[str] = []
    files: list[str] = []
    others: list[str] = []
    with folder_entries(folder) as entries:
        for entry in entries:
            if entry.name.endswith(SCRATCH_SUFFIX):
                continue
            try:
                kind = folders if entry.is_dir() else files if entry.is_file() else others
            except OSError:
                kind = others
            kind.append(entry.name)
    return Listing(tuple(sorted(folders)), tuple(sorted(files)), tuple(sorted(others)))


def holds_images(folder: Path) -> bool:
    """True when the trainer would find an image in ``folder`` itself. Raises UnreadableError."""
    with folder_entries(folder) as entries:
        return any(is_image(entry.name) for entry in entries)


def absolute(path: Path) -> Path:
    """``path`` from the root, ``..`` taken out, links kept: the spelling decides which caption is borrowed."""
    return Path(os.path.abspath(path))  # noqa: PTH100 -- Path.absolute() keeps "..", Path.resolve() follows links
