"""Repeats, regularization images and steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdtui.trainer.steps import (
    SubsetImages,
    batches,
    entries,
    epochs_of,
    max_train_steps,
    steps_per_epoch,
    training_part,
    used_reg_repeats,
    validation_count,
)


def by_turns(trained: int, repeats: list[int]) -> list[int]:
    """Taking regularization images one after the other, the slow way, as the trainer's loop does."""
    used = [0] * len(repeats)
    count, first = 0, True
    while repeats and count < trained:
        for index, own in enumerate(repeats):
            more = own if first else 1
            used[index] += more
            count += more
            if count >= trained:
                break
        first = False
    return used


@given(st.integers(0, 200), st.lists(st.integers(1, 9), max_size=12))
def test_regularization_images_are_repeated_until_they_equal_the_training_images(
    trained: int, repeats: list[int]
) -> None:
    assert list(used_reg_repeats(trained, repeats)) == by_turns(trained, repeats)


def test_an_image_in_two_subsets_counts_as_it_was_registered_last() -> None:
    twice = entries([SubsetImages(2, False, ("a", "b")), SubsetImages(3, False, ("b", "c"))])
    assert twice == ((2, 0), (3, 3))


def test_regularization_alone_is_not_trained() -> None:
    assert entries([SubsetImages(5, True, ("a", "b"))]) == ((0, 0),)


def test_batches_steps_and_epochs() -> None:
    assert batches([5, 4, 1], 4) == 4
    assert steps_per_epoch(7, accumulation=2) == 4
    assert steps_per_epoch(7, processes=2, accumulation=2) == 2
    assert max_train_steps(3, 7, processes=2, accumulation=2) == 6
    assert epochs_of(10, 5) == 2
    assert epochs_of(11, 5) == 3
    assert epochs_of(11, 0) == 0


def test_a_validation_split_takes_its_images_from_training() -> None:
    images = [f"{number}.png" for number in range(10)]
    assert len(training_part(images, 0.25, 7)) == 8
    assert training_part(images, 0.25, 7) == training_part(images, 0.25, 7)
    assert validation_count(10, 0.25) == 2
