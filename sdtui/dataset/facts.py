"""What can be told of an image without decoding it: its size, and whether the trainer would stop at it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.files import explain
from sdtui.dataset.index import Entry, Index
from sdtui.dataset.listing import is_possible
from sdtui.images.complete import why_incomplete
from sdtui.images.header import read_size
from sdtui.images.problems import why_unreadable


@dataclass(frozen=True, slots=True)
class Facts:
    """Width and height in pixels, 0 where they cannot be read; ``problem`` is a sentence."""

    mtime_ns: int
    size: int
    width: int
    height: int
    problem: str | None


@dataclass
class FolderFacts:
    """The images of one folder; asks the files only where the index does not know them as they are now."""

    folder: Path
    index: Index
    known: dict[str, Entry] = field(init=False)
    _found: dict[str, Entry] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.known = self.index.known(self.folder)

    def of(self, name: str) -> Facts:
        """What is to be told of the image called ``name``."""
        path = f"{self.folder}/{name}"
        if not is_possible(path):
            return Facts(0, 0, 0, 0, "Its name can be no file's; the trainer would stop at it.")
        try:
            status = os.stat(path)  # noqa: PTH116 -- a Path for each of 100,000 images costs as much as the call
        except OSError as error:
            return Facts(0, 0, 0, 0, f"The trainer would stop at it: {_lowered(explain(error)[0])}.")
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
            return Facts(0, 0, 0, 0, f"It is called like an image but is {kind}; the trainer would stop at it.")
        entry = self.known.get(name)
        if entry is not None and (entry.mtime_ns, entry.size) == (status.st_mtime_ns, status.st_size):
            return Facts(entry.mtime_ns, entry.size, entry.width, entry.height, entry.problem)
        width, height = read_size(Path(path))
        return Facts(status.st_mtime_ns, status.st_size, width, height, _problem(Path(path), width, height))

    def keep(self, name: str, facts: Facts, text: bytes = b"", tokens: int = 0) -> None:
        """Remember ``facts``, and the tokens of the text that was counted, for the next scan."""
        if facts.mtime_ns == 0:
            return
        entry = Entry(facts.mtime_ns, facts.size, facts.width, facts.height, facts.problem, text, tokens)
        if self.known.get(name) != entry:
            self._found[name] = entry

    def save(self, names: frozenset[str]) -> None:
        """Write what is new to the index, and forget what is not among ``names`` any more."""
        gone = self.known.keys() - names
        if self._found or gone:
            self.index.remember(self.folder, self._found, gone)


def _problem(path: Path, width: int, height: int) -> str | None:
    if width > 0 and height > 0:
        return why_incomplete(path)
    reason = why_unreadable(path)
    return f"{reason.what}. {reason.remedy}" if reason.remedy else f"{reason.what}."


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
