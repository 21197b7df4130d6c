"""Which file a caption comes from, and what becomes of its text."""

from __future__ import annotations

from typing import Any

import pytest

from sdtui.trainer.captions import CaptionRules, borrowed_caption, own_caption, read_caption, trained_texts, with_dot
from tests.trainer.golden import load


@pytest.mark.parametrize("case", load("captions.json"), ids=lambda case: case["caption"][:12])
def test_the_text_that_is_trained_is_the_trainers(case: dict[str, Any]) -> None:
    assert list(trained_texts(case["caption"], CaptionRules.from_options(case["options"]))) == case["texts"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\ntwo\n", "one"),
        (b"  one  \r\ntwo", "one"),
        (b"one\rtwo", "one"),
        (b"\n\n", ""),
        (b"   ", ""),
        (b"\n first line is empty", ""),
        ("\ufeffwith a mark".encode(), "\ufeffwith a mark"),
        ("a\x0cb\x85c\u2028d".encode(), "a\x0cb\x85c\u2028d"),
    ],
)
def test_only_the_first_line_is_read(data: bytes, text: str) -> None:
    assert read_caption(data).text == text


def test_with_wildcards_all_lines_count_but_blank_ones() -> None:
    assert read_caption(b"one \n\n two\r\n", wildcard=True).text == "one\ntwo"


def test_what_the_trainer_stops_at_is_a_sentence() -> None:
    assert "empty" in str(read_caption(b"").problem)
    undecodable = read_caption(b"fine\nfine\n\xff\xfe")
    assert undecodable.text is None
    assert "line 3" in str(undecodable.problem)


def test_a_caption_is_borrowed_by_the_underscores_of_the_whole_path() -> None:
    assert own_caption("d/a.b.png", ".txt") == "d/a.b.txt"
    assert borrowed_caption("d/p_1_2_3_4.png", ".txt") == "d/p.txt"
    assert borrowed_caption("a_b/c_d_e/x_y.png", ".txt") == "a.txt"
    assert borrowed_caption("d/p_1_2_3.png", ".txt") is None


def test_a_missing_dot_is_added() -> None:
    assert [with_dot(extension) for extension in ("txt", ".txt", "")] == [".txt", ".txt", ""]
