"""``sdtui buckets``: which image goes to which bucket, and how much of it is scaled and cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len

from sdtui.base.text import count, plural, safe
from sdtui.cli.interrupted import tell_interrupted
from sdtui.cli.output import narrate, print_json
from sdtui.cli.trained_project import read_as_trained

if TYPE_CHECKING:
    from sdtui.dataset.bucket_preview import Bucket, BucketImage, BucketPreview, DatasetBuckets

_MUCH = 0.1
"""Part of an image's area from which on it is told how many lose so much."""


@click.command("buckets", context_settings={"ignore_unknown_options": True})
@click.argument("path", metavar="DIR_OR_TOML", type=click.Path(path_type=Path))
@click.option("--batch-size", type=click.IntRange(1), metavar="N", help="--train_batch_size.")
@click.option("--resolution", metavar="W,H", help="--resolution, where the config says none.")
@click.option("--images", "with_images", is_flag=True, help="List every image, those that are cut most first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, with every image.")
@click.argument("trainer_args", metavar="[-- TRAINER_ARGS]", nargs=-1, type=click.UNPROCESSED)
def command(
    path: Path,
    batch_size: int | None,
    resolution: str | None,
    with_images: bool,
    as_json: bool,
    trainer_args: tuple[str, ...],
) -> None:
    """Say which bucket each image goes to, what is scaled and cut for it, and which batches are not full.

    A config wins over the command line, as in the trainer. For a folder, what sdtui would export is shown; with
    TRAINER_ARGS, what sd-scripts would read by --train_data_dir and exactly these arguments.
    """
    from sdtui.dataset.bucket_preview import bucket_preview
    from sdtui.trainer.dataset_arguments import read_arguments

    given = {"train_batch_size": batch_size, "resolution": resolution}
    own = [word for key, value in given.items() if value is not None for word in (f"--{key}", str(value))]
    arguments = read_arguments([*trainer_args, *own])
    tell_interrupted(path)
    project, notes = read_as_trained(path, arguments, by_arguments=bool(trainer_args))
    preview = bucket_preview(project)
    told = [*notes, *_stops(preview)]
    for note in told:
        narrate(f"Note: {safe(note)}")
    if as_json:
        print_json({"datasets": [_document(dataset) for dataset in preview.datasets], "notes": told})
    else:
        click.echo("\n".join(_lines(preview, with_images=with_images)))


def _stops(preview: BucketPreview) -> Iterator[str]:
    """Sentences: at what the trainer would stop."""
    if preview.assumed is not None:
        yield f"Nothing says a resolution, so {preview.assumed} is assumed; the trainer would stop without one."
    for number, dataset in enumerate(preview.datasets, 1):
        if dataset.refused:
            yield f"The trainer stops at the buckets of [[datasets]] {number}. {dataset.refused}"
        stopping = [image for image in dataset.images if image.stops]
        if stopping:
            first, others = stopping[0], len(stopping) - 1
            also = f" So it is with {plural(others, 'other image')}." if others else ""
            yield f"{first.sample.path.name} {first.stops}.{also}"


def _lines(preview: BucketPreview, *, with_images: bool) -> Iterator[str]:
    for number, dataset in enumerate(preview.datasets, 1):
        if number > 1:
            yield ""
        yield _heading(number, dataset)
        for bucket in dataset.buckets:
            yield _bucket_line(bucket)
            yield from _image_lines(bucket.images) if with_images else ()
        yield from (f"  no bucket  {safe(image.sample.path.name)}: it {image.stops}" for image in dataset.unplaced)
        yield from (f"  {sentence}" for sentence in _cares(dataset))


def _heading(number: int, dataset: DatasetBuckets) -> str:
    width, height = dataset.options.resolution or (0, 0)
    batch = dataset.buckets[0].batch_size if dataset.buckets else dataset.options.batch_size
    parts = [f"dataset {number}", f"{width}×{height}", f"batch {batch}", plural(len(dataset.images), "image")]
    return " · ".join([*parts, plural(dataset.batches, "batch", "batches")])


def _bucket_line(bucket: Bucket) -> str:
    size = f"{bucket.size[0]}×{bucket.size[1]}"
    short = f", the last of {bucket.short_batch}" if bucket.short_batch else ""
    batches = plural(bucket.batches, "batch", "batches")
    images = f"{plural(len(bucket.images), 'image'):>13}"
    return f"  {size:<11}{images}  {count(bucket.entries):>8} entries in {batches}{short}"


def _image_lines(images: Sequence[BucketImage]) -> Iterator[str]:
    names = {image.sample.path: f"{safe(image.sample.subset)}/{safe(image.sample.name)}" for image in images}
    column = min(60, max(map(cell_len, names.values()), default=0))
    for image in sorted(images, key=lambda image: (-image.cut, image.sample.name)):
        name = names[image.sample.path]
        name += " " * max(0, column - cell_len(name))
        size = f"{image.size[0]}×{image.size[1]}"
        scale = f"scaled to {image.scale:.0%}" if image.scale is not None else ""
        cut = f"{image.cut:.1%} cut off" if image.cut else "nothing cut off"
        yield f"      {name}  {size:<9}  {scale}, {cut}"


def _cares(dataset: DatasetBuckets) -> Iterator[str]:
    images = dataset.images
    short = sum(bool(bucket.short_batch) for bucket in dataset.buckets)
    found = {
        "enlarged": sum(image.enlarged for image in images),
        "under the resolution": sum(image.under_resolution for image in images),
        "with a side under the bucket step": sum(image.short_side for image in images),
        f"cut by {_MUCH:.0%} or more": sum(image.cut >= _MUCH for image in images),
    }
    for words, number in found.items():
        if number:
            yield f"{plural(number, 'image')} {words}"
    if short:
        yield f"{plural(short, 'batch', 'batches')} not full"
    if dataset.unused:
        yield f"{plural(dataset.unused, 'image')} not used in an epoch"


def _document(dataset: DatasetBuckets) -> dict[str, Any]:
    options = dataset.options
    return {
        "resolution": list(options.resolution) if options.resolution else None,
        "enable_bucket": options.enable_bucket,
        "bucket_no_upscale": options.bucket_no_upscale,
        "bucket_reso_steps": options.bucket_reso_steps,
        "batches_per_epoch": dataset.batches,
        "refused": dataset.refused,
        "unused_images": dataset.unused,
        "buckets": [
            {
                "resolution": list(bucket.size),
                "count": bucket.entries,
                "batches": bucket.batches,
                "short_batch": bucket.short_batch,
                "images": [_image_document(image) for image in bucket.images],
            }
            for bucket in dataset.buckets
        ],
        "unplaced": [_image_document(image) for image in dataset.unplaced],
    }


def _image_document(image: BucketImage) -> dict[str, Any]:
    box = image.box
    return {
        "path": str(image.sample.path),
        "subset": image.sample.subset,
        "size": list(image.size),
        "entries": image.entries,
        "scaled_to": list(image.crop.resized) if image.crop else None,
        "crop": [round(side, 2) for side in box] if box else None,
        "cut": round(image.cut, 6),
        "enlarged": image.enlarged,
        "under_resolution": image.under_resolution,
        "short_side": image.short_side,
        "random_crop": image.random,
        "stops": image.stops,
    }
