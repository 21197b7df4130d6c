"""Which files that the trainer cached beside images do not fit them any more. It looks at their names alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import UnreadableError
from sdtui.base.files import folder_entries
from sdtui.base.work import Cancelled, Pace, Work, never_cancelled
from sdtui.checks import cache_rules as rules
from sdtui.checks.cache_info import info_findings
from sdtui.checks.cache_metadata import misread
from sdtui.checks.cache_use import CacheUse
from sdtui.checks.finding import Finding
from sdtui.checks.rule import Broken
from sdtui.dataset.epoch import placement
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.reading import chunks
from sdtui.trainer.cached_sizes import OLD_SUFFIXES, cache_name, matched_caches, size_in_name
from sdtui.trainer.caches import latents_stem, text_stem
from sdtui.trainer.names import looks_like_picture
from sdtui.trainer.npz import shapes
from sdtui.trainer.profiles import Settings

_CLOCK = 2_000_000_000
"""Nanoseconds by which two files may differ and still be of one moment: some file systems count in pairs of seconds."""
_STRIDE = 8
"""Pixels of a side to one of its latents, for SD and SDXL (library/strategy_sd.py)."""


def cache_findings(
    project: Project, settings: Settings | None = None, *, cancelled: Cancelled = never_cancelled
) -> Work[tuple[Finding, ...]]:
    """Look at the caches beside the images of ``project``. Raises WorkCancelled.

    ``settings`` say which of them the run reads; without, all are looked at.
    """
    use = CacheUse.of(project, settings)
    checker = _Checker(use)
    pace = Pace(sum(subset.img_count for subset in project.subsets), cancelled)
    for subset in project.subsets:
        for suffix in checker.suffixes(subset):
            checker.sizes(subset, suffix)
        checker.misread(subset)
        for chunk in chunks(subset.samples):
            for sample in chunk:
                checker.look(subset, sample)
            yield from pace.step(len(chunk))
    checker.orphans(project)
    where = project.toml or project.root
    return (*checker.broken.findings(where), *info_findings(project))


@dataclass
class _Checker:
    use: CacheUse
    broken: Broken = field(default_factory=Broken)
    _folders: dict[Path, frozenset[str]] = field(default_factory=dict)
    """By folder the names of caches in it, and of everything that looks like a picture."""
    _sizes: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """By image the size that a cache's name tells the trainer."""

    def suffixes(self, subset: Subset) -> tuple[str, ...]:
        """The endings of latent caches by whose names the trainer may go in this subset."""
        if subset.metadata_file is not None or (subset.options.get("cache_info") and self.use.has_info(subset)):
            return ()
        names = self.names(subset.image_dir)
        return tuple(suffix for suffix in self.use.named if any(name.endswith(suffix) for name in names))

    def sizes(self, subset: Subset, suffix: str) -> None:
        """Compare what names of caches say with what the images are."""
        names = sorted(self.names(subset.image_dir))
        caches = [str(subset.image_dir / name) for name in names if name.endswith(suffix)]
        images = [str(sample.path) for sample in subset.samples]
        for sample, cache in zip(subset.samples, matched_caches(images, caches), strict=True):
            if cache is None:
                continue
            try:
                said = size_in_name(cache)
            except ValueError:
                self.broken.add(rules.NAMELESS, sample.path)
                continue
            self._sizes[sample.path] = said
            if said != (sample.width, sample.height) and sample.width:
                own = latents_stem(os.path.basename(cache)) == splitext(sample.name)[0]  # noqa: PTH119
                self.broken.add(rules.OLD_SIZE if own else rules.OTHER_CACHE, sample.path)

    def misread(self, subset: Subset) -> None:
        """Images of a metadata file for which a cache is taken."""
        if self.use.misread is not None:
            for image in misread(subset, self.use.named, self.names):
                self.broken.add(self.use.misread, image)

    def look(self, subset: Subset, sample: Sample) -> None:
        """The caches that the trainer would load for one image."""
        names = self.names(sample.path.parent)
        if not names:
            return
        for name in self._latents(sample, names):
            self._of_latents(sample, sample.path.parent / name)
        for suffix in self.use.texts:
            name = splitext(sample.name)[0] + suffix
            if name in names:
                self._of_text(subset, sample, sample.path.parent / name)

    def orphans(self, project: Project) -> None:
        """Caches whose image is gone. A bare ``.npz`` may be anything."""
        folders = {sample.path.parent for subset in project.subsets for sample in subset.samples}
        for folder in sorted(folders):
            names = self.names(folder)
            stems = {splitext(name)[0] for name in names if looks_like_picture(name)}
            for name in sorted(names):
                stem = text_stem(name) or latents_stem(name)
                if name.endswith(".npz") and stem not in stems and stem != splitext(name)[0]:
                    self.broken.add(rules.ORPHAN, folder / name)

    def names(self, folder: Path) -> frozenset[str]:
        """Caches and pictures in ``folder``; nothing where there is no cache in it."""
        if folder not in self._folders:
            try:
                with folder_entries(folder) as entries:
                    found = frozenset(
                        one.name for one in entries if one.name.endswith(".npz") or looks_like_picture(one.name)
                    )
            except UnreadableError:
                found = frozenset()  # who reads the images in it says so
            self._folders[folder] = found if any(name.endswith(".npz") for name in found) else frozenset()
        return self._folders[folder]

    def _latents(self, sample: Sample, names: frozenset[str]) -> Iterator[str]:
        size = self._sizes.get(sample.path, (sample.width, sample.height))
        for suffix in self.use.latents:
            old = f"{splitext(sample.name)[0]}.npz"
            if suffix in OLD_SUFFIXES and old in names:
                yield old
            elif (name := cache_name(sample.name, size, suffix)) in names:
                yield name

    def _of_latents(self, sample: Sample, cache: Path) -> None:
        if _older(cache, sample.path):
            self.broken.add(rules.STALE_LATENTS, sample.path)
        found = self._shapes(sample, cache)
        bucket = self._bucket(sample) if found is not None and _is_plain(cache.name) else None
        latents = (found or {}).get("latents", ())
        if bucket is not None and len(latents) >= 2 and latents[-2:] != (bucket[1] // _STRIDE, bucket[0] // _STRIDE):
            self.broken.add(rules.OTHER_BUCKET, sample.path)

    def _bucket(self, sample: Sample) -> tuple[int, int] | None:
        real = (sample.width, sample.height)
        if not self.use.sized or self._sizes.get(sample.path, real) != real:
            return None  # the bucket would be that of a wrong size, which is told already
        return placement(self.use.project, sample).bucket

    def _of_text(self, subset: Subset, sample: Sample, cache: Path) -> None:
        source = sample.caption_read_from
        # A metadata file is written whole, so that its time says nothing of one caption.
        if source is not None and subset.metadata_file is None and _older(cache, source):
            self.broken.add(rules.STALE_TEXT, sample.path)
        found = self._shapes(sample, cache)
        states = (found or {}).get("hidden_state1", ())
        if self.use.tokens is not None and len(states) >= 2 and states[-2] != self.use.tokens:
            self.broken.add(rules.OTHER_LENGTH, sample.path)

    def _shapes(self, sample: Sample, cache: Path) -> dict[str, tuple[int, ...]] | None:
        try:
            return shapes(cache)
        except FileNotFoundError:
            return None  # a link to nowhere, which the trainer takes for none
        except (ValueError, OSError):
            self.broken.add(rules.BROKEN, sample.path)
            return None


def _is_plain(name: str) -> bool:
    """Whether its arrays do not say for which bucket they are: those of SD and SDXL, and old ones."""
    return name.endswith(OLD_SUFFIXES) or latents_stem(name) == splitext(name)[0]


def _older(cache: Path, than: Path) -> bool:
    try:
        return cache.stat().st_mtime_ns + _CLOCK < than.stat().st_mtime_ns
    except OSError:
        return False  # gone meanwhile
