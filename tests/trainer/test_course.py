"""Where a resumed training begins and ends: numbers that the real scripts gave (kohya-ss/sd-scripts 48d368fa)."""

from __future__ import annotations

import pytest

from sdtui.trainer.course import Course, course_of, keeps_epoch, refusal, skips_steps


@pytest.mark.parametrize(
    ("initial", "max_steps", "accumulation", "skip", "expected"),
    [
        # 10 images, batch 2: 5 batches an epoch. What the real train_network.py trained:
        (5, 15, 1, False, Course(1, 0, 10)),  # a state of an epoch's end: epochs 2 and 3
        (7, 15, 1, False, Course(1, 0, 10)),  # a state within epoch 2: all of it once more
        (7, 15, 1, True, Course(1, 2, 8)),  # the rest of epoch 2, and epoch 3
        (10, 15, 1, False, Course(2, 0, 5)),  # --initial_step=10
        (15, 20, 1, False, Course(3, 0, 5)),  # one epoch more
        (5, 12, 1, False, Course(1, 0, 10)),  # max_train_steps that end no epoch are overstepped
        (4, 9, 2, False, Course(1, 0, 6)),  # accumulation 2: 3 steps an epoch
        (4, 9, 2, True, Course(2, -2, 3)),  # and its skipping counts wrongly
    ],
)
def test_the_network_scripts_go_on_with_an_epoch(
    initial: int, max_steps: int, accumulation: int, skip: bool, expected: Course
) -> None:
    per_epoch = -(-5 // accumulation)
    course = course_of(
        "train_network.py",
        initial,
        per_epoch=per_epoch,
        batches=5,
        max_steps=max_steps,
        accumulation=accumulation,
        skip=skip,
    )
    assert course == expected


@pytest.mark.parametrize("script", ["sdxl_train.py", "fine_tune.py", "train_db.py", "train_textual_inversion.py"])
def test_the_others_begin_anew_and_train_all_that_is_set(script: str) -> None:
    """The real sdxl_train.py trained 15 steps from a state of step 5 of 15, and wrote epoch 1/3 first."""
    assert course_of(script, 5, per_epoch=5, batches=5, max_steps=15) == Course(0, 0, 15)
    assert not keeps_epoch(script)
    assert refusal(script, 15, 15) is None


def test_a_state_at_the_end_leaves_nothing_to_train() -> None:
    """train_network.py: AssertionError, max_train_steps should be greater than initial step: 15 vs 15."""
    assert "nothing is left to train" in (refusal("sdxl_train_network.py", 15, 15) or "")
    assert refusal("train_network.py", 14, 15) is None


def test_only_the_network_scripts_are_told_where_they_stand() -> None:
    assert skips_steps("flux_train_network.py")
    assert not skips_steps("sdxl_train.py")
    assert keeps_epoch("sdtui.rehearsal")
    assert not skips_steps("sdtui.rehearsal")
