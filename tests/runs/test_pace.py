"""Speed is that of training; the time left counts samples and saving too, and is not guessed too early."""

from __future__ import annotations

import pytest

from sdtui.runs.following.pace import Pace, Recorded, recorded_speed, seconds_left, with_pauses


def test_the_speed_leaves_out_samples_and_the_time_left_does_not() -> None:
    pace = Pace()
    step, now = 0, 1000.0
    for _ in range(3):
        for _ in range(30):
            pace.see(now, step, training=True)
            now, step = now + 1, step + 2
        for _ in range(20):
            pace.see(now, step, training=False)
            now += 1
    pace.see(now, step, training=True)
    assert pace.it_per_s == pytest.approx(2.0, rel=0.05)
    assert pace.overall == pytest.approx(180 / 150, rel=0.05)


def test_the_speed_follows_what_happens_now() -> None:
    pace = Pace()
    step = 0
    for now in range(200):
        pace.see(now, step, training=True)
        step += 1 if now < 100 else 5
    assert pace.it_per_s == pytest.approx(5.0, rel=0.1)


def test_nothing_is_said_before_there_is_something_to_say() -> None:
    pace = Pace()
    assert pace.it_per_s is None and pace.overall is None
    pace.see(0, 100, training=True)
    pace.see(1, 101, training=True)
    assert pace.it_per_s is None and pace.overall is None


def test_a_bar_that_begins_anew_begins_the_speed_anew() -> None:
    pace = Pace()
    for now in range(20):
        pace.see(now, 100 + now, training=True)
    for now in range(20, 40):
        pace.see(now, 3 * (now - 20), training=True)
    assert pace.it_per_s == pytest.approx(3.0, rel=0.1)


def test_recorded_times_give_the_speed_without_the_pauses() -> None:
    steps = list(range(100))
    times = [step * 0.5 + (60 if step >= 50 else 0) for step in steps]
    assert recorded_speed(steps, times) == pytest.approx(2.0)
    assert recorded_speed([1, 2], [0.0, 1.0]) is None


def test_points_that_share_a_step_and_clocks_that_jump_back_do_no_harm() -> None:
    assert recorded_speed([0, 1, 1, 2, 2, 3, 3, 4], [0, 1, 1, 2, 2, 1.5, 3, 4]) is not None
    assert recorded_speed([1, 1, 1, 1], [0, 0, 0, 0]) is None
    assert recorded_speed([1, 2, 3, 4, 5], [7.0] * 5) is None


@pytest.mark.parametrize(
    ("step", "total", "overall", "left"),
    [(30, 100, 2.0, None), (31, 100, 2.0, 34.5), (31, None, 2.0, None), (50, 100, None, None), (120, 100, 2.0, 0.0)],
)
def test_the_time_left_is_estimated_from_31_steps_on(
    step: int, total: int | None, overall: float | None, left: float | None
) -> None:
    assert seconds_left(step, total, overall) == left


def paused_every(steps: int, pause: float, count: int, each: float = 0.5) -> tuple[list[int], list[float]]:
    """Points of a run that stops for ``pause`` seconds after every so many ``steps``."""
    times, now = [], 0.0
    for step in range(count):
        now += each + (pause if step and step % steps == 0 else 0.0)
        times.append(now)
    return list(range(count)), times


def test_pauses_count_into_the_time_left_and_a_night_of_sleep_does_not() -> None:
    steps, times = paused_every(50, 25.0, 501)
    told = Recorded()
    told.see(steps, times)
    assert told.pause_per_step == pytest.approx(0.5, rel=0.05)
    assert with_pauses(2.0, told.pause_per_step) == pytest.approx(1.0, rel=0.05)
    asleep = [*times, *(time + 30_000.0 for time in times)]
    slept = Recorded()
    slept.see([*steps, *(step + 501 for step in steps)], asleep)
    assert slept.pause_per_step == pytest.approx(0.5, rel=0.06)


def test_each_point_is_looked_at_once_however_often_it_is_asked() -> None:
    steps, times = paused_every(50, 25.0, 501)
    bit_by_bit, at_once = Recorded(), Recorded()
    at_once.see(steps, times)
    for end in range(0, 502, 7):
        bit_by_bit.see(steps[:end], times[:end])
    bit_by_bit.see(steps, times)
    assert bit_by_bit.pause_per_step == at_once.pause_per_step


def test_a_run_that_has_become_slow_does_not_pause_at_each_step() -> None:
    steps = list(range(400))
    times = [step * 0.1 if step < 200 else 20.0 + (step - 200) * 2.0 for step in steps]
    told = Recorded()
    told.see(steps, times)
    assert told.pause_per_step < 0.01
    assert with_pauses(None, told.pause_per_step) is None


def test_with_accumulation_the_speed_is_that_of_whole_steps() -> None:
    steps = [step for step in range(50) for _ in range(4)]
    times = [0.25 * number for number in range(200)]
    assert recorded_speed(steps, times) == pytest.approx(1.0, rel=0.05)
