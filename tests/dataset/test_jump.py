"""Fuzzy search the way fzf does it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdtui.dataset.jump import fuzzy

NAMES = ["10_circle", "4_square", "2_triangle", "4_square/photo_12.png", "4_square/Photo_21.png", "shapes/sq.png"]


def found(query: str, names: list[str] = NAMES, limit: int | None = 100) -> list[str]:
    return [names[match.index] for match in fuzzy(query, names, limit)]


def test_letters_in_their_order_with_gaps() -> None:
    assert found("tri") == ["2_triangle"]
    assert found("crl") == ["10_circle"]
    assert found("zzz") == []


def test_an_empty_query_keeps_the_order() -> None:
    assert found("") == NAMES
    assert found("   ", limit=2) == NAMES[:2]
    assert found("!", limit=None) == NAMES


def test_beginnings_of_words_and_runs_come_first() -> None:
    assert found("sq", ["a_basque", "masqued", "4_square", "s_x_q"])[0] == "4_square"
    assert found("p12", ["4_square/photo_12.png", "stepping/x1b2.png"])[0] == "4_square/photo_12.png"


def test_of_equal_ones_the_shorter_and_then_the_earlier_comes_first() -> None:
    assert found("abc", ["abc_long", "abc", "abd", "abc"]) == ["abc", "abc", "abc_long"]


def test_terms_all_count_and_signs_work_as_in_fzf() -> None:
    assert found("square 21") == ["4_square/Photo_21.png"]
    assert found("^4 png$ !21") == ["4_square/photo_12.png"]
    assert found("'sq.") == ["shapes/sq.png"]
    assert found("^shapes/sq.png$") == ["shapes/sq.png"]


def test_a_capital_letter_makes_case_count() -> None:
    assert found("Photo") == ["4_square/Photo_21.png"]
    assert len(found("photo")) == 2


def test_positions_are_what_matched() -> None:
    (match,) = fuzzy("crl", ["10_circle"])
    assert match.positions == (3, 5, 7)
    (match,) = fuzzy("ir 10", ["10_circle"])
    assert match.positions == (0, 1, 4, 5)


def test_the_best_are_kept_when_there_is_a_limit() -> None:
    names = [f"x{number}_circle" for number in range(50)] + ["circle"]
    assert found("circle", names, limit=1) == ["circle"]
    assert found("circle", names, limit=3) == found("circle", names, limit=None)[:3]


@given(st.text("abAB_/1 İß", max_size=12), st.text("abAB1'^$! İß", max_size=6))
def test_positions_always_spell_the_letters_of_the_query(candidate: str, query: str) -> None:
    for match in fuzzy(query, [candidate]):
        assert list(match.positions) == sorted(set(match.positions))
        assert all(0 <= at < len(candidate) for at in match.positions)
        spelt = {candidate[at].lower()[0] for at in match.positions}
        assert spelt <= {letter.lower()[0] for letter in query}
