"""What is typed for a key becomes a value of its type, and is typed again from that value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtui.base.errors import UsageError
from sdtui.edits.config_typed import typed_text, typed_value
from sdtui.trainer.dataset_config import interpret
from sdtui.trainer.dataset_key_rows import KeyRow, rows_of, tables_of

_CONFIG = interpret(Path("a.toml"), {"datasets": [{"bogus": 1, "subsets": [{"image_dir": "/x"}]}]})
ROWS = {row.key: row for table in tables_of(_CONFIG)[1:] for row in rows_of(_CONFIG, table)}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("resolution", "832x1216", [832, 1216]),
        ("resolution", " 832 , 1216 ", [832, 1216]),
        ("resolution", "512", 512),
        ("validation_split", "0", 0.0),
        ("validation_split", "0.25", 0.25),
        ("caption_dropout_rate", "1", 1),
        ("class_tokens", "10", "10"),
        ("class_tokens", "true", "true"),
        ("class_tokens", "[a]", "[a]"),
        ("class_tokens", '" a "', " a "),
        ("caption_prefix", '""', ""),
        ("caption_prefix", r'"\""', '"'),
        ("caption_prefix", r'"\"\""', '""'),
        ("caption_prefix", "it's, # a", "it's, # a"),
        ("flip_aug", "yes", True),
        ("face_crop_aug_range", "[2, 4]", [2.0, 4.0]),
        ("custom_attributes", "{ a = 1 }", {"a": 1}),
        ("resize_interpolation", "area", "area"),
        ("image_dir", "G:\\data\\new", "G:\\data\\new"),
    ],
)
def test_a_value_is_what_was_meant(key: str, text: str, value: Any) -> None:
    found = typed_value(ROWS[key], text)
    assert found == value and isinstance(found, type(value))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("num_repeats", "1.5"),
        ("num_repeats", "true"),
        ("num_repeats", ""),
        ("resolution", "big"),
        ("flip_aug", "1"),
        ("resize_interpolation", "best"),
        ("bogus", "1"),
    ],
)
def test_what_is_none_is_refused(key: str, text: str) -> None:
    with pytest.raises(UsageError):
        typed_value(ROWS[key], text)


@given(st.text(st.characters(codec="utf-8")) | st.text("\"'\\\\u0 "))
def test_any_text_is_typed_as_it_is_read(text: str) -> None:
    typed = typed_text(text)
    assert typed.isprintable()
    assert typed_value(_text_row(), typed) == text


def _text_row() -> KeyRow:
    return ROWS["class_tokens"]
