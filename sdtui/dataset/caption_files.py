"""Finds the caption file of each image in a folder, and reads it as the trainer does."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import basename, dirname, join, splitext

from sdtui.base.files import explain
from sdtui.dataset.listing import absolute
from sdtui.dataset.project import CaptionSource
from sdtui.dataset.subset_folders import Place
from sdtui.trainer.captions import CaptionReading, borrowed_caption, read_caption

EXTENSIONS = (".txt", ".caption")
LARGEST = 4 << 20
"""Bytes; a caption file beyond this is some other file that carries a caption's name."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where an image's caption comes from."""

    own: Path
    read_from: Path | None
    source: CaptionSource
    text: str | None
    problem: str | None


@dataclass
class CaptionFiles:
    """The captions of one subset folder."""

    place: Place
    files: frozenset[str]
    """Names of the regular files in the folder."""
    extension: str
    wildcard: bool = False
    used: set[str] = field(default_factory=set)
    """Names of the caption files in this folder that an image reads."""
    _elsewhere: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._folder = str(self.place.image_dir)
        self._written = self.place.written_dir if self.place.written_dir is not None else self._folder

    def of(self, image: str) -> Found:
        """The caption of the image called ``image``."""
        name = splitext(image)[0] + self.extension
        own = self.place.image_dir / name
        if name in self.files:
            self.used.add(name)
            return self._read(own, own, CaptionSource.OWN)
        borrowed = self.borrowed(image)
        if borrowed is not None and self._stands(borrowed):
            return self._read(own, borrowed, CaptionSource.BORROWED)
        return Found(own, None, CaptionSource.NONE, None, None)

    def borrowed(self, image: str) -> Path | None:
        """The other file that would be read for ``image``, whether it stands there or not."""
        spelled = join(self._written, image)
        borrowed = borrowed_caption(spelled, self.extension)
        if borrowed is None:
            return None
        if dirname(borrowed) == dirname(spelled):
            return self.place.image_dir / basename(borrowed)
        return absolute(Path(borrowed))

    def _stands(self, path: Path) -> bool:
        if str(path.parent) == self._folder:
            if path.name in self.files:
                self.used.add(path.name)
                return True
            return False
        key = str(path)
        if key not in self._elsewhere:
            self._elsewhere[key] = path.is_file()
        return self._elsewhere[key]

    def _read(self, own: Path, path: Path, source: CaptionSource) -> Found:
        reading = read_file(path, wildcard=self.wildcard)
        return Found(own, path, source, reading.text, reading.problem)


def read_file(path: Path, *, wildcard: bool = False) -> CaptionReading:
    """The caption in a file; what keeps the trainer from reading it is its ``problem``."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.read(handle, 1 << 16)
            if len(data) == 1 << 16:
                data += _rest(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return CaptionReading(None, f"The caption could not be read. {explain(error)[0]}.")
    if len(data) > LARGEST:
        return CaptionReading(None, "The caption file is larger than 4 MB; that is no caption.")
    return read_caption(data, wildcard=wildcard)


def _rest(handle: int) -> bytes:
    parts = []
    left = LARGEST
    while left > 0 and (block := os.read(handle, 1 << 20)):
        parts.append(block)
        left -= len(block)
    return b"".join(parts)


def extension_in(images: tuple[str, ...], files: frozenset[str]) -> str:
    """``.txt``; ``.caption`` where captions of these images end in that only."""
    if not any(name.endswith(".caption") for name in files):
        return ".txt"
    stems = [splitext(name)[0] for name in images]
    if any(f"{stem}.txt" in files for stem in stems) or not any(f"{stem}.caption" in files for stem in stems):
        return ".txt"
    return ".caption"
