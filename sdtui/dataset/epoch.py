"""What one epoch of a project is to the trainer: entries, shares, buckets and steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from posixpath import join

from sdtui.dataset.project import DatasetOptions, Project, Sample, Subset
from sdtui.trainer.buckets import BucketRules, Buckets, Placement, Size, why_refused
from sdtui.trainer.steps import SubsetImages, batches, entries, steps_per_epoch, training_part

_SIDE_OF_LARGE = 768


@dataclass(frozen=True, slots=True)
class SubsetEpoch:
    """One subset in an epoch."""

    name: str
    is_reg: bool
    img_count: int
    """Images that the trainer reads, those that validate left out."""
    images: int
    """Images that are used at least once; for regularization perhaps fewer than there are."""
    entries: int
    """Images times repeats; for regularization what is used to match the training images."""
    share: float
    """Part of the epoch's entries, 0 to 1, regularization counted."""


@dataclass(frozen=True, slots=True)
class DatasetEpoch:
    """One ``[[datasets]]`` in an epoch."""

    batch_size: int
    entries: int
    batches: int
    buckets: Mapping[Size, int]
    """Entries in each bucket, in order of size."""
    refused: str | None
    """Why the trainer refuses its bucket rules, a sentence."""
    unplaced: tuple[Path, ...]
    """Images that fit into no bucket (no size, or a side below the bucket step): the trainer stops at the first."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: all that ``num_repeats`` changes."""

    subsets: tuple[SubsetEpoch, ...]
    datasets: tuple[DatasetEpoch, ...]
    train_entries: int
    """Training images with repeats, as the trainer prints it."""
    reg_entries: int
    """Regularization entries that are really used (the trainer prints repeats times images instead)."""
    reg_unused: int
    """Regularization images that are not used at all."""
    batches: int
    """Batches of all datasets: optimizer steps on one GPU without accumulation."""
    assumed: int | None
    """The side that stands in where no resolution is known (``fitting_resolution``), None where one is."""

    @property
    def entries(self) -> int:
        """Entries of the epoch, regularization counted."""
        return self.train_entries + self.reg_entries

    def steps(self, *, processes: int = 1, accumulation: int = 1) -> int:
        """Optimizer steps of an epoch."""
        return steps_per_epoch(self.batches, processes=processes, accumulation=accumulation)


def epoch_of(project: Project, batch_size: int | None = None, *, resolution: Size | None = None) -> Epoch:
    """One epoch of ``project``, with ``batch_size`` and ``resolution`` instead of its own where they are given.

    Exact to sd-scripts (library/train_util.py), but for a ``validation_split`` without ``validation_seed``, where the
    trainer draws the images anew in each run. Images that fit into no bucket count as entries.
    """
    used: dict[str, tuple[int, ...]] = {}
    found = []
    for number, options in enumerate(_options(project, batch_size, resolution)):
        members, repeats = _members(project, number, options)
        used |= {subset.name: counts for subset, counts in zip(members, repeats, strict=True)}
        found.append(_dataset_epoch(members, repeats, options))
    total = sum(dataset.entries for dataset in found)
    subsets = tuple(_subset_epoch(subset, used[subset.name], total) for subset in project.subsets)
    return Epoch(
        subsets=subsets,
        datasets=tuple(found),
        train_entries=sum(subset.entries for subset in subsets if not subset.is_reg),
        reg_entries=sum(subset.entries for subset in subsets if subset.is_reg),
        reg_unused=sum(used[subset.name].count(0) for subset in project.subsets if subset.is_reg),
        batches=sum(dataset.batches for dataset in found),
        assumed=fitting_resolution(project) if resolution is None and _resolution_is_open(project) else None,
    )


def fitting_resolution(project: Project) -> int:
    """The side of the resolution that suits a folder until a config says one: 1024 where most images are large."""
    samples = [sample for subset in project.subsets for sample in subset.samples if not subset.is_reg]
    large = sum(sample.width * sample.height >= _SIDE_OF_LARGE**2 for sample in samples)
    return 1024 if 2 * large >= len(samples) else 512


def with_resolution(project: Project, resolution: Size | None = None) -> Project:
    """``project`` with the resolution that stands in, or ``resolution``, written down: many a ``placement`` is then
    asked for quickly.
    """
    return replace(project, datasets=tuple(_options(project, None, resolution)))


def uses(project: Project, dataset: int) -> tuple[tuple[Subset, Sample, int], ...]:
    """What an epoch of one ``[[datasets]]`` is made of: each image that is used, and how often."""
    members, repeats = _members(project, dataset, project.datasets[dataset])
    return tuple(
        (subset, sample, count)
        for subset, counts in zip(members, repeats, strict=True)
        for sample, count in zip(subset.samples, counts, strict=True)
        if count
    )


