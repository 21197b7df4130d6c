"""What is said of the buckets, and of the image under the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.base.text import count, plural, safe
from sdtui.dataset.bucket_preview import BucketImage, BucketPreview, DatasetBuckets
from sdtui.tui.buckets.groups import MUCH
from sdtui.tui.buckets.image_list import percent
from sdtui.tui.widgets.lines import Line, Span, wrap


def title_spans(preview: BucketPreview) -> list[Span]:
    """How many images, buckets and batches there are."""
    datasets = preview.datasets
    images = sum(len(dataset.images) for dataset in datasets)
    buckets = sum(len(dataset.buckets) for dataset in datasets)
    batches = sum(dataset.batches for dataset in datasets)
    short = sum(bool(bucket.short_batch) for dataset in datasets for bucket in dataset.buckets)
    spans: list[Span] = [(f"{plural(images, 'image')} in {plural(buckets, 'bucket')}", "plain")]
    spans.append((f" · {plural(batches, 'batch', 'batches')}", "plain"))
    spans.append((f" · {count(short)} not full" if short else " · all full", "warn" if short else "dim"))
    return spans


def rule_words(preview: BucketPreview) -> str:
    """What the trainer goes by: ``512×512 · batch 4 · steps of 64``."""
    if len(preview.datasets) != 1:
        return f"{count(len(preview.datasets))} datasets"
    dataset = preview.datasets[0]
    options = dataset.options
    width, height = options.resolution or (0, 0)
    batch = dataset.buckets[0].batch_size if dataset.buckets else options.batch_size
    kind = "no buckets" if not options.enable_bucket else f"steps of {options.bucket_reso_steps}"
    unscaled = " · never enlarged" if options.enable_bucket and options.bucket_no_upscale else ""
    return f"{width}×{height} · batch {batch} · {kind}{unscaled}"


def notes(preview: BucketPreview, left_out: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Sentences on all of it, each with its role."""
    for number, dataset in enumerate(preview.datasets, 1):
        if dataset.refused:
            yield f"The trainer stops at the buckets of [[datasets]] {number}. {dataset.refused}", "bad"
    if preview.assumed is not None:
        yield f"No config says a resolution yet: {preview.assumed} is taken.", "dim"
    yield from ((safe(sentence), "warn") for sentence in left_out)
    unused = sum(dataset.unused for dataset in preview.datasets)
    if unused:
        yield f"{plural(unused, 'image')} not used in an epoch: {_why_unused(preview.datasets)}.", "dim"


def _why_unused(datasets: tuple[DatasetBuckets, ...]) -> str:
    if any(dataset.options.validation_split > 0 for dataset in datasets):
        return "they validate, or are more regularization than is needed"
    return "more regularization than the training images need"


def image_lines(image: BucketImage, width: int) -> list[Line]:
    """The image under the cursor: what becomes of it."""
    sample = image.sample
    uses = f"used {plural(image.entries, 'time')} an epoch"
    lines: list[Line] = [[(safe(sample.name), "strong"), (f"  {safe(sample.subset)}  ", "dim"), (uses, "dim")]]
    if image.crop is None:
        return [*lines, *wrap(f"It {image.stops}.", width, "bad")]
    lines.append(_way(image))
    lines.append(_cut_line(image))
    if image.stops:
        lines += wrap(f"It {image.stops}.", width, "bad")
    elif image.enlarged:
        lines += wrap("It is enlarged: what is learnt from it is blurred.", width, "warn")
    elif image.under_resolution:
        lines += wrap("It has fewer pixels than the resolution, and is not enlarged.", width, "warn")
    return lines


def _way(image: BucketImage) -> Line:
    crop = image.crop
    assert crop is not None and image.scale is not None
    spans: list[Span] = [(f"{image.size[0]}×{image.size[1]}", "plain")]
    if crop.resized != image.size:
        spans.append((f" → scaled to {percent(image.scale)}, {crop.resized[0]}×{crop.resized[1]}", "plain"))
    if (crop.width, crop.height) != crop.resized:
        spans.append((f" → cut to {crop.width}×{crop.height}", "plain"))
    if len(spans) == 1:
        spans.append((" → trained as it is", "good"))
    return spans


def _cut_line(image: BucketImage) -> Line:
    box = image.box
    assert box is not None
    if not image.cut:
        return [("nothing is cut off", "dim")]
    role = "warn" if image.cut >= MUCH else "plain"
    if image.random:
        return [(f"{percent(image.cut)} is cut off, somewhere else each time (random_crop)", role)]
    width, height = image.size
    sides = {"left": box[0], "right": width - box[2], "top": box[1], "bottom": height - box[3]}
    parts = [f"{max(1, round(pixels))} {side}" for side, pixels in sides.items() if pixels > 1e-6]
    return [(f"{percent(image.cut)} is cut off", role), (f": {', '.join(parts)} (pixels of the file)", "dim")]
