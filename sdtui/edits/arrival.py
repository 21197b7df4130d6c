"""Images that come to a subset: what they are called there, and what becomes of their captions, masks and caches."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import UnreadableError
from sdtui.base.files import folder_entries
from sdtui.dataset.project import CaptionSource, DatasetOptions, Sample, Subset
from sdtui.edits.companions import Companions, by_stem
from sdtui.edits.image_selection import Selection, named
from sdtui.edits.image_target import Target
from sdtui.edits.metadata_moves import MetadataMoves
from sdtui.edits.relocation import Relocation
from sdtui.edits.trash import Trash
from sdtui.trainer.captions import borrowed_caption

_LONGEST_STEM = 200
"""Bytes; file systems take names of 255."""


class Arrival:
    """Takes one image after another to ``target``, by adding to ``relocation``; copies them where ``trash`` is None.

    ``trash``: where that goes of a moved image which would be wrong in the target. Raises UnreadableError.
    """

    def __init__(
        self,
        selection: Selection,
        target: Target,
        relocation: Relocation,
        metadata: MetadataMoves,
        trash: Trash | None,
    ) -> None:
        self._subsets = {subset.name: subset for subset in selection.project.subsets}
        self._datasets = selection.project.datasets
        self._staying = selection.staying()
        self._target = target
        self._relocation = relocation
        self._metadata = metadata
        self._trash = trash
        self._names = _Names(target)
        self._said: dict[str, list[str]] = defaultdict(list)
        """For each kind of warning the names that it is about."""

    def take(self, sample: Sample, companions: Companions) -> None:
        """Take ``sample`` and what belongs to it along."""
        if sample.path.parent == self._target.folder:
            self._name_in_metadata(sample, sample.path)
            return
        stem = self._names.of(sample.path)
        if stem != splitext(sample.name)[0]:
            self._said["renamed"].append(f"{sample.name} becomes {stem}{sample.path.suffix}")
        place = self._target.folder / f"{stem}{splitext(sample.name)[1]}"
        self._go(sample.path, place, companions)
        self._name_in_metadata(sample, place)
        self._take_caption(sample, companions, place)
        self._take_unread(companions, stem)
        self._take_masks(sample, companions, stem)
        self._take_caches(sample, companions, stem)

    def warnings(self) -> Iterator[str]:
        """Sentences about what is not as a person might expect it."""
        name, tokens = self._target.name, self._target.class_tokens or ""
        no_masks = "Put into the trash" if self._trash is not None else "Not copied"
        kinds = {
            "renamed": f"Renamed, because {name} has such a name already",
            "no file": "Left behind, because it is a folder or a broken link and only files are copied",
            "shared": "Copied and not moved, because other images need it too",
            "own": "A borrowed caption becomes the image's own",
            "unread": f"Left behind, because the trainer would begin to read it in {name}",
            "tokens": f'Without a caption, and so trained on "{tokens}" there',
            "borrow": f"Without a caption, and would borrow one in {name}",
            "masks": f"{no_masks}, because {name} has no masks",
            "unmasked": f"Without a mask, and the trainer stops at that in {name}",
            "caches": f"Not taken along, because the trainer would cache something else in {name}",
        }
        for kind, what in kinds.items():
            if self._said[kind]:
                yield f"{what}: {named(self._said[kind])}."

    def _name_in_metadata(self, sample: Sample, place: Path) -> None:
        if self._target.metadata is None:
            return
        if self._trash is not None:
            self._metadata.leave(sample.path)
        self._metadata.enter(sample, place, self._target.metadata)

    def _go(self, file: Path, place: Path, companions: Companions) -> None:
        shared = self._trash is not None and self._staying.need(file, companions)
        if self._trash is not None and not shared:
            self._relocation.move(file, place)
        elif file.is_file():
            self._said["shared"] += [file.name] if shared else []
            self._relocation.copy(file, place)
        else:
            self._said["no file"].append(file.name)

    def _drop(self, file: Path, companions: Companions, kind: str) -> None:
        """Do not take ``file`` along; without its image it would be in the way where it is."""
        self._said[kind].append(file.name)
        if self._trash is not None and not self._staying.need(file, companions):
            self._relocation.move(file, self._trash.place(file))

    def _take_caption(self, sample: Sample, companions: Companions, place: Path) -> None:
        if self._target.metadata is not None:
            return
        own = self._target.folder / f"{splitext(place.name)[0]}{self._target.extension}"
        if companions.caption is not None:
            self._go(companions.caption, own, companions)
        elif sample.caption_source is CaptionSource.BORROWED and sample.caption_read_from is not None:
            self._said["own"].append(sample.name)
            self._relocation.copy(sample.caption_read_from, own)
        else:
            borrowed = borrowed_caption(str(place), self._target.extension)
            if borrowed is not None and Path(borrowed).is_file():
                self._said["borrow"].append(sample.name)
            elif self._subset(sample).class_tokens != self._target.class_tokens:
                self._said["tokens"].append(sample.name)

    def _take_unread(self, companions: Companions, stem: str) -> None:
        for text in companions.unread:
            if self._would_be_read(text):
                self._said["unread"].append(text.name)
            else:
                self._go(text, self._target.folder / f"{stem}{text.suffix}", companions)

    def _would_be_read(self, text: Path) -> bool:
        """Whether the trainer would begin to read ``text``, or other texts for its sake, in the target."""
        if self._target.metadata is not None:
            return False
        settled = any(sample.caption_source is CaptionSource.OWN for sample in self._target.samples)
        return text.suffix == self._target.extension or not (settled or self._target.has_ending)

    def _take_masks(self, sample: Sample, companions: Companions, stem: str) -> None:
        if self._target.mask_dir is None:
            for mask in companions.masks:
                self._drop(mask, companions, "masks")
            return
        if not companions.masks:
            self._said["unmasked"].append(sample.name)
        for mask in companions.masks[:1]:
            self._go(mask, self._target.mask_dir / f"{stem}{mask.suffix}", companions)
        for mask in companions.masks[1:]:
            self._drop(mask, companions, "masks")

    def _take_caches(self, sample: Sample, companions: Companions, stem: str) -> None:
        old = splitext(sample.name)[0]
        for cache, fits in (
            *((each, self._same_latents(sample)) for each in companions.latents),
            *((each, self._same_text(sample)) for each in companions.texts),
        ):
            if fits:
                self._go(cache, self._target.folder / f"{stem}{cache.name[len(old) :]}", companions)
            else:
                self._drop(cache, companions, "caches")

    def _same_latents(self, sample: Sample) -> bool:
        """Whether latents that were cached for the old subset fit the new one.

        The trainer checks neither their size nor whether there should be no alpha mask in them
        (library/strategy_base.py, _default_is_disk_cached_latents_expected).
        """
        subset = self._subset(sample)
        if _buckets(self._datasets[subset.dataset]) != _buckets(self._target.dataset):
            return False
        keys = ("alpha_mask", "resize_interpolation")
        return all(subset.options.get(key) == self._target.options.get(key) for key in keys)

    def _same_text(self, sample: Sample) -> bool:
        """Whether the text whose encoding was cached is what is read in the new subset too, prefixes aside."""
        subset = self._subset(sample)
        if sample.caption_source in (CaptionSource.OWN, CaptionSource.BORROWED):
            keys = ("enable_wildcard", "caption_separator") if self._target.metadata else ("enable_wildcard",)
            return all((subset.options.get(key) or "") == (self._target.options.get(key) or "") for key in keys)
        return subset.class_tokens == self._target.class_tokens

    def _subset(self, sample: Sample) -> Subset:
        return self._subsets[sample.subset]


class _Names:
    """Finds a stem for each arriving image under which nothing stands in the target, in any case of letters."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._taken = {stem.casefold() for folder in (target.folder, target.mask_dir) for stem in _stems(folder)}
        self._given: dict[tuple[Path, str], str] = {}
        wanting = (sample for sample in target.samples if sample.caption_source is not CaptionSource.OWN)
        # A caption of this name would be read by an image that has none of its own.
        self._lent = {borrowed_caption(str(sample.path), target.extension) for sample in wanting}

    def of(self, image: Path) -> str:
        """The stem of ``image`` in the target; images of one stem keep having one."""
        stem = splitext(image.name)[0]
        key = (image.parent, stem)
        if key not in self._given:
            self._given[key] = self._free(stem)
            self._taken.add(self._given[key].casefold())
        return self._given[key]

    def _free(self, stem: str) -> str:
        number, found = 1, stem
        while found.casefold() in self._taken or self._would_lend(found):
            number += 1
            # Not with an underscore: those decide whose caption is borrowed.
            found = f"{_shortened(stem)}-{number}"
        return found

    def _would_lend(self, stem: str) -> bool:
        return str(self._target.folder / f"{stem}{self._target.extension}") in self._lent


def _shortened(stem: str) -> str:
    """``stem``, or as much of it as leaves room for a number and the endings of caches."""
    while len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = stem[:-1]
    return stem


def _buckets(dataset: DatasetOptions) -> tuple[object, ...]:
    """What decides the size at which an image is cached."""
    steps, sides = dataset.bucket_reso_steps, (dataset.min_bucket_reso, dataset.max_bucket_reso)
    return dataset.resolution, dataset.enable_bucket, dataset.bucket_no_upscale, steps, sides


def _stems(folder: Path | None) -> list[str]:
    if folder is None:
        return []
    try:
        with folder_entries(folder) as entries:
            return list(by_stem(entry.name for entry in entries))
    except UnreadableError:
        if folder.exists():
            raise
        return []
