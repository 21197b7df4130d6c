"""Patterns that would fill the memory are known before they are compiled."""

from __future__ import annotations

import pytest

from sdtui.base.regexes import too_large


@pytest.mark.parametrize(
    ("pattern", "at"),
    [
        ("a{1000}", None),
        (r"\d{4}-\d{2}-\d{2}", None),
        ("(a{50}){50}", None),
        ("((a{1000}){1000}){1000}", 10),
        ("(a{ 1000 }){ 1000 }", 11),
        ("a{" + "9" * 5000 + "}", 1),
        ("(" + "a" * 5000 + "){1000}", 5002),
    ],
)
def test_repetitions_are_counted_with_what_they_repeat(pattern: str, at: int | None) -> None:
    assert too_large(pattern) == at
