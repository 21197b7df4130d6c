"""Shares turned into repeats: never below 1, near to what was asked, and in small numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.dataset.balance import Part, divided, equal_repeats, repeats_for, shares_of, weighted_repeats

CIRCLES = Part("circle", 40, 10)
SQUARES = Part("square", 30, 4)
TRIANGLES = Part("triangle", 28, 2)
PARTS = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 40)), min_size=1, max_size=6).map(
    lambda rows: [Part(str(number), *row) for number, row in enumerate(rows)]
)


def test_the_seeds_example_is_equal_with_one_and_three() -> None:
    assert equal_repeats([Part("a", 15, 1), Part("b", 5, 1)]) == {"a": 1, "b": 3}


def test_one_share_changes_one_subset() -> None:
    found = repeats_for([CIRCLES, SQUARES, TRIANGLES], {"square": 0.3})
    assert found == {"circle": 10, "square": 7, "triangle": 2}
    assert shares_of([CIRCLES, SQUARES, TRIANGLES], found)["square"] == pytest.approx(0.3, abs=0.02)


def test_shares_of_all_are_met_in_small_numbers() -> None:
    wanted = {"circle": 0.5, "square": 0.3, "triangle": 0.2}
    found = repeats_for([CIRCLES, SQUARES, TRIANGLES], wanted)
    assert shares_of([CIRCLES, SQUARES, TRIANGLES], found) == pytest.approx(wanted, abs=0.01)
    assert max(found.values()) <= 12


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ({"circle": 0.5, "square": 0.3, "triangle": 0.5}, "130%"),
        ({"circle": 1.0}, "leaves nothing"),
        ({"circle": 0}, "more than 0"),
        ({"circle": -1}, "more than 0"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares: dict[str, float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        repeats_for([CIRCLES, SQUARES, TRIANGLES], shares)


@given(PARTS)
def test_equal_repeats_come_near_for_any_subsets(parts: list[Part]) -> None:
    found = equal_repeats(parts)
    assert all(count >= 1 for count in found.values())
    entries = [part.images * found[part.name] for part in parts]
    # Half a repeat of the largest subset is what rounding may cost.
    assert max(entries) - min(entries) <= max(part.images for part in parts)


@given(PARTS, st.integers(1, 9))
def test_dividing_keeps_the_shares(parts: list[Part], times: int) -> None:
    repeats = {part.name: part.repeats * times for part in parts}
    small = divided(repeats)
    assert math.gcd(*small.values()) == 1
    assert shares_of(parts, small) == pytest.approx(shares_of(parts, repeats))


def test_weights_are_ratios_of_entries() -> None:
    found = weighted_repeats([Part("a", 10, 1), Part("b", 10, 1)], {"a": 3})
    assert found == {"a": 3, "b": 1}


def test_empty_subsets_are_left_as_they_are() -> None:
    assert equal_repeats([Part("a", 0, 7), Part("b", 5, 3)]) == {"a": 7, "b": 1}
    assert equal_repeats([]) == {}
    assert divided({}) == {}
