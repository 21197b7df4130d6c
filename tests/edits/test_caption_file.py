"""A caption is bytes first."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.base.errors import UnreadableError, WriteError
from sdtui.edits.caption_file import parse, read

HERE = Path("caption.txt")


def edited(data: bytes | None, new: str) -> bytes:
    return parse(HERE, data).with_text(new)


@given(st.binary(max_size=80) | st.text(alphabet="ab \t\r\n,\ufeff猫", max_size=40).map(lambda text: text.encode()))
def test_untouched_text_gives_the_same_bytes(data: bytes) -> None:
    caption = parse(HERE, data)
    if not caption.undecodable:
        assert caption.with_text(caption.text) == data


@given(st.text(alphabet="ab\r\n", max_size=30), st.text(alphabet="ab\n", min_size=1, max_size=30))
def test_what_is_saved_reads_back_as_what_was_typed(before: str, new: str) -> None:
    after = edited(before.encode(), new)
    assert parse(HERE, after).text == new


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        (b"a cat", "a dog", b"a dog"),
        (b"a cat\n", "a dog\n", b"a dog\n"),
        (b"a cat  \n", "a dog  \n", b"a dog  \n"),
        (b"a\r\nb\r\n", "a\nx\nb\n", b"a\r\nx\r\nb\r\n"),
        (codecs.BOM_UTF8 + b"a\r\n", "b\n", codecs.BOM_UTF8 + b"b\r\n"),
        (b"a\r\nb\nc\r\n", "a\nbb\nc\n", b"a\r\nbb\nc\r\n"),
        (b"a\r\nb\nc\rd", "first\na\nb\nc\nd", b"first\na\r\nb\nc\rd"),
        (b"a\rb\r", "a\nb\nc\n", b"a\rb\rc\r"),
        (None, "a cat", b"a cat"),
        (None, "a\nb", b"a\nb"),
        ("猫\r\n".encode(), "犬\n", "犬\r\n".encode()),
        ("a\x0bb\u2028c".encode(), "a\x0bb\u2028d", "a\x0bb\u2028d".encode()),
        (b"a\r\nb", "a\r\nb pasted", b"a\r\nb pasted"),
    ],
)
def test_only_the_edit_changes(before: bytes | None, new: str, after: bytes) -> None:
    assert edited(before, new) == after


@pytest.mark.parametrize(("before", "after"), [(b"a cat", b"\n"), (b"a\r\n", b"\r\n"), (None, b"\n")])
def test_an_emptied_caption_is_one_line_end_because_the_trainer_stops_at_an_empty_file(
    before: bytes | None, after: bytes
) -> None:
    assert edited(before, "") == after


def test_what_stands_in_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(codecs.BOM_UTF8 + b"one\r\ntwo\r\nthree\n")
    caption = read(path)
    assert caption.text == "one\ntwo\nthree\n"
    assert (caption.bom, caption.newline, caption.final_newline, caption.undecodable) == (True, "\r\n", True, False)
    assert read(tmp_path / "none.txt").data is None and read(tmp_path / "none.txt").text == ""
    with pytest.raises(UnreadableError):
        read(tmp_path)


@pytest.mark.parametrize("data", [b"caf\xe9, a cat", "a cat".encode("utf-16")])
def test_what_is_not_utf8_is_shown_and_never_rewritten(data: bytes) -> None:
    caption = parse(HERE, data)
    assert caption.undecodable and "\ufffd" in caption.text
    with pytest.raises(WriteError, match="not UTF-8"):
        caption.with_text("new")


def test_half_a_character_from_a_broken_paste_is_refused() -> None:
    with pytest.raises(WriteError, match="character at 3"):
        edited(b"old", "ab\ud83d")