def placement(project: Project, sample: Sample, *, resolution: Size | None = None) -> Placement:
    """The bucket of one image, as its dataset's options have it."""
    subset = project.subset(sample.subset)
    options = _options(project, None, resolution)[subset.dataset if subset else 0]
    rules = bucket_rules(options)
    refused = why_refused(rules)
    return Placement(None, None, refused) if refused else _buckets(rules).place(sample.width, sample.height)


@lru_cache(maxsize=16)
def _buckets(rules: BucketRules) -> Buckets:
    return Buckets(rules)


def bucket_rules(options: DatasetOptions) -> BucketRules:
    """The options of a ``[[datasets]]`` that decide about buckets; its resolution must be known."""
    assert options.resolution is not None
    return BucketRules(
        resolution=options.resolution,
        enable_bucket=options.enable_bucket,
        no_upscale=options.bucket_no_upscale,
        steps=options.bucket_reso_steps,
        minimum=options.min_bucket_reso,
        maximum=options.max_bucket_reso,
    )


def _options(project: Project, batch_size: int | None, resolution: Size | None) -> list[DatasetOptions]:
    found = []
    fitting = fitting_resolution(project) if resolution is None and _resolution_is_open(project) else 0
    for options in _written_options(project):
        wanted = replace(options, batch_size=batch_size or options.batch_size)
        if resolution is not None:
            largest = max(options.max_bucket_reso, *resolution)
            wanted = replace(wanted, resolution=resolution, max_bucket_reso=largest)
        elif options.resolution is None:
            wanted = replace(wanted, resolution=(fitting, fitting), max_bucket_reso=2 * fitting)
        found.append(wanted)
    return found


def _written_options(project: Project) -> tuple[DatasetOptions, ...]:
    """One a ``[[datasets]]``; a folder, or a scan that is still going on, has none written down."""
    wanted_count = 1 + max((subset.dataset for subset in project.subsets), default=0)
    missing = max(0, wanted_count - len(project.datasets))
    return (*project.datasets, *(DatasetOptions(None, enable_bucket=True),) * missing)


def _resolution_is_open(project: Project) -> bool:
    return any(options.resolution is None for options in _written_options(project))


def _members(
    project: Project, number: int, options: DatasetOptions
) -> tuple[list[Subset], tuple[tuple[int, ...], ...]]:
    """The subsets of a dataset with the images that are trained, and how often each is used."""
    members = [_trained(subset, options) for subset in project.subsets if subset.dataset == number]
    return members, entries([_images(subset) for subset in members])


def _trained(subset: Subset, options: DatasetOptions) -> Subset:
    """The subset without the images that only validate (DreamBooth alone, never regularization)."""
    if options.validation_split <= 0 or options.validation_split > 1 or subset.is_reg or subset.metadata_file:
        return subset
    return replace(subset, samples=training_part(subset.samples, options.validation_split, options.validation_seed))


def _images(subset: Subset) -> SubsetImages:
    return SubsetImages(subset.num_repeats, subset.is_reg, subset.keys or _paths_as_written(subset))


def _paths_as_written(subset: Subset) -> tuple[str, ...]:
    """The trainer knows an image by the path that it was given: ``a/1.png`` and ``./a/1.png`` are two."""
    folder = subset.options.get("image_dir") or str(subset.image_dir)
    return tuple(join(folder, sample.name) for sample in subset.samples)


def _dataset_epoch(
    subsets: list[Subset], repeats: tuple[tuple[int, ...], ...], options: DatasetOptions
) -> DatasetEpoch:
    rules = bucket_rules(options)
    refused = why_refused(rules) or _no_batch(options)
    counted: Counter[Size] = Counter()
    unplaced: list[Path] = []
    if refused is None:
        buckets = _buckets(rules)
        for subset, counts in zip(subsets, repeats, strict=True):
            for sample, count in zip(subset.samples, counts, strict=True):
                if not count:
                    continue
                placed = buckets.place(sample.width, sample.height)
                if placed.problem:
                    unplaced.append(sample.path)
                if placed.bucket is not None:
                    counted[placed.bucket] += count
    return DatasetEpoch(
        batch_size=options.batch_size,
        entries=sum(map(sum, repeats)),
        batches=0 if refused else batches(counted.values(), options.batch_size),
        buckets=dict(sorted(counted.items())),
        refused=refused,
        unplaced=tuple(unplaced),
    )


def _no_batch(options: DatasetOptions) -> str | None:
    return None if options.batch_size > 0 else f"batch_size is {options.batch_size}; it must be at least 1."


def _subset_epoch(subset: Subset, counts: tuple[int, ...], total: int) -> SubsetEpoch:
    own = sum(counts)
    return SubsetEpoch(
        name=subset.name,
        is_reg=subset.is_reg,
        img_count=len(counts),
        images=sum(1 for count in counts if count),
        entries=own,
        share=own / total if total else 0.0,
    )
