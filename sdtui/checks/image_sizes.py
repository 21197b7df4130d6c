"""What the size of an image means for the bucket that it goes to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sdtui.checks import image_rules as rules
from sdtui.checks.rule import Rule
from sdtui.dataset.epoch import bucket_rules
from sdtui.dataset.project import DatasetOptions
from sdtui.trainer.buckets import BucketRules, Buckets, Size, why_refused

_NOTICED = 1.1
"""Enlarged by more than this, an image is visibly blurred."""


def size_rule(options: DatasetOptions, size: Size, subset: Mapping[str, Any], *, assumed: bool) -> Rule | None:
    """What is wrong with an image of this size in a dataset with these options, None where nothing is.

    ``subset``: the options of its subset. ``assumed``: the resolution is a guess. A size that cannot be read, and a
    dataset that the trainer refuses, are found elsewhere.
    """
    buckets = bucket_rules(options)
    if min(size) <= 0 or why_refused(buckets) is not None:
        return None
    if not options.enable_bucket:
        return None if size == buckets.resolution or _is_cropped(size, buckets, subset) else rules.NOT_THE_RESOLUTION
    placed = _buckets(buckets).place(*size)
    if placed.problem is not None or placed.resized is None:
        return rules.UNDER_STEP
    scale = placed.resized[0] / size[0]
    smaller = size[0] * size[1] < buckets.resolution[0] * buckets.resolution[1]
    if buckets.no_upscale:
        return rules.SMALLER_BUCKET if smaller else None
    if scale <= 1 or not smaller:
        return None
    if assumed:
        return rules.ASSUMED
    return rules.ENLARGED if scale > _NOTICED else rules.SLIGHTLY_ENLARGED


def _is_cropped(size: Size, buckets: BucketRules, subset: Mapping[str, Any]) -> bool:
    """Whether the trainer cuts the resolution out of it where buckets are off (library/train_util.py, __getitem__)."""
    enough = size[0] >= buckets.resolution[0] and size[1] >= buckets.resolution[1]
    return enough and bool(subset.get("random_crop") or subset.get("face_crop_aug_range"))


@lru_cache(maxsize=16)
def _buckets(rules_of_dataset: BucketRules) -> Buckets:
    return Buckets(rules_of_dataset)
