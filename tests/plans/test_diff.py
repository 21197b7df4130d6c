"""What a Plan changes, as a person reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.plans.diff import Kind, Piece, diff, diff_text, diff_words
from sdtui.plans.plan import MakeFolder, Move, Plan, Remove, Write


def test_words_that_stay_go_and_come() -> None:
    assert diff_words("a red circle, flat", "a blue circle") == (
        Piece(Kind.SAME, "a "),
        Piece(Kind.REMOVED, "red"),
        Piece(Kind.ADDED, "blue"),
        Piece(Kind.SAME, " circle"),
        Piece(Kind.REMOVED, ", flat"),
    )


@given(st.text(alphabet="ab ,\n\r猫", max_size=60), st.text(alphabet="ab ,\n\r猫", max_size=60))
def test_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(one.text for one in pieces if one.kind is not Kind.ADDED) == before
    assert "".join(one.text for one in pieces if one.kind is not Kind.REMOVED) == after


def test_lines_around_a_change_with_their_numbers() -> None:
    before = "".join(f"line {n}\n" for n in range(1, 30))
    after = before.replace("line 10\n", "line ten\n").replace("line 20\n", "").replace("line 25\n", "line 25\nmore\n")
    lines = diff_text(before, after)
    assert [line.number for line in lines] == [9, 10, 11, 19, None, 20, 24, 25, 26]
    assert [line.number for line in lines if line.changed] == [10, None, 25]


def test_each_kind_of_change_has_a_sentence(tmp_path: Path) -> None:
    plan = Plan(
        "all",
        (
            Write(tmp_path / "new.txt", None, b"one\ntwo\n"),
            Write(tmp_path / "old.txt", b"a cat\r\n", b"a dog\r\n"),
            Write(tmp_path / "raw.bin", b"\xff\xfe", b"\xff\xfe\x00"),
            Move(tmp_path / "3_cat", tmp_path / "5_cat"),
            Move(tmp_path / "a", tmp_path / "deep" / "a"),
            Remove(tmp_path / "cache.npz", 4_600_000, 1),
            MakeFolder(tmp_path / "model"),
        ),
    )
    new, old, raw, rename, move, remove, folder = diff(plan)
    assert new.summary == f"write new {tmp_path}/new.txt"
    assert [line.pieces[0] for line in new.lines] == [Piece(Kind.ADDED, "one"), Piece(Kind.ADDED, "two")]
    assert old.summary == f"edit {tmp_path}/old.txt" and old.lines[0].number == 1
    assert raw.summary == f"edit {tmp_path}/raw.bin (2 B to 3 B)" and raw.lines == ()
    assert rename.summary == f"rename {tmp_path}/3_cat to 5_cat"
    assert move.summary == f"move {tmp_path}/a to {tmp_path}/deep/a"
    assert remove.summary == f"remove {tmp_path}/cache.npz (4.6 MB)"
    assert folder.summary == f"make folder {tmp_path}/model"


@pytest.mark.parametrize("size", [50_000])
def test_a_huge_line_is_shown_as_replaced(size: int) -> None:
    pieces = diff_words("a " * size + "a", "b " * size)
    assert [one.kind for one in pieces] == [Kind.REMOVED, Kind.ADDED]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("a, " * 2000 + "end", "a, " * 2000 + "stop", [("end", "stop")]),
        ("x/10_cat/1 " * 900, "x/12_cat/1 " * 900, [("10_cat", "12_cat")] * 900),
        ("a " * 3000 + "b c " + "d " * 100, "a " * 3000 + "d " * 100, [("b c ", "")]),
    ],
)
def test_a_long_line_shows_what_changes_in_it(before: str, after: str, changed: list[tuple[str, str]]) -> None:
    pieces = diff_words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.REMOVED) == after
    removed = [piece.text for piece in pieces if piece.kind is Kind.REMOVED]
    added = [piece.text for piece in pieces if piece.kind is Kind.ADDED]
    assert removed == [old for old, _ in changed if old] and added == [new for _, new in changed if new]
