"""Keys of a config that the trainer accepts and that change nothing, and values at which its datasets stop later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sdtui.checks.finding import Finding, Severity
from sdtui.trainer.buckets import step_unit
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_config import DatasetConfig, DatasetSection
from sdtui.trainer.dataset_keys import DATASET_KEYS, INTERPOLATIONS, SUBSET_KEYS, table

Line = Callable[[Place], int | None]

_BUCKET_KEYS = ("bucket_no_upscale", "bucket_reso_steps", "min_bucket_reso", "max_bucket_reso")
_DREAMBOOTH_ONLY = ("class_tokens",)
_CAPTION_FILES_ONLY = ("caption_extension", "cache_info")


def without_effect(config: DatasetConfig, script: str, line: Line) -> Iterator[Finding]:
    """Warnings about what is written and does nothing, or stops ``script`` after its validation."""
    for number, dataset in enumerate(config.datasets):
        place = ("datasets", number)
        yield from _subsets_left_out(config, dataset, place, line)
        yield from _bucket_keys(config, dataset, place, line)
        yield from _bucket_steps(config, dataset, place, line, step_unit(script))
        yield from _validation(config, dataset, place, line)
        overridden = _overridden(dataset.written, [subset.written for subset in dataset.subsets])
        yield from (_idle(config, (*place, key), line, why) for key, why in overridden)
        for position, subset in enumerate(dataset.subsets):
            kept = (*place, "subsets", position)
            yield from (_idle(config, (*kept, key), line, why) for key, why in _order_keys(subset.written, subset))
    general = table(config.data.get("general"))
    yield from (_idle(config, ("general", key), line, why) for key, why in _idle_in_general(general, config))
    yield from _interpolations(config, line)


def _idle(config: DatasetConfig, place: Place, line: Line, why: str) -> Finding:
    return Finding(
        "no-effect", Severity.WARNING, f"{place[-1]} changes nothing here.", config.path, line(place), why=why
    )


def _subsets_left_out(config: DatasetConfig, dataset: DatasetSection, place: Place, line: Line) -> Iterator[Finding]:
    """As library/train_util.py, DreamBoothDataset and FineTuningDataset, pass over subsets."""
    seen: set[str] = set()
    by = "metadata_file" if dataset.mode == "finetuning" else "image_dir"
    for position, subset in enumerate(dataset.subsets):
        here = (*place, "subsets", position)
        repeats, named = subset.options["num_repeats"], subset.options[by]
        if repeats < 1:
            at = line((*here, "num_repeats"))
            message = f"num_repeats is {int(repeats)}, so the trainer leaves the subset out."
            why = "Its images are not trained, and nothing but a line in the log says so."
            yield Finding("repeats-below-1", Severity.WARNING, message, config.path, at, why=why)
        elif named in seen:
            message = f"{named} stands in this [[datasets]] twice; the trainer uses the first only."
            why = "Its repeats and options are ignored."
            at = line((*here, by))
            yield Finding("duplicate-subset", Severity.WARNING, message, config.path, at, why=why)
        elif named is not None:
            seen.add(named)


def _bucket_keys(config: DatasetConfig, dataset: DatasetSection, place: Place, line: Line) -> Iterator[Finding]:
    options = dataset.options
    if not options["enable_bucket"]:
        why = "enable_bucket is not true, so there are no buckets."
        yield from (_idle(config, (*place, key), line, why) for key in _BUCKET_KEYS if key in dataset.written)
        return
    resolution = options["resolution"]
    if resolution is None or options["bucket_reso_steps"] < 1:
        return
    steps = options["bucket_reso_steps"]
    lowest = options["min_bucket_reso"] // steps * steps
    highest = -(-options["max_bucket_reso"] // steps) * steps
    if lowest > min(resolution):
        yield _buckets_refused(config, place, line, "min_bucket_reso", f"more than the resolution's {min(resolution)}")
    if highest < max(resolution):
        yield _buckets_refused(config, place, line, "max_bucket_reso", f"less than the resolution's {max(resolution)}")


def _bucket_steps(
    config: DatasetConfig, dataset: DatasetSection, place: Place, line: Line, unit: int
) -> Iterator[Finding]:
    steps = dataset.options["bucket_reso_steps"]
    if dataset.options["enable_bucket"] and dataset.mode != "controlnet" and steps % unit:
        yield Finding(
            "bucket-steps",
            Severity.WARNING,
            f"bucket_reso_steps is {steps}, which {unit} does not divide.",
            config.path,
            line((*place, "bucket_reso_steps")),
            why="The trainer stops once the dataset is set up (verify_bucket_reso_steps).",
            fix=f"Write a multiple of {unit}, such as 64.",
        )


def _buckets_refused(config: DatasetConfig, place: Place, line: Line, key: str, how: str) -> Finding:
    return Finding(
        "bucket-limits",
        Severity.WARNING,
        f"{key} is {how}.",
        config.path,
        line((*place, key)),
        why="The trainer stops when it makes the buckets; min and max must enclose the resolution.",
    )


def _validation(config: DatasetConfig, dataset: DatasetSection, place: Place, line: Line) -> Iterator[Finding]:
    if dataset.mode == "finetuning" and "validation_split" in dataset.written:
        yield _idle(config, (*place, "validation_split"), line, "Datasets of metadata files are not split.")
    elif "validation_seed" in dataset.written and not dataset.options["validation_split"]:
        yield _idle(config, (*place, "validation_seed"), line, "validation_split is 0, so nothing is split.")


def _order_keys(written: Mapping[str, Any], subset: Any) -> Iterator[tuple[str, str]]:
    """library/train_util.py, process_caption: tokens are kept in place only where others move or drop."""
    options = subset.options
    moving = options["shuffle_caption"] or options["token_warmup_step"] or options["caption_tag_dropout_rate"]
    for key in ("keep_tokens", "keep_tokens_separator"):
        if key in written and not moving:
            yield key, "Neither shuffle_caption, token_warmup_step nor caption_tag_dropout_rate is on."


def _overridden(written: Mapping[str, Any], below: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Subset keys of a table that each table below it sets for itself."""
    for key in written:
        if key in SUBSET_KEYS and key not in DATASET_KEYS and below and all(key in one for one in below):
            yield key, "Each subset below it has its own."


