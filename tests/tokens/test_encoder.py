"""Tokens as the trainer's own tokenizer makes them, and where in the caption each stands."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ftfy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.tokens.encoder import count, counts, encode
from sdtui.tokens.encoding import Mode

GOLDEN: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "golden.jsonl").read_text("utf-8").splitlines()
]
MODES: tuple[Mode, ...] = ("ftfy", "plain")


def pieces(text: str, mode: Mode = "ftfy") -> list[str]:
    return [text[start:end] for start, end in encode(text, mode).spans]


@pytest.mark.parametrize("mode", MODES)
def test_the_ids_are_those_of_the_trainers_tokenizer(mode: Mode) -> None:
    assert len(GOLDEN) > 500
    wrong = [case["text"] for case in GOLDEN if list(encode(case["text"], mode).ids) != case[mode]]
    assert wrong == []


@pytest.mark.parametrize("mode", MODES)
def test_counting_agrees_with_the_trainers_tokenizer(mode: Mode) -> None:
    assert counts((case["text"] for case in GOLDEN), mode) == [len(case[mode]) for case in GOLDEN]


def test_threads_may_count_at_once() -> None:
    texts = [case["text"] for case in GOLDEN]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda turn: counts(texts[turn:] + texts[:turn]), range(0, 400, 50)))
    expected = [len(case["ftfy"]) for case in GOLDEN]
    assert results == [expected[turn:] + expected[:turn] for turn in range(0, 400, 50)]


@given(st.text(), st.sampled_from(MODES))
def test_any_text_can_be_counted_and_its_spans_ascend_within_it(text: str, mode: Mode) -> None:
    encoding = encode(text, mode)
    starts = [start for start, _ in encoding.spans]
    assert encoding.count == len(encoding.spans) == count(text, mode)
    assert starts == sorted(starts)
    assert all(0 <= start <= end <= len(text) for start, end in encoding.spans)


@given(st.from_regex("[ -~‘’“”–—•…　-。「」ぁ-ゖァ-ヺ一-龥가-힣！-～😀-🙏]{0,40}", fullmatch=True))
def test_text_that_is_cleaned_without_ftfy_comes_out_as_from_ftfy(text: str) -> None:
    text = text.replace("<|", "<")  # special tokens are looked for before and after ftfy, which makes a difference
    assert encode(text).ids == encode(ftfy.fix_text(text)).ids


@given(st.from_regex("[ -~‘’“”–—…é一-龥]{0,60}", fullmatch=True).filter(lambda text: "&" not in text))
def test_spans_of_ordinary_text_leave_out_white_space_and_nothing_else(text: str) -> None:
    covered = {at for start, end in encode(text).spans for at in range(start, end)}
    assert covered == {at for at, letter in enumerate(text) if not letter.isspace()}


def test_each_token_knows_its_place_in_the_text_as_it_was_written() -> None:
    assert pieces("A “Supercalifragilistic”  CAFÉ, it’s") == [
        *("A", "“", "Super", "cali", "frag", "ili", "stic", "”", "CAFÉ", ",", "it", "’s"),
    ]


def test_a_character_of_several_tokens_is_the_span_of_each() -> None:
    assert pieces("a 红 x") == ["a", "红", "红", "红", "x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fish &amp; chips", ["fish", "&amp;", "chips"]),
        ("a cafÃ© here", ["a", "cafÃ©", "here"]),
        ("one \x1b[31mred\x1b[0m cat", ["one", "\x1b[31mred\x1b[0m", "cat"]),
        ("ﬁsh cafe\u0301 cat", ["ﬁsh", "cafe\u0301", "cat"]),
        ("<|startoftext|>a cat<|endoftext|>é", ["<|startoftext|>", "a", "cat", "<|endoftext|>", "é"]),
    ],
)
def test_where_text_is_repaired_a_token_spans_what_it_was_made_of(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_text_that_loses_words_in_cleaning_keeps_the_places_of_the_others() -> None:
    text = "red \ufeff \ufeff circle \x00 and &nbsp; blue \x1c square"
    assert pieces(text) == ["red", "circle", "and", "blue", "square"]


def test_the_cut_is_where_the_first_dropped_token_begins() -> None:
    text = "red cat, " * 60
    encoding = encode(text)
    assert encoding.count == 180
    assert [encoding.cut(limit) for limit in (75, 150, 225)] == [25 * 9, 50 * 9, None]
    assert encoding.windows == 3
    assert encoding.seams(225) == (25 * 9, 50 * 9)
    assert encoding.seams(75) == ()


def test_the_cut_of_a_repaired_text_is_in_the_text_as_it_was_written() -> None:
    text = "Ã© cat, " * 40
    cut = encode(text).cut(75)
    assert cut is not None
    assert text[cut:].startswith("Ã© cat, ")
    assert cut == 25 * len("Ã© cat, ")


@pytest.mark.slow
def test_an_endless_word_is_counted_in_no_time() -> None:
    assert count("ab" * 100_000) > 1000
    assert len(encode("x\u0301 " * 20_000).spans) == count("x\u0301 " * 20_000)


def test_counting_loads_neither_torch_nor_open_clip_nor_without_need_ftfy() -> None:
    code = (
        "import sys\nfrom sdtui.tokens.encoder import count\n"
        "assert count('a red circle, “blue” 红') == 10\n"
        "print(*[name for name in ('torch', 'open_clip', 'ftfy', 'numpy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout.strip(), result.stderr) == ("", "")
