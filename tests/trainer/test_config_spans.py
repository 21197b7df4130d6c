"""Where keys stand in the text of a config: each span holds what the trainer's parser reads there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from sdtui.trainer.config_spans import Place, json_spans, line_of, nearest, toml_spans

TRICKY = '''# [[datasets]] in a comment
[general]
"flip_aug" = true # [not.a.table]
keep_tokens=2
caption_prefix = """two
[[datasets]]
lines"""

[[datasets]]
resolution = [ 512, # wide
  768 ]
caption_suffix = 'a = "b"'

  [[datasets.subsets]]
  image_dir = "C:\\\\data # x"
  custom_attributes = { a = 1, "b" = [1, {c = "}"}] }

  [[datasets.subsets]]
  image_dir = 'second'

[[datasets]]
subsets = [{ image_dir = "third" }, { image_dir = "fourth", num_repeats = 2 }]
'''


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves(item, (*place, key))
    else:
        yield place, value


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_value_of_a_toml_is_found(newline: str) -> None:
    text = TRICKY.replace("\n", newline)
    spans = toml_spans(text)
    found = list(leaves(tomlkit.parse(TRICKY).unwrap()))
    assert len(found) == 14
    for place, value in found:
        span = spans[place]
        assert tomlkit.parse(f"x = {text[span.value : span.stop]}".replace("\r", "")).unwrap()["x"] == value
    assert line_of(text, spans["datasets", 0, "subsets", 1, "image_dir"].start) == 19
    assert line_of(text, spans["datasets", 1].start) == 21
    assert text[spans["datasets", 0, "subsets", 0].start :].startswith("[[datasets.subsets]]")


def test_a_place_that_is_not_there_is_told_by_the_table_around_it() -> None:
    spans = toml_spans(TRICKY)
    assert nearest(spans, ("datasets", 0, "subsets", 1, "num_repeats")) == spans["datasets", 0, "subsets", 1]
    assert nearest(spans, ("nowhere",)) is None


VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.sampled_from([None, 1]))
def test_each_value_of_a_json_is_found(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    spans = json_spans(text)
    for place, item in leaves(value):
        assert json.loads(text[spans[place].value : spans[place].stop]) == item


@given(st.text(alphabet="[]{}=,.\"'#\\\n\r abk1", max_size=60))
def test_any_text_is_gone_through_to_its_end(text: str) -> None:
    for span in toml_spans(text).values():
        assert 0 <= span.start <= span.value <= span.stop <= len(text) + 1
