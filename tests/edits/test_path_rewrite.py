"""Paths in config files follow a renamed folder, however its name has to be written there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tomlkit

from sdtui.edits.path_rewrite import rewritten

NAMES = ["10_a\\b", "10_back\\\\twice", "10_猫 \x7f", "10_😀", '10_"quoted"', "10_plain"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("style", ["basic", "ascii", "json"])
def test_a_name_is_found_however_it_is_escaped(tmp_path: Path, name: str, style: str) -> None:
    new = name.replace("10_", "12_")
    old_path, new_path = str(tmp_path / name / "meta.json"), str(tmp_path / new / "meta.json")
    if style == "json":
        file, text = tmp_path / "a.json", json.dumps({"path": old_path, "caption": name})
    else:
        literal = tomlkit.string(old_path).as_string()
        if style == "ascii":
            literal = "".join(char if ord(char) < 127 else f"\\U{ord(char):08X}" for char in literal)
        file, text = tmp_path / "a.toml", f"path = {literal}  # {name!a}\n"
    file.write_bytes(text.encode())
    changed = rewritten(file, {tmp_path / name: tmp_path / new}, tmp_path)
    assert changed is not None
    after = changed[1].decode()
    document = json.loads(after) if style == "json" else tomlkit.parse(after)
    assert document["path"] == new_path
    if style == "json":
        assert document["caption"] == name
    else:
        assert after.endswith(f"  # {name!a}\n")


def test_a_literal_string_may_hold_a_backslash_of_a_name_or_of_windows(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"image_dir = '10_a\\b'\nother_dir = '.\\10_cat\\x'\n")
    renames = {tmp_path / "10_a\\b": tmp_path / "12_a\\b", tmp_path / "10_cat": tmp_path / "3_cat"}
    changed = rewritten(file, renames, tmp_path)
    assert changed is not None
    assert changed[1] == b"image_dir = '12_a\\b'\nother_dir = '.\\3_cat\\x'\n"
