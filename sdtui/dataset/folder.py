"""Reads one subset folder: its images, their captions and masks, and what the trainer would leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from posixpath import splitext

from sdtui.base.paths import PROJECT_FOLDER
from sdtui.base.work import Work
from sdtui.dataset.caption_files import EXTENSIONS, CaptionFiles, Found, extension_in
from sdtui.dataset.facts import Facts, FolderFacts
from sdtui.dataset.listing import Listing
from sdtui.dataset.masks import Masks
from sdtui.dataset.project import CaptionSource, Ignored, Sample, Subset
from sdtui.dataset.reading import Reading, Tools, chunks, count_tokens
from sdtui.dataset.subset_folders import Place
from sdtui.trainer.caches import is_cache
from sdtui.trainer.captions import CaptionRules
from sdtui.trainer.names import why_ignored


@dataclass(frozen=True, slots=True)
class Previous:
    """Samples of an earlier scan, and what has changed since: the others need not be read again."""

    samples: Mapping[str, Sample] = field(default_factory=dict)
    """By the image's name."""
    changed: frozenset[Path] = frozenset()

    def untouched(self, name: str, captions: CaptionFiles, changed_masks: frozenset[str]) -> Sample | None:
        """The earlier sample of the image called ``name``, if nothing that it is made of has changed."""
        sample = self.samples.get(name)
        if sample is None or sample.path in self.changed or sample.caption_path in self.changed:
            return None
        if sample.caption_path.name != splitext(name)[0] + captions.extension:
            return None
        if sample.caption_source is not CaptionSource.OWN and captions.borrowed(name) in self.changed:
            return None
        return None if sample.path.stem in changed_masks else sample


NOTHING = Previous()


def read_folder(
    place: Place, listing: Listing, tools: Tools, *, exact_masks: bool = True, previous: Previous = NOTHING
) -> Work[Reading]:
    """The subset at ``place``, whose folder holds ``listing``. Raises WorkCancelled."""
    images = listing.images
    files = frozenset(listing.files)
    extension = place.caption_extension or extension_in(images, files)
    captions = CaptionFiles(place, files, extension, bool(place.options.get("enable_wildcard")))
    reader = _Reader(
        place,
        tools,
        captions,
        Masks.of(place.mask_dir, tools.index, exact_size=exact_masks),
        FolderFacts(place.image_dir, tools.index),
        previous,
    )
    samples: list[Sample] = []
    for chunk in chunks(images):
        samples += reader.read(chunk)
        yield from tools.pace.step(len(chunk))
    reader.save(images)
    ignored = tuple(_ignored(place, listing, captions, reader.masks))
    subset = Subset(
        name=place.name,
        image_dir=place.image_dir,
        num_repeats=place.num_repeats,
        is_reg=place.is_reg,
        class_tokens=place.class_tokens,
        caption_extension=extension,
        samples=tuple(samples),
        dataset=place.dataset,
        position=place.position,
        mask_dir=place.mask_dir,
        options=place.options,
    )
    return Reading(subset, ignored)


@dataclass
class _Reader:
    place: Place
    tools: Tools
    captions: CaptionFiles
    masks: Masks | None
    facts: FolderFacts
    previous: Previous

    def __post_init__(self) -> None:
        self.rules = CaptionRules.from_options(self.place.options)
        self.changed_masks = frozenset(
            path.stem for path in self.previous.changed if self.masks is not None and path.parent == self.masks.folder
        )

    def read(self, names: Sequence[str]) -> list[Sample]:
        """The samples of these images."""
        kept = {name: self.previous.untouched(name, self.captions, self.changed_masks) for name in names}
        fresh = iter(self._read_fresh([name for name in names if kept[name] is None]))
        return [self._kept(name, sample) if (sample := kept[name]) else next(fresh) for name in names]

    def save(self, images: Iterable[str]) -> None:
        """Remember what was found out for the next scan."""
        self.facts.save(frozenset(images))
        if self.masks is not None:
            self.masks.save()

    def _kept(self, name: str, sample: Sample) -> Sample:
        # What it reads is marked as read, so that it is not listed as ignored.
        if sample.caption_read_from is not None and sample.caption_read_from.parent == self.place.image_dir:
            self.captions.used.add(sample.caption_read_from.name)
        if self.masks is not None:
            self.masks.mark(name)
        return sample if sample.subset == self.place.name else replace(sample, subset=self.place.name)

    def _read_fresh(self, names: Sequence[str]) -> list[Sample]:
        facts = [self.facts.of(name) for name in names]
        found = [self.captions.of(name) for name in names]
        known = [self.facts.known.get(name) for name in names]
        tokens = count_tokens([self._trained(item) for item in found], known, self.rules, self.tools.mode)
        samples = []
        for name, fact, caption, (key, count) in zip(names, facts, found, tokens, strict=True):
            self.facts.keep(name, fact, key, count)
            samples.append(self._sample(name, fact, caption, count))
        return samples

    def _trained(self, found: Found) -> str | None:
        """The text before prefix and suffix; None where the trainer would stop."""
        if found.problem:
            return None
        if found.source is CaptionSource.NONE:
            return self.place.class_tokens or ""
        return found.text

    def _sample(self, name: str, facts: Facts, found: Found, tokens: int) -> Sample:
        mask, misfit = self.masks.of_image(name, (facts.width, facts.height)) if self.masks else (None, None)
        source = found.source
        if source is CaptionSource.NONE and self.place.class_tokens:
            source = CaptionSource.CLASS
        return Sample(
            path=self.place.image_dir / name,
            subset=self.place.name,
            width=facts.width,
            height=facts.height,
            caption=found.text,
            caption_path=found.own,
            caption_read_from=found.read_from,
            caption_source=source,
            tokens=tokens,
            mask_path=mask,
            problem=facts.problem or found.problem or misfit,
        )


def _ignored(place: Place, listing: Listing, captions: CaptionFiles, masks: Masks | None) -> Iterable[Ignored]:
    read = captions.used.union(listing.images)
    stems = {splitext(name)[0] for name in listing.images}
    for name in listing.folders:
        path = place.image_dir / name
        if path != place.mask_dir and name not in read and name != PROJECT_FOLDER:
            yield Ignored(path, "The trainer does not look into folders inside a subset.")
    for name in (*listing.files, *listing.others):
        if name in read or is_cache(name):
            continue
        reason = why_ignored(name) or ""
        stem, ending = splitext(name)
        if not name.startswith(".") and ending.lower() in {*EXTENSIONS, captions.extension}:
            reason = "No image has this name." if stem not in stems else _unread(ending, captions.extension)
        yield Ignored(place.image_dir / name, reason)
    if masks is not None:
        yield from masks.extra()


def _unread(ending: str, extension: str) -> str:
    if ending != extension:
        return f"Captions are read from {extension} files here."
    return "It is a broken link, or no regular file."
