"""``sdtui metadata``: what is written the trainer reads, and what it would stop at is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    image(tmp_path / "set" / "3_cat" / "a.png", 640, 480, "a cat")
    image(tmp_path / "set" / "3_cat" / "b.png", 512, 512, None)
    image(tmp_path / "set" / "1_dog" / "a.png", 512, 512, "a dog")
    image(tmp_path / "set" / "1_dog" / "broken.png", 512, 512, b"")
    (tmp_path / "set" / "3_cat" / "a.tags").write_text("1cat, solo")
    return tmp_path / "set"


def checked(sdtui: Cli, file: Path, *words: object) -> tuple[int, dict[str, list[str]]]:
    result = sdtui("metadata", "check", file, *words, "--json")
    document = json.loads(result.stdout)
    return result.returncode, {row["code"]: [Path(name).name for name in row["files"]] for row in document["findings"]}


def test_one_file_with_full_paths_captions_tags_and_sizes(sdtui: Cli, root: Path) -> None:
    result = sdtui("metadata", "write", root, "--tags-extension", "tags", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["entries"], document["applied"]) == (3, True)
    assert [Path(row["path"]).name for row in document["left_out"]] == ["broken.png"]
    written = json.loads((root / "metadata.json").read_text("utf-8"))
    assert written[str(root / "3_cat" / "a.png")] == {
        "caption": "a cat",
        "tags": "1cat, solo",
        "image_size": [640, 480],
    }
    assert written[str(root / "3_cat" / "b.png")]["caption"] == "cat"
    assert checked(sdtui, root / "metadata.json") == (0, {})


def test_a_file_that_stands_there_is_not_replaced_without_consent(sdtui: Cli, root: Path) -> None:
    path = root / "metadata.json"
    path.write_text("{}")
    assert sdtui("metadata", "write", root).returncode == 3
    assert path.read_text() == "{}"
    assert sdtui("metadata", "write", root, "--subset", "1_dog", "--no-captions", "--yes").returncode == 0
    assert json.loads(path.read_text()) == {str(root / "1_dog" / "a.png"): {"image_size": [512, 512]}}
    assert sdtui("metadata", "write", root, "--subset", "none").returncode == 2


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "metadata-stem-key": ("FOLDER/a", {"caption": "x"}),
    "missing-image": ("FOLDER/gone.png", {"caption": "x"}),
    "metadata-doubled-path": ("3_cat/a.png", {"caption": "x"}),
    "metadata-entry": ("FOLDER/a.png", {"tags": ["a", "b"]}),
    "caption-none": ("FOLDER/a.png", {}),
    "metadata-size": ("FOLDER/a.png", {"caption": "x", "image_size": [512, 512]}),
    "metadata-size-form": ("FOLDER/a.png", {"caption": "x", "image_size": "512"}),
}


@pytest.mark.parametrize("code", CASES)
def test_what_is_wrong_is_found(sdtui: Cli, root: Path, code: str) -> None:
    folder = root / "3_cat"
    key, entry = CASES[code]
    file = root / "meta.json"
    file.write_text(json.dumps({key.replace("FOLDER", str(folder)): entry}))
    status, found = checked(sdtui, file, "--image-dir", folder)
    assert status == 1
    assert list(found) == [code]


def test_relative_keys_need_an_image_dir_and_broken_files_are_said(sdtui: Cli, root: Path) -> None:
    file = root / "3_cat" / "meta.json"
    file.write_text('{"a.png": {"caption": "x"}}')
    assert list(checked(sdtui, file)[1]) == ["metadata-relative-path"]
    assert checked(sdtui, file, "--image-dir", root / "3_cat") == (0, {})
    file.write_text('{"a.png": ')
    assert list(checked(sdtui, file)[1]) == ["metadata-syntax"]
    file.write_text("{}")
    assert list(checked(sdtui, file)[1]) == ["metadata-empty"]
    assert sdtui("metadata", "check", root / "nowhere.json").returncode == 3
