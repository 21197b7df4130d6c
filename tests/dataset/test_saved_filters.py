"""Filters that are saved under a name, and the file that a person may write as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.errors import SdtuiError, SyntaxProblem, UsageError
from sdtui.dataset.query import QueryError
from sdtui.dataset.saved_filters import delete, filters_path, load, save


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ".sdtui"


def test_what_is_saved_is_there_later_in_its_order(home: Path) -> None:
    assert load(home) == {}
    save(home, "too long", " is:over ")
    save(home, 'a "b" = [c]', 'tag:"x" ~/a\\/b/')
    save(home, "日本", "caption:日本\n OR is:reg")
    assert list(load(home).items()) == [
        ("too long", "is:over"),
        ('a "b" = [c]', 'tag:"x" ~/a\\/b/'),
        ("日本", "caption:日本\n OR is:reg"),
    ]
    save(home, "too long", "tokens>150")
    delete(home, "日本")
    assert load(home) == {"too long": "tokens>150", 'a "b" = [c]': 'tag:"x" ~/a\\/b/'}


def test_a_comment_of_a_person_stays(home: Path) -> None:
    home.mkdir()
    filters_path(home).write_text("# mine\nover = 'is:over' # long ones\nnumber = 5\n")
    save(home, "new", "is:empty")
    assert filters_path(home).read_text().startswith("# mine\nover = 'is:over' # long ones\nnumber = 5\n")
    assert load(home) == {"over": "is:over", "new": "is:empty"}


def test_a_filter_that_is_wrong_or_empty_is_not_saved(home: Path) -> None:
    with pytest.raises(QueryError):
        save(home, "x", "is:ovr")
    for name, text in (("x", "  "), ("  ", "a"), ("x" * 61, "a"), ("\x1b[2J", "a"), ("x", "\ud800")):
        with pytest.raises(UsageError):
            save(home, name, text)
    assert not filters_path(home).exists()
    save(home, "there", "a")
    with pytest.raises(UsageError, match="There are: there"):
        delete(home, "gone")


def test_a_broken_file_is_told_and_not_replaced(home: Path) -> None:
    home.mkdir()
    filters_path(home).write_text("a = \n")
    with pytest.raises(SyntaxProblem, match="line 1"):
        load(home)
    for change in (lambda: save(home, "x", "a"), lambda: delete(home, "a")):
        with pytest.raises(SdtuiError):
            change()
    assert filters_path(home).read_text() == "a = \n"
