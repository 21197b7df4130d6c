"""Word differences for rows: what is shown is true to both texts, and never long."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.plans.diff import Kind
from sdtui.tui.plan.words import drawn, excerpt, fitted, whole
from sdtui.tui.theme import inks

_WORDS = st.lists(st.sampled_from(["a", "red", "circle", ",", " ", "猫", "é", "🐈", "\n", "x_y"]), max_size=12).map(
    "".join
)


@settings(max_examples=300, deadline=None)
@given(_WORDS, _WORDS)
def test_whole_tells_both_texts(before: str, after: str) -> None:
    pieces = whole(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.REMOVED) == after


@settings(max_examples=200, deadline=None)
@given(_WORDS, _WORDS, st.integers(0, 40))
def test_a_row_has_the_width_that_it_is_given(before: str, after: str, width: int) -> None:
    ink = inks("sdtui-dark")
    segments = fitted(drawn(excerpt(before, after, width), ink), width, ink.text)
    assert sum(segment.cell_length for segment in segments) == width
    cut = sum(len(text) for text, _ in drawn(excerpt(before, after, width), ink)) > 2 * width > 0
    assert not cut or segments[-1].text == "…"


def test_a_row_begins_near_what_changes() -> None:
    before = ", ".join(["a long caption"] * 40) + ", red"
    shown = "".join(piece.text for piece in excerpt(before, before + ", masterpiece", 40))
    assert shown.startswith("…") and "red, masterpiece" in shown and len(shown) < 60


def test_words_are_whole() -> None:
    pieces = whole("a cat, dog", "a car, dog")
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind is not Kind.SAME] == [
        (Kind.REMOVED, "cat"),
        (Kind.ADDED, "car"),
    ]


def test_without_colours_and_lines_it_reads_as_wdiff(monkeypatch: pytest.MonkeyPatch) -> None:
    from sdtui.tui import marks

    monkeypatch.setenv("TERM", "linux")
    marks.marks.cache_clear()
    try:
        text = "".join(text for text, _ in drawn(whole("a red circle", "a blue circle"), inks("sdtui-dark")))
    finally:
        monkeypatch.undo()
        marks.marks.cache_clear()
    assert text == "a [-red-]{+blue+} circle"
