"""What is said of the buckets, and of the image under the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from sdtui.base.text import count, plural, safe
from sdtui.dataset.bucket_preview import NO_BUCKETS, BucketImage, BucketPreview, DatasetBuckets
from sdtui.tui.buckets.groups import MUCH, rule_words
from sdtui.tui.buckets.image_list import exact, percent
from sdtui.tui.widgets.cells import fit_end
from sdtui.tui.widgets.lines import Line, Span, wrap

_ROOMY = 56
"""Cells from which on whole sentences are said of an image."""


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


def rules_line(preview: BucketPreview) -> str:
    """What the trainer goes by, where it is the same for all."""
    datasets = preview.datasets
    return rule_words(datasets[0]) if len(datasets) == 1 else plural(len(datasets), "dataset")


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
    brief = width < _ROOMY
    uses = f"{count(image.entries)}×" if brief else f"used {plural(image.entries, 'time')} an epoch"
    lines: list[Line] = [_name_line(image, uses, width)]
    if image.crop is None:
        return [*lines, *wrap(f"It {image.stops}.", width, "bad")]
    lines.append(_way(image, brief=brief))
    lines.append(_cut_line(image, brief=brief))
    if image.stops:
        lines += wrap(f"It {image.stops}.", width, "warn" if image.stops == NO_BUCKETS else "bad")
    elif image.enlarged:
        lines += wrap("It is enlarged: what is learnt from it is blurred.", width, "warn")
    elif image.under_resolution:
        lines += wrap("It has fewer pixels than the resolution, and is not enlarged.", width, "warn")
    return lines


def _name_line(image: BucketImage, uses: str, width: int) -> Line:
    """The uses keep their place; the names give way."""
    room = max(8, width - len(uses) - 4)
    name = safe(image.sample.name)
    subset = safe(image.sample.subset)
    if cell_len(name) + cell_len(subset) > room:
        subset = ""
    return [(name if cell_len(name) <= room else fit_end(name, room), "strong"), (f"  {subset}  {uses}", "dim")]


def _way(image: BucketImage, *, brief: bool) -> Line:
    crop = image.crop
    assert crop is not None and image.scale is not None
    spans: list[Span] = [(f"{image.size[0]}×{image.size[1]}", "plain")]
    resized = f"{crop.resized[0]}×{crop.resized[1]}"
    if crop.resized != image.size:
        scale = percent(image.scale)
        spans.append((f"→{resized} ({scale})" if brief else f" → scaled to {scale}, {resized}", "plain"))
    if (crop.width, crop.height) != crop.resized:
        spans.append((f"{'→' if brief else ' → cut to '}{crop.width}×{crop.height}", "plain"))
    if len(spans) == 1:
        spans.append((" → trained as it is", "good"))
    return spans


def _cut_line(image: BucketImage, *, brief: bool) -> Line:
    box = image.box
    assert box is not None
    if not image.cut:
        return [("nothing is cut off", "dim")]
    role = "warn" if image.cut >= MUCH else "plain"
    share = f"{exact(image.cut)} {'' if brief else 'is '}cut off"
    if image.random:
        return [(f"{share}, another part each time" + ("" if brief else " (random_crop)"), role)]
    width, height = image.size
    sides = {"left": box[0], "right": width - box[2], "top": box[1], "bottom": height - box[3]}
    parts = [f"{max(1, round(pixels))} {side}" for side, pixels in sides.items() if pixels > 1e-6]
    return [(share, role), (f": {', '.join(parts)}" + ("" if brief else " (pixels of the file)"), "dim")]
