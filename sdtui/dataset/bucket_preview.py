"""Which image goes to which bucket, what is scaled and cut for it, and which batches are not full."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sdtui.dataset.epoch import bucket_rules, epoch_of, uses, with_resolution
from sdtui.dataset.project import DatasetOptions, Project, Sample, Subset
from sdtui.trainer.buckets import Buckets, Placement, Size
from sdtui.trainer.crop import Box, Crop, crop_of

NO_BUCKETS = "is not of the resolution, and there are no buckets: the trainer stops at it unless its latents are cached"
_TOO_SMALL_TO_CUT = "is smaller than the resolution, and without buckets random_crop only cuts"


@dataclass(frozen=True, slots=True)
class BucketImage:
    """One image that is trained."""

    sample: Sample
    entries: int
    """How often an epoch uses it."""
    placement: Placement
    crop: Crop | None
    """What is trained of it; None where the trainer cannot place it."""
    random: bool
    """Whether ``random_crop`` moves the rectangle each time; then ``crop`` shows its size, in the middle."""
    stops: str | None
    """Half a sentence to follow its name: why the trainer stops at it; None where it does not."""
    under_resolution: bool
    """Whether it has fewer pixels than the resolution."""
    short_side: bool
    """Whether a side is shorter than ``bucket_reso_steps``."""

    @property
    def size(self) -> Size:
        """Pixels as stored."""
        return self.sample.width, self.sample.height

    @property
    def scale(self) -> float | None:
        """By how much it is scaled; above 1 it is enlarged."""
        return self.crop.scale(self.size) if self.crop is not None else None

    @property
    def enlarged(self) -> bool:
        """Whether it is scaled up: what is trained is blurred."""
        return self.scale is not None and self.scale > 1

    @property
    def cut(self) -> float:
        """Part of its area that is not trained, 0 to 1."""
        return self.crop.cut if self.crop is not None else 0.0

    @property
    def box(self) -> Box | None:
        """What is trained, in pixels of the image as stored."""
        return self.crop.box(self.size) if self.crop is not None else None


@dataclass(frozen=True, slots=True)
class Bucket:
    """The images of one size in one ``[[datasets]]``."""

    size: Size
    images: tuple[BucketImage, ...]
    batch_size: int

    @property
    def entries(self) -> int:
        """Uses of its images in an epoch."""
        return sum(image.entries for image in self.images)

    @property
    def batches(self) -> int:
        """Batches of an epoch, the last one perhaps not full (library/train_util.py, make_buckets)."""
        return -(-self.entries // self.batch_size)

    @property
    def short_batch(self) -> int:
        """Entries of the last batch where it is not full, else 0."""
        return self.entries % self.batch_size


@dataclass(frozen=True, slots=True)
class DatasetBuckets:
    """One ``[[datasets]]``."""

    options: DatasetOptions
    refused: str | None
    """Why the trainer refuses its bucket rules before it looks at an image, a sentence."""
    buckets: tuple[Bucket, ...]
    """In order of size."""
    unplaced: tuple[BucketImage, ...]
    """Images that go into no bucket."""
    unused: int
    """Images that no epoch uses: regularization beyond what is needed, and those that only validate."""

    @property
    def images(self) -> tuple[BucketImage, ...]:
        """All that are used."""
        return tuple(image for bucket in self.buckets for image in bucket.images) + self.unplaced

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return sum(bucket.batches for bucket in self.buckets)


@dataclass(frozen=True, slots=True)
class BucketPreview:
    """The buckets of a project."""

    datasets: tuple[DatasetBuckets, ...]
    assumed: int | None
    """The side that stands in where nothing says a resolution."""


def bucket_preview(project: Project, batch_size: int | None = None, resolution: Size | None = None) -> BucketPreview:
    """Place every image of ``project``, with ``batch_size`` and ``resolution`` instead of its own where they are given.

    Exact to sd-scripts (library/train_util.py, make_buckets and trim_and_resize_if_required) but for what it draws
    anew in each run: a ``validation_split`` without seed, ``random_crop``, and ``face_crop_aug_range`` where it acts
    (without buckets, on names that tell of a face).
    """
    epoch = epoch_of(project, batch_size, resolution=resolution)
    known = with_resolution(project, resolution)
    return BucketPreview(
        tuple(
            _dataset(known, number, options, counted.batch_size, counted.refused)
            for number, (options, counted) in enumerate(zip(known.datasets, epoch.datasets, strict=True))
        ),
        epoch.assumed,
    )


def _dataset(
    project: Project, number: int, options: DatasetOptions, batch_size: int, refused: str | None
) -> DatasetBuckets:
    used = uses(project, number)
    there = sum(subset.img_count for subset in project.subsets if subset.dataset == number)
    placed: dict[Size, list[BucketImage]] = defaultdict(list)
    unplaced: list[BucketImage] = []
    if refused is None:
        buckets = Buckets(bucket_rules(options))
        for subset, sample, entries in used:
            image = _image(subset, sample, entries, buckets, options)
            size = image.placement.bucket
            (unplaced if size is None or image.placement.problem else placed[size]).append(image)
    return DatasetBuckets(
        options,
        refused,
        tuple(Bucket(size, tuple(images), batch_size) for size, images in sorted(placed.items())),
        tuple(unplaced),
        there - len(used),
    )


def _image(subset: Subset, sample: Sample, entries: int, buckets: Buckets, options: DatasetOptions) -> BucketImage:
    placement = buckets.place(sample.width, sample.height)
    random = bool(subset.options.get("random_crop"))
    crop, stops = _cut(placement, (sample.width, sample.height), random=random, bucketed=options.enable_bucket)
    assert options.resolution is not None
    return BucketImage(
        sample,
        entries,
        placement,
        crop,
        random,
        stops,
        under_resolution=sample.width * sample.height < options.resolution[0] * options.resolution[1],
        short_side=options.enable_bucket and min(sample.width, sample.height) < options.bucket_reso_steps,
    )


def _cut(placement: Placement, size: Size, *, random: bool, bucketed: bool) -> tuple[Crop | None, str | None]:
    """What is trained of an image, and why the trainer stops at it."""
    bucket, resized = placement.bucket, placement.resized
    if placement.problem or bucket is None or resized is None:
        return None, placement.problem
    if bucketed or size == bucket:
        return crop_of(bucket, resized), None
    if not random:
        return crop_of(bucket, resized), NO_BUCKETS
    if size[0] < bucket[0] or size[1] < bucket[1]:  # random_crop and no buckets: it is not scaled, latents not cached
        return None, _TOO_SMALL_TO_CUT
    return crop_of(bucket, size), None
