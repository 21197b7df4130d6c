"""What belongs to an image (caption, masks, what the trainer cached of it), and who else needs these files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import splitext

from sdtui.base.files import folder_entries
from sdtui.dataset.caption_files import EXTENSIONS
from sdtui.dataset.project import CaptionSource, Project, Sample
from sdtui.trainer.caches import latents_stem, text_stem
from sdtui.trainer.names import is_image


@dataclass(frozen=True, slots=True)
class Companions:
    """The files of one image. Images of one stem (``a.png`` and ``a.jpg``) have the same ones."""

    caption: Path | None
    """Its own caption, where it has one."""
    unread: tuple[Path, ...]
    """Texts of its name with another ending, which the trainer does not read here."""
    masks: tuple[Path, ...]
    latents: tuple[Path, ...]
    texts: tuple[Path, ...]
    """Caches of its text encoder outputs."""
    namesakes: tuple[Path, ...]
    """Other images of the same stem in its folder."""
    borrowers: tuple[Path, ...]
    """Images that have no caption of their own and read this one's."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        own = (self.caption,) if self.caption is not None else ()
        return (*own, *self.unread, *self.masks, *self.latents, *self.texts)


class CompanionFinder:
    """Finds the companions of the images of a project; each folder is looked into once."""

    def __init__(self, project: Project) -> None:
        self._folders: dict[Path, Mapping[str, list[str]]] = {}
        self._masks: dict[Path, dict[Path, None]] = defaultdict(dict)
        self._borrowers: dict[Path, dict[Path, None]] = defaultdict(dict)
        self._metadata = {subset.metadata_file for subset in project.subsets}
        for sample in (sample for subset in project.subsets for sample in subset.samples):
            if sample.mask_path is not None:
                self._masks[sample.path][sample.mask_path] = None
            if sample.caption_source is CaptionSource.BORROWED and sample.caption_read_from is not None:
                self._borrowers[sample.caption_read_from][sample.path] = None

    def of(self, sample: Sample) -> Companions:
        """The companions of ``sample`` as they stand on disk now. Raises UnreadableError."""
        folder, stem = sample.path.parent, splitext(sample.path.name)[0]
        names = self._by_stem(folder).get(stem, [])
        own = sample.caption_path
        read = own if own.parent == folder and own.name in names and own not in self._metadata else None
        return Companions(
            caption=read,
            unread=tuple(folder / name for name in names if _is_text(name) and folder / name != read),
            masks=tuple(self._masks.get(sample.path, ())),
            latents=tuple(folder / name for name in names if latents_stem(name) == stem),
            texts=tuple(folder / name for name in names if text_stem(name) == stem),
            namesakes=tuple(folder / name for name in names if is_image(name) and name != sample.name),
            borrowers=tuple(self._borrowers.get(own, ())),
        )

    def names_in(self, folder: Path) -> frozenset[str]:
        """What stands in ``folder`` now. Raises UnreadableError."""
        return frozenset(name for names in self._by_stem(folder).values() for name in names)

    def _by_stem(self, folder: Path) -> Mapping[str, list[str]]:
        if folder not in self._folders:
            with folder_entries(folder) as entries:
                self._folders[folder] = by_stem(entry.name for entry in entries)
        return self._folders[folder]


def by_stem(names: Iterable[str]) -> Mapping[str, list[str]]:
    """``names`` by the stem of the image that they would belong to, each list sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        stem = latents_stem(name) if name.endswith(".npz") else None
        found[stem or text_stem(name) or splitext(name)[0]].append(name)
    return found


def _is_text(name: str) -> bool:
    return not name.startswith(".") and splitext(name)[1] in EXTENSIONS
