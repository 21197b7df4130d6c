"""Zooming, panning, reading off: what is in sight is of the run, and the end is followed until one looks back."""

from __future__ import annotations

import pytest

from sdtui.tui.monitor.chart import Mark
from sdtui.tui.monitor.chart_state import next_mark
from sdtui.tui.monitor.series import NOTHING, Series
from sdtui.tui.monitor.viewport import Viewport, neighbour


def test_closer_follows_the_newest_step_while_the_run_goes_on() -> None:
    close = Viewport().zoomed(0.5, 0, 1000)
    assert close.bounds(0, 1000) == (500, 1000)
    assert close.bounds(0, 1200) == (700, 1200)


def test_closer_around_the_cursor_keeps_it_where_it_is_on_the_screen() -> None:
    look = Viewport().pointed(250, 0, 1000).zoomed(0.5, 0, 1000)
    low, high = look.bounds(0, 1000)
    assert (250 - low) / (high - low) == pytest.approx(0.25)
    assert high - low == 500


def test_wider_ends_with_all_of_it_and_closer_ends_with_a_few_steps() -> None:
    look = Viewport()
    for _ in range(30):
        look = look.zoomed(0.5, 0, 100_000)
    low, high = look.bounds(0, 100_000)
    assert 4 <= high - low <= 16
    for _ in range(30):
        look = look.zoomed(2, 0, 100_000)
    assert look.is_all
    assert look.bounds(0, 100_000) == (0, 100_000)


def test_panning_stops_at_both_ends_and_the_end_is_followed_again() -> None:
    look = Viewport().zoomed(0.1, 0, 1000)
    back = look.panned(-0.5, 0, 1000)
    assert back.bounds(0, 1000) == (850, 950)
    assert back.bounds(0, 2000) == (850, 950), "one who looks back is not taken along"
    for _ in range(40):
        back = back.panned(-0.5, 0, 1000)
    assert back.bounds(0, 1000) == (0, 100)
    for _ in range(40):
        back = back.panned(0.5, 0, 1000)
    assert back.bounds(0, 2000) == (1900, 2000)
    assert Viewport().panned(-0.5, 0, 1000) == Viewport()


def test_a_cursor_out_of_sight_brings_its_step_into_sight() -> None:
    look = Viewport().zoomed(0.1, 0, 1000).pointed(300, 0, 1000)
    low, high = look.bounds(0, 1000)
    assert low < 300 < high
    assert look.pointed(5000, 0, 1000).cursor == 1000


def test_the_cursor_goes_from_point_to_point_however_few_there_are() -> None:
    few = Series.of([100, 500, 900], [1, 2, 3])
    assert neighbour(few, None, -5) == 900
    assert neighbour(few, 900, -5) == 500
    assert neighbour(few, 100, -5) == 100
    assert neighbour(few, 500, 5) == 900
    many = Series.of(range(1000), [0.0] * 1000)
    assert neighbour(many, 500, 25) == 525
    assert neighbour(NOTHING, 3, 1) is None


def test_marks_are_gone_through_in_their_order() -> None:
    marks = [Mark(30, "saved"), Mark(10, "epoch"), Mark(20, "epoch")]
    assert next_mark(marks, None, -1) == 30
    assert next_mark(marks, 30, -1) == 20
    assert next_mark(marks, 10, -1) is None
    assert next_mark(marks, 10, 1) == 20
    assert next_mark([], None, 1) is None
