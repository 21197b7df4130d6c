"""A metadata file is mended where it leaves no doubt, and no other byte of it changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.work import finish
from sdtui.checks.finding import Severity
from sdtui.checks.fixes import fix
from sdtui.checks.preflight import preflight
from sdtui.dataset.scan import open_project
from sdtui.plans.journal import Journal
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "b.webp", "c.png"):
        image(tmp_path / "data" / "cats" / name, 128, 96, None)
    return tmp_path


def config(root: Path, entries: dict[str, Any], *, image_dir: str | None = "data") -> Path:
    metadata = root / "m.json"
    metadata.write_bytes(json.dumps(entries, indent=3).replace("\n", "\r\n").encode())
    folder = f'image_dir = "{root}/{image_dir}"\n' if image_dir else ""
    file = root / "c.toml"
    file.write_text(f'[[datasets]]\nresolution = 64\n[[datasets.subsets]]\nmetadata_file = "{metadata}"\n{folder}')
    return file


def mended(config: Path, code: str) -> tuple[dict[str, Any], list[str]]:
    """What the file says after the fix, and what was left out; the line ends and the indent stay."""
    project = open_project(config)
    (finding,) = finish(preflight(project)).of(code)
    proposal = finish(fix(project, finding))
    if not proposal.empty:
        Journal(project.home).apply(proposal.plan)
    text = (config.parent / "m.json").read_bytes().decode()
    assert text.count("\r\n") == text.count("\n") > 0
    assert "   " in text
    return json.loads(text), [path.name for path, _ in proposal.left_out]


GOOD = {"caption": "a cat", "image_size": [128, 96]}


def test_keys_without_an_ending(root: Path) -> None:
    file = config(root, {"cats/a": GOOD, "cats/b": GOOD, "cats/gone": GOOD, "cats/c.png": GOOD})
    entries, left = mended(file, "metadata-stem-key")
    assert list(entries) == ["cats/a.png", "cats/b", "cats/gone", "cats/c.png"]
    assert left == ["b", "gone"]


def test_folders_that_stand_in_a_path_twice(root: Path) -> None:
    file = config(root, {"data/cats/a.png": GOOD, "cats/c.png": GOOD})
    assert list(mended(file, "metadata-doubled-path")[0]) == ["cats/a.png", "cats/c.png"]


@pytest.mark.parametrize(
    ("size", "code"), [([64, 64], "metadata-size"), ("128x96", "metadata-size-form"), ([128], "metadata-size-form")]
)
def test_sizes(root: Path, size: Any, code: str) -> None:
    file = config(root, {"cats/a.png": {"caption": "a cat", "image_size": size}, "cats/c.png": GOOD})
    assert mended(file, code)[0] == {"cats/a.png": GOOD, "cats/c.png": GOOD}


def test_lists_of_tags_become_texts(root: Path) -> None:
    entries = {
        "cats/a.png": {**GOOD, "tags": ["cat", "grey fur"]},
        "cats/b.png": "a cat",
        "cats/c.png": {**GOOD, "tags": 3},
    }
    after, left = mended(config(root, entries), "metadata-entry")
    assert after == {**entries, "cats/a.png": {**GOOD, "tags": "cat, grey fur"}}
    assert left == ["b.png", "c.png"]


def test_relative_paths_without_an_image_dir_stop_the_trainer(root: Path) -> None:
    relative = config(root, {"data/cats/a.png": GOOD}, image_dir=None)
    (finding,) = finish(preflight(open_project(relative))).of("metadata-relative-path")
    assert finding.severity is Severity.ERROR
    sound = config(root, {"cats/a.png": GOOD})
    assert not finish(preflight(open_project(sound))).of("metadata-relative-path")