def _idle_in_general(general: Mapping[str, Any], config: DatasetConfig) -> Iterator[tuple[str, str]]:
    datasets = [dataset.written for dataset in config.datasets]
    below = [{**dataset.written, **subset.written} for dataset in config.datasets for subset in dataset.subsets]
    for key in general:
        if datasets and key in DATASET_KEYS and all(key in one for one in datasets):
            yield key, "Each [[datasets]] has its own."
    yield from _overridden(general, below)
    modes = {dataset.mode for dataset in config.datasets}
    if modes and "dreambooth" not in modes:
        yield from ((key, "No subset has images with class tokens.") for key in _DREAMBOOTH_ONLY if key in general)
    if modes == {"finetuning"}:
        why = "All captions come from metadata files."
        yield from ((key, why) for key in _CAPTION_FILES_ONLY if key in general)


def _interpolations(config: DatasetConfig, line: Line) -> Iterator[Finding]:
    for place, value in _written(config, "resize_interpolation"):
        if value not in INTERPOLATIONS:
            yield Finding(
                "unknown-interpolation",
                Severity.WARNING,
                f'resize_interpolation is "{value}", which the trainer does not know.',
                config.path,
                line(place),
                why="The trainer stops when it sets the dataset up.",
                fix=f"Write one of {', '.join(INTERPOLATIONS)}.",
            )


def _written(config: DatasetConfig, key: str) -> Iterable[tuple[Place, Any]]:
    """Every place where ``key`` is written."""
    general = table(config.data.get("general"))
    if key in general:
        yield ("general", key), general[key]
    for number, dataset in enumerate(config.datasets):
        if key in dataset.written:
            yield ("datasets", number, key), dataset.written[key]
        for position, subset in enumerate(dataset.subsets):
            if key in subset.written:
                yield ("datasets", number, "subsets", position, key), subset.written[key]
