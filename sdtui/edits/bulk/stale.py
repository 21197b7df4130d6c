"""Which images read a caption, and which caches keep its old text; each folder is looked into once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import UnreadableError
from sdtui.base.files import folder_entries
from sdtui.dataset.project import Project, Sample
from sdtui.trainer.caches import IMAGE_INFO_CACHE, TEXT_SUFFIXES

_NOTHING: frozenset[str] = frozenset()


class Readers:
    """Which images of a project read which caption file; all are gone through when that is first asked."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, caption: Path) -> list[Sample]:
        """The images that read the file ``caption``, or would if it stood there."""
        return self._by_caption.get(caption, [])

    @cached_property
    def _by_caption(self) -> dict[Path, list[Sample]]:
        found: dict[Path, list[Sample]] = defaultdict(list)
        for subset in self._project.subsets:
            if subset.metadata_file is None:
                for sample in subset.samples:
                    found[sample.caption_read_from or sample.caption_path].append(sample)
        return found


class StaleCaches:
    """The text encoder caches beside images, and the ``metadata_cache.json`` of their folders."""

    def __init__(self) -> None:
        self._names: dict[Path, frozenset[str]] = {}

    def of(self, images: Iterable[Path]) -> tuple[Path, ...]:
        """What keeps the old text after the captions of ``images`` have changed, as far as it stands on disk."""
        found: dict[Path, None] = {}
        for image in images:
            found.update(dict.fromkeys(self._of(image)))
        return tuple(found)

    def _of(self, image: Path) -> Iterator[Path]:
        names = self._caches_in(image.parent)
        if not names:
            return
        stem = splitext(image.name)[0]
        for suffix in TEXT_SUFFIXES:
            if stem + suffix in names:
                yield image.parent / (stem + suffix)
        if IMAGE_INFO_CACHE in names:
            yield image.parent / IMAGE_INFO_CACHE

    def _caches_in(self, folder: Path) -> frozenset[str]:
        if folder not in self._names:
            self._names[folder] = _text_caches(folder)
        return self._names[folder]


def _text_caches(folder: Path) -> frozenset[str]:
    try:
        with folder_entries(folder) as entries:
            return frozenset(one.name for one in entries if one.name.endswith((*TEXT_SUFFIXES, IMAGE_INFO_CACHE)))
    except UnreadableError:
        return _NOTHING  # who reads the captions in it says so
