"""The words and colours of the large log, as text."""

from __future__ import annotations

import pytest

from sdtui.base.errors import UsageError
from sdtui.trainer.log_lines import LogLine, fold
from sdtui.tui.monitor import log_place
from sdtui.tui.monitor.log_words import shifted, spans


@pytest.mark.parametrize(
    ("typed", "row"),
    [("1", 0), ("1,204", 1203), (" 12_000 ", 11_999), ("0", 0), ("999999", 19_999), ("50%", 10_000), ("100%", 19_999)],
)
def test_a_line_is_named_by_its_number_or_its_share(typed: str, row: int) -> None:
    assert log_place.row_of(typed, 20_000) == row


@pytest.mark.parametrize("typed", ["", "many", "1e9", "%", "nan%", "inf%"])
def test_what_names_no_line_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(UsageError, match="is no line"):
        log_place.row_of(typed, 20_000)


def test_where_one_is() -> None:
    line = LogLine(1203, 1, "x")
    said = log_place.where(line, 5609, following=True)
    assert "".join(text for text, _ in said) == "line 1,204 of 5,609 · 21% · following"
    assert log_place.where(None, 0, following=False) == [("the log is empty", "dim")]


def test_a_message_has_its_level_in_colour_and_its_origin_faint() -> None:
    line = spans("2026-11-21 19:47:48 WARNING  no reg images  train_util.py:2167")
    assert [(text.strip(), role) for text, role in line] == [
        ("2026-11-21 19:47:48", "faint"),
        ("WARNING", "warn"),
        ("no reg images", "warn"),
        ("train_util.py:2167", "faint"),
    ]
    assert spans("ValueError: x") == [("ValueError: x", "bad")]
    assert spans("  File x, line 1") == [("  File x, line 1", "dim")]
    assert spans("epoch 1/2") == [("epoch 1/2", "plain")]


def test_a_message_without_words_keeps_its_origin_in_sight() -> None:
    row = "2026-11-22 07:48:56 INFO     " + " " * 300 + "train_util.py:5989"
    assert [line.text for line in fold([row])] == ["2026-11-22 07:48:56 INFO       train_util.py:5989"]


def test_matches_are_marked_across_colours_and_nothing_is_lost() -> None:
    text = "                    ERROR    illegal char  train_util.py:1"
    places = [(text.index("OR "), text.index("legal")), (text.index("util"), text.index("util") + 4)]
    line = spans(text, places)
    assert "".join(part for part, _ in line) == text
    assert "|".join(part for part, role in line if role == "match") == "OR    |il|util"
    assert spans("ValueError", [(0, 5)], "bad") == [("Value", "match"), ("Error", "bad")]
    long = "x" * 5000
    assert "".join(part for part, _ in spans(long, [(4990, 4999)])) == long


def test_a_line_is_shown_from_further_right() -> None:
    assert shifted([("abc", "dim"), ("def", "bad")], 4) == [("ef", "bad")]
    assert shifted([("abc", "dim")], 9) == []
