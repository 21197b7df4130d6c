"""One caption as it is and as it would be, and what is left as it is."""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.files import read_bytes, read_error
from sdtui.dataset.caption_files import LARGEST
from sdtui.dataset.project import Sample, Subset
from sdtui.edits.operations import Setting
from sdtui.plans.plan import Write


@dataclass(frozen=True, slots=True)
class Draft:
    """A caption that would change."""

    sample: Sample
    subset: Subset
    setting: Setting
    path: Path
    """The file that is written."""
    before: str
    after: str
    read_before: str | None
    """What the trainer reads before prefix and suffix, None where there is no text."""
    read_after: str | None
    notes: tuple[str, ...] = ()
    """Sentences about this caption."""


@dataclass
class Drafts:
    """What the images that were asked for come to."""

    changes: list[Draft] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """Images that an operation has nothing to do with, by what tells them: "without a .caption file"."""


class Once:
    """Tells which file was met already: two images of one stem have one caption, and so have linked folders."""

    def __init__(self) -> None:
        self._first: dict[str, Sample] = {}
        self._folders: dict[Path, str] = {}
        self.shared: dict[Path, list[Sample]] = {}
        """By the first image that came with a file: the further ones."""

    def first(self, path: Path, sample: Sample) -> bool:
        """True when no file that is ``path`` was asked about before."""
        known = self._first.setdefault(self._real(path), sample)
        if known is not sample:
            self.shared.setdefault(known.path, []).append(sample)
        return known is sample

    def _real(self, path: Path) -> str:
        folder = self._folders.get(path.parent)
        if folder is None:
            folder = self._folders.setdefault(path.parent, os.path.realpath(path.parent))
        name = f"{folder}/{path.name}"
        return os.path.realpath(name) if os.path.islink(name) else name  # noqa: PTH114 -- one call for each of 100,000


def standing(path: Path) -> bytes | None:
    """The bytes of a caption file, None where there is none. Raises UnreadableError for what can be no caption."""
    try:
        seen = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise UnreadableError("This is a link to a file that does not exist", path=path) from None
        return None
    except OSError as error:
        raise read_error(error, path) from error
    if not stat.S_ISREG(seen.st_mode):
        raise UnreadableError("This is no regular file", path=path)
    if seen.st_size > LARGEST:
        raise UnreadableError("This file is larger than 4 MB; that is no caption", path=path)
    return read_bytes(path)
