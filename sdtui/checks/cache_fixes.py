"""Taking caches away that do not fit their images any more: the trainer makes them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from sdtui.base.text import plural
from sdtui.base.work import Progress, Work
from sdtui.checks.cache_metadata import misread
from sdtui.checks.finding import Finding
from sdtui.checks.samples import samples_of
from sdtui.dataset.project import Project, Sample
from sdtui.edits.captions import removals
from sdtui.edits.companions import CompanionFinder, Companions
from sdtui.edits.proposal import Proposal
from sdtui.plans.plan import Plan
from sdtui.trainer.cached_sizes import SUFFIXES, matched_caches
from sdtui.trainer.npz import shapes

_Which = Callable[[Companions], Iterable[Path]]


def _of_images(which: _Which, project: Project, finding: Finding) -> Work[Proposal]:
    """Of each image the caches that ``which`` picks."""
    finder = CompanionFinder(project)
    found: list[Path] = []
    samples = samples_of(project, finding)
    for number, sample in enumerate(samples):
        if number % 100 == 0:
            yield Progress(number, len(samples), "images")
        found += which(finder.of(sample))
    return _taking(found)


def _named_alike(project: Project, finding: Finding) -> Work[Proposal]:
    """The caches by whose names the trainer goes for each image, whomever they belong to."""
    yield Progress(0, len(finding.files), "images")
    about = frozenset(finding.files)
    finder = CompanionFinder(project)
    found: list[Path] = []
    for subset in project.subsets:
        if any(sample.path in about for sample in subset.samples):
            if subset.metadata_file is not None:
                taken = misread(subset, SUFFIXES, finder.names_in)
                found += [cache for image, cache in taken.items() if image in about]
                continue
            names = sorted(finder.names_in(subset.image_dir))
            for suffix in SUFFIXES:
                caches = [str(subset.image_dir / name) for name in names if name.endswith(suffix)]
                found += _matched(subset.samples, caches, about)
    return _taking(found)


def _matched(samples: Iterable[Sample], caches: list[str], about: frozenset[Path]) -> Iterator[Path]:
    every = list(samples)
    for sample, cache in zip(every, matched_caches([str(one.path) for one in every], caches), strict=True):
        if cache is not None and sample.path in about:
            yield Path(cache)


def _the_files(project: Project, finding: Finding) -> Work[Proposal]:
    """The files of the finding themselves."""
    yield Progress(0, len(finding.files), "caches")
    return _taking(finding.files)


def _unreadable(companions: Companions) -> Iterator[Path]:
    for cache in (*companions.latents, *companions.texts):
        try:
            shapes(cache)
        except (ValueError, OSError):
            yield cache


def _taking(caches: Iterable[Path]) -> Proposal:
    changes = removals(dict.fromkeys(caches))
    title = f"delete {plural(len(changes), 'cache')}"
    return Proposal(title, Plan(title, changes))


_latents = partial(_of_images, lambda companions: companions.latents)
_texts = partial(_of_images, lambda companions: companions.texts)

CACHE_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    "latents-stale": _latents,
    "latents-size": _latents,
    "latents-resolution": _latents,
    "latents-other-image": _named_alike,
    "latents-name": _named_alike,
    "latents-as-image": _named_alike,
    "cache-broken": partial(_of_images, _unreadable),
    "text-cache-stale": _texts,
    "text-cache-length": _texts,
    "cache-orphan": _the_files,
    "image-info-stale": _the_files,
    "image-info-broken": _the_files,
}
"""By the code of the finding."""
