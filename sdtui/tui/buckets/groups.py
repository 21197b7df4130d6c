"""What the images are gone through by: all of them, those that want care, and each bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sdtui.dataset.bucket_preview import NO_BUCKETS, BucketImage, BucketPreview, DatasetBuckets

MUCH = 0.1
"""Part of an image's area from which on a cut wants care."""


@dataclass(frozen=True, slots=True)
class Group:
    """One row of the list on the left."""

    title: str
    images: tuple[BucketImage, ...]
    role: str
    """``plain``, ``warn`` or ``bad``."""
    batches: int | None = None
    """Batches of an epoch; None for what is no bucket."""
    short: int = 0
    """Entries of the last batch where it is not full, else 0."""
    batch_size: int = 1
    sentence: str = ""
    """What it is, and why that matters."""

    @property
    def entries(self) -> int:
        """Uses of its images in an epoch."""
        return sum(image.entries for image in self.images)


@dataclass(frozen=True, slots=True)
class _Care:
    title: str
    role: str
    concerns: Callable[[BucketImage], bool]
    sentence: str


_CARES = (
    _Care(
        "trainer stops",
        "bad",
        lambda image: image.stops not in (None, NO_BUCKETS),
        "The trainer stops at the first of these images.",
    ),
    _Care(
        "other size",
        "warn",
        lambda image: image.stops == NO_BUCKETS,
        "They are not of the resolution, and without buckets the trainer stops at them unless latents are cached.",
    ),
    _Care("cut by ≥ 10%", "warn", lambda image: image.cut >= MUCH, "A tenth or more of each is not trained."),
    _Care("enlarged", "warn", lambda image: image.enlarged, "They are scaled up: what is learnt from them is blurred."),
    _Care(
        "few pixels",
        "warn",
        lambda image: image.under_resolution and not image.enlarged,
        "They have fewer pixels than the resolution, and are not enlarged.",
    ),
    _Care(
        "side under step",
        "warn",
        lambda image: image.short_side,
        "A side is shorter than bucket_reso_steps: with bucket_no_upscale the trainer stops at such an image.",
    ),
)


def groups_of(preview: BucketPreview) -> tuple[Group, ...]:
    """The rows of the list, those that want care before the buckets; in each the images that lose most come first."""
    every = _most_cut_first(image for dataset in preview.datasets for image in dataset.images)
    if not every:
        return ()
    return (Group("every image", every, "plain"), *_cares(every), *_buckets(preview))


def _cares(every: Sequence[BucketImage]) -> Iterator[Group]:
    for care in _CARES:
        images = tuple(image for image in every if care.concerns(image))
        if images:
            yield Group(care.title, images, care.role, sentence=care.sentence)


def _buckets(preview: BucketPreview) -> Iterator[Group]:
    several = len(preview.datasets) > 1
    for number, dataset in enumerate(preview.datasets, 1):
        for bucket in dataset.buckets:
            size = f"{bucket.size[0]}×{bucket.size[1]}"
            yield Group(
                f"{number} · {size}" if several else size,
                _most_cut_first(bucket.images),
                "plain",
                bucket.batches,
                bucket.short_batch,
                bucket.batch_size,
                f"[[datasets]] {number}: {rule_words(dataset)}" if several else "",
            )


def rule_words(dataset: DatasetBuckets) -> str:
    """What the trainer goes by: ``512×512 · batch 4 · steps of 64``."""
    options = dataset.options
    width, height = options.resolution or (0, 0)
    batch = dataset.buckets[0].batch_size if dataset.buckets else options.batch_size
    kind = "no buckets" if not options.enable_bucket else f"steps of {options.bucket_reso_steps}"
    unscaled = " · never enlarged" if options.enable_bucket and options.bucket_no_upscale else ""
    return f"{width}×{height} · batch {batch} · {kind}{unscaled}"


def _most_cut_first(images: Iterable[BucketImage]) -> tuple[BucketImage, ...]:
    return tuple(
        sorted(images, key=lambda image: (not image.stops, -image.cut, image.sample.subset, image.sample.name))
    )


def by_name(images: Sequence[BucketImage]) -> list[BucketImage]:
    """The images by subset and name."""
    return sorted(images, key=lambda image: (image.sample.subset, image.sample.name))
