"""Setting one key of a config changes its own bytes, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.base.errors import UsageError, WriteError
from sdtui.edits.config_place import (
    read_place,
    read_value,
    rename_plan,
    set_plan,
    unset_plan,
    with_place,
    without_place,
    written_place,
)
from sdtui.plans.plan import Write
from sdtui.trainer.dataset_config import parse

TOML = Path("config.toml")
HAND_WRITTEN = """# my cats
[general]
shuffle_caption = true   # keep
"keep_tokens"=1

[[datasets]]
resolution = [ 512,
  768, # tall
]
  [[datasets.subsets]]
  image_dir = 'a # b' # first
  num_repeats   =   3

  [[datasets.subsets]]
  image_dir = "num_repeats = 3"

[[datasets]]
resolution = 512
subsets = [ { image_dir = "c", num_repeats = 4 }, {image_dir="d"} ]
"""
PLACES = [
    ("general.shuffle_caption", False),
    ("general.keep_tokens", 2),
    ("general.flip_aug", True),
    ("datasets[0].resolution", 1024),
    ("datasets[0].batch_size", 4),
    ("datasets[0].subsets[0].num_repeats", 10),
    ("datasets[0].subsets[1].num_repeats", 10),
    ("datasets[0].subsets[0].image_dir", 'C:\\new "cats"'),
    ("datasets[0].subsets[1].custom_attributes", {"a": [1, 2]}),
    ("datasets[1].subsets[0].num_repeats", 10),
    ("datasets[1].subsets[1].num_repeats", 10),
    ("datasets[1].subsets[1].face_crop_aug_range", [1.0, 2.5]),
]


def value_at(config: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        config = config[step]
    return config


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("place", "value"), PLACES)
def test_every_other_byte_of_a_hand_written_config_stays(place: str, value: Any, newline: str) -> None:
    before = HAND_WRITTEN.replace("\n", newline).encode()
    after = with_place(TOML, before, read_place(place), value)
    assert value_at(parse(TOML, after), read_place(place)) == value
    assert value_at(tomlkit.parse(after.decode()).unwrap(), read_place(place)) == value
    old, new = before.split(newline.encode()), after.split(newline.encode())
    changed = [line for line in new if line not in old]
    assert len(changed) <= 1
    assert sum(line not in new for line in old) <= (4 if place == "datasets[0].resolution" else 1)
    assert (b"\r" in after) == (newline == "\r\n")


@pytest.mark.parametrize("before", ['{"datasets": []}', '{\n "datasets": []\n}\n', "{}"])
def test_json_gets_a_general_where_it_has_none(before: str) -> None:
    after = with_place(Path("config.json"), before.encode(), ("general", "batch_size"), 2)
    assert json.loads(after) == {**json.loads(before), "general": {"batch_size": 2}}
    assert after.decode().startswith(before.rstrip().removesuffix("}").rstrip())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("datasets = [{resolution = 1}]", "datasets = [{resolution = 1}]\n\n[general]\nbatch_size = 4\n"),
        ("general.flip_aug = true\n[[datasets]]\n", "general.batch_size = 4\ngeneral.flip_aug = true\n[[datasets]]\n"),
    ],
)
def test_toml_without_headers_gets_a_general_where_it_has_none(before: str, after: str) -> None:
    made = with_place(Path("a.toml"), before.encode(), ("general", "batch_size"), 4)
    assert made.decode() == after


def test_a_date_with_a_time_zone_stands_in_no_ones_way() -> None:
    before = b"[general]\ncustom_attributes = {on = 1979-05-27T07:32:00Z}\nbatch_size = 1\n"
    made = with_place(Path("a.toml"), before, ("general", "batch_size"), 2)
    assert made == before.replace(b"= 1\n", b"= 2\n")


def test_what_stands_there_already_keeps_its_spelling() -> None:
    data = HAND_WRITTEN.encode()
    assert with_place(TOML, data, read_place("datasets[0].subsets[0].image_dir"), "a # b") == data
    assert with_place(TOML, data, read_place("general.keep_tokens"), 1) == data
    assert with_place(TOML, data, read_place("general.keep_tokens"), 1.0) != data


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("place", "value"), PLACES)
def test_json_configs_too(place: str, value: Any, indent: int | None) -> None:
    config = tomlkit.parse(HAND_WRITTEN).unwrap()
    before = json.dumps(config, indent=indent).encode()
    after = with_place(Path("config.json"), before, read_place(place), value)
    assert value_at(json.loads(after), read_place(place)) == value


@pytest.mark.parametrize(("place", "_value"), [row for row in PLACES if row[0][-1] not in "g" and "flip" not in row[0]])
def test_a_key_is_taken_out_and_nothing_else(place: str, _value: Any) -> None:
    where = read_place(place)
    data = HAND_WRITTEN.encode()
    present = True
    try:
        wanted = parse(TOML, data)
        del value_at(wanted, where[:-1])[where[-1]]
    except KeyError:
        present = False
    if present:
        assert parse(TOML, without_place(TOML, data, where)) == wanted
    else:
        with pytest.raises(UsageError, match="There is no"):
            without_place(TOML, data, where)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(PLACES), max_size=6))
def test_any_row_of_edits_is_read_back_as_it_was_meant(edits: list[tuple[str, Any]]) -> None:
    data, wanted = HAND_WRITTEN.encode(), parse(TOML, HAND_WRITTEN.encode())
    for place, value in edits:
        data = with_place(TOML, data, read_place(place), value)
        value_at(wanted, read_place(place)[:-1])[read_place(place)[-1]] = value
    assert parse(TOML, data) == wanted
    assert b"# my cats" in data


@given(st.lists(st.text("abc_", min_size=1, max_size=4) | st.integers(0, 12), min_size=1, max_size=5))
def test_a_place_is_read_as_it_is_written(steps: list[str | int]) -> None:
    place = ("top", *steps)
    assert read_place(written_place(place)) == place


@pytest.mark.parametrize("text", ["", "datasets[x]", "[0]", "a..b", "a b", "a.", "a[0"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="names no place"):
        read_place(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("10", 10), ("true", True), ("[512, 768]", [512, 768]), ("0.5", 0.5), ("a cat", "a cat"), ('"10"', "10")]
    + [(text, text) for text in ("2020-01-01", "10:00:00", "nan", "[2020-01-01]", "{ a = inf }")],
)
def test_values_are_written_as_in_toml(text: str, value: Any) -> None:
    assert read_value(text) == value


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("flip_agu  =  true # half", ("datasets", 0, "subsets", 0, "flip_agu")),
        ('"flip_agu" = true', ("datasets", 0, "subsets", 0, "flip_agu")),
    ],
)
def test_a_key_is_called_otherwise_in_its_place(tmp_path: Path, written: str, place: tuple[str | int, ...]) -> None:
    path = tmp_path / "config.toml"
    text = f"[[datasets]]\r\n[[datasets.subsets]]\r\nimage_dir = 'flip_agu'\r\n{written}\r\n"
    path.write_bytes(text.encode())
    (change,) = rename_plan(path, place, "flip_aug").changes
    assert isinstance(change, Write) and change.after == text.replace(written, written.replace("agu", "aug")).encode()
    with pytest.raises(UsageError, match="stands there already"):
        rename_plan(path, place, "image_dir")


def test_a_config_of_another_trainer_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[general]\nresolution = [960, 544]\n[[datasets]]\nvideo_directory = '/v'\n")
    for change in (lambda: set_plan(path, ("general", "batch_size"), 2), lambda: unset_plan(path, ("general", "r"))):
        with pytest.raises(UsageError, match="a dataset config of musubi-tuner, not of sd-scripts"):
            change()


def test_what_the_trainer_would_refuse_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(HAND_WRITTEN)
    with pytest.raises(UsageError, match="num_repeats must be a whole number"):
        set_plan(path, read_place("datasets[0].subsets[0].num_repeats"), "many")
    with pytest.raises(UsageError, match="Unknown key"):
        set_plan(path, read_place("datasets[0].subsets[0].num_repeat"), 3)
    with pytest.raises(UsageError, match=r"There is no datasets\[7\]"):
        set_plan(path, read_place("datasets[7].batch_size"), 3)


def test_a_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    assert read_value("a\udcff") == "a\udcff"
    for name in ("a.toml", "a.json"):
        path = tmp_path / name
        path.write_text("{}" if name == "a.json" else "")
        with pytest.raises(WriteError, match="could not be written"):
            set_plan(path, ("general", "caption_prefix"), read_value("a\udcff"))
