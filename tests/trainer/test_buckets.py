"""Buckets against what sd-scripts gave for the same sizes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.trainer.buckets import BucketRules, Buckets, bucket_resolutions, why_refused
from tests.trainer.golden import load

CASES = load("buckets.json")


def rules_of(case: dict[str, Any]) -> BucketRules:
    width, height = case["resolution"]
    return BucketRules((width, height), True, case["no_upscale"], case["steps"], case["minimum"], case["maximum"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['resolution']}-{case['steps']}-{case['no_upscale']}")
def test_each_size_lands_where_the_trainer_puts_it(case: dict[str, Any]) -> None:
    rules = rules_of(case)
    assert (why_refused(rules) is not None) == case["refused"]
    if case["refused"]:
        return
    buckets = Buckets(rules)
    if case["buckets"] is not None:
        assert [list(size) for size in buckets.resolutions] == case["buckets"]
    for width, height, bucket, resized in case["places"]:
        placed = buckets.place(width, height)
        assert placed.bucket == (tuple(bucket) if bucket else None)
        assert placed.resized == (tuple(resized) if resized else None)
        assert (placed.problem is None) == (bucket is not None and 0 not in bucket)


def test_the_usual_numbers_of_buckets() -> None:
    assert len(bucket_resolutions((512, 512), 256, 1024, 64)) == 17
    assert len(bucket_resolutions((1024, 1024), 256, 2048, 32)) == 81


def test_an_image_without_a_size_is_no_crash() -> None:
    placed = Buckets(BucketRules((512, 512), True)).place(0, 0)
    assert placed.bucket is None
    assert placed.problem == "has no readable size"


def test_without_buckets_everything_goes_into_the_resolution() -> None:
    buckets = Buckets(BucketRules((832, 1216)))
    assert {buckets.place(width, height).bucket for width, height in ((10, 10), (5000, 3), (832, 1216))} == {
        (832, 1216)
    }


@given(
    st.integers(1, 9000),
    st.integers(1, 9000),
    st.sampled_from([512, 768, 1024]),
    st.sampled_from([8, 32, 64]),
    st.booleans(),
)
def test_a_bucket_is_covered_and_of_the_step(width: int, height: int, side: int, steps: int, no_upscale: bool) -> None:
    placed = Buckets(BucketRules((side, side), True, no_upscale, steps, 256, 2048)).place(width, height)
    if placed.problem or placed.bucket is None or placed.resized is None:
        assert no_upscale, "only bucket_no_upscale can fail to place an image"
        return
    assert placed.bucket[0] % steps == 0 == placed.bucket[1] % steps
    assert placed.resized[0] >= placed.bucket[0]
    assert placed.resized[1] >= placed.bucket[1]
    if no_upscale:
        assert placed.resized[0] <= width + 1
        assert placed.resized[1] <= height + 1
