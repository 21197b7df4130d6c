"""A config whose files stand elsewhere now names them where they are; nothing but paths changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sdtui.base.errors import UsageError
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.edits.config_remap import Remap, Spelling, remap
from sdtui.edits.dataset_config import export
from sdtui.edits.path_spelling import as_linux, as_windows, below, joined
from sdtui.plans.journal import Journal
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of two subsets, one with masks."""
    root = tmp_path / "old" / "data"
    for number in range(3):
        image(root / "10_cat" / f"{number}.png", caption=f"cat {number}")
        image(root / "3_star" / f"{number}.png", caption=f"star {number}")
        image(root / "3_star" / "conditioning" / f"{number}.png", caption=None)
    return root


def applied(found: Remap, home: Path) -> None:
    Journal(home).apply(found.plan)


def seen(project: Project) -> list[tuple[str, int, list[tuple[str, str | None]]]]:
    """Each subset with its repeats, images and texts."""
    return [
        (one.image_dir.name, one.num_repeats, [(each.name, each.caption) for each in one.samples])
        for one in project.subsets
    ]


@pytest.mark.parametrize("kind", ["lora", "finetune"])
def test_a_project_that_was_moved_finds_all_its_files_again(root: Path, tmp_path: Path, kind: str) -> None:
    made = export(open_project(root), "lora" if kind == "lora" else "finetune")
    applied_first = Journal(root / ".sdtui").apply(made.plan)
    assert applied_first is not None
    before = seen(open_project(made.toml_path))
    new = tmp_path / "somewhere" / "else"
    new.parent.mkdir()
    shutil.move(root, new)
    path = new / "config" / made.toml_path.name
    old_text = path.read_text()
    found = remap(path)
    assert found.not_found == () and found.images == (6 if kind == "finetune" else 0)
    applied(found, new / ".sdtui")
    assert seen(open_project(path)) == before
    assert str(root) not in path.read_text().partition("\n\n")[2]
    # sdtui still knows its own file, and writes it anew without asking.
    assert export(open_project(new), made.kind).replaces == ()
    assert len(path.read_text().splitlines()) == len(old_text.splitlines())


def test_only_paths_change_in_a_config_by_hand(root: Path) -> None:
    path = root / "mine.toml"
    text = (
        "# mine\r\n[general]\r\nresolution = 512\r\n[[datasets]]\r\n  [[datasets.subsets]]\r\n"
        "  image_dir = 'G:\\sets\\data\\10_cat' # on the old box\r\n  num_repeats  =  7\r\n"
        "  [[datasets.subsets]]\r\n  image_dir = '/mnt/e/else/data/3_star'\r\n"
    )
    path.write_bytes(text.encode())
    applied(remap(path), root / ".sdtui")
    wanted = text.replace("'G:\\sets\\data\\10_cat'", f'"{root}/10_cat"')
    assert path.read_bytes() == wanted.replace("'/mnt/e/else/data/3_star'", f'"{root}/3_star"').encode()


def test_what_is_found_nowhere_stays_and_is_named(root: Path) -> None:
    path = root / "mine.toml"
    text = f'[[datasets]]\nsubsets = [ {{ image_dir = "/gone/1_dog" }}, {{ image_dir = "{root}/10_cat" }} ]\n'
    path.write_text(text)
    found = remap(path)
    assert found.plan.empty and found.not_found == ("/gone/1_dog",)


def test_files_are_looked_for_in_other_folders_too(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "far" / "mine.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"datasets": [{"subsets": [{"image_dir": "D:/sets/10_cat"}]}]}))
    assert remap(path).not_found == ("D:/sets/10_cat",)
    applied(remap(path, search=[root]), tmp_path / ".sdtui")
    assert json.loads(path.read_text())["datasets"][0]["subsets"][0]["image_dir"] == str(root / "10_cat")


def test_one_prefix_for_another_that_is_not_there_yet(root: Path) -> None:
    path = root / "mine.toml"
    path.write_text(
        f'[[datasets]]\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\nmetadata_file = "{root}/m.json"\n'
    )
    (root / "m.json").write_text(json.dumps({f"{root}/10_cat/0.png": {"caption": "a"}, "/other/x.png": {}}))
    found = remap(path, prefix=(f"{root}/", "G:\\sets"))
    assert [one.after for one in found.paths] == ["G:\\sets\\10_cat", "G:\\sets\\m.json"]
    assert found.not_found == ("G:\\sets\\10_cat", "G:\\sets\\m.json")
    applied(found, root / ".sdtui")
    assert remap(path, prefix=("g:/SETS", str(root))).paths[0].after == f"{root}/10_cat"


def test_relative_and_absolute_and_back(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = root / "config" / "mine.toml"
    path.parent.mkdir()
    text = f'[[datasets]]\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat" # cats\n'
    path.write_text(text)
    found = remap(path, spelling=Spelling.RELATIVE)
    assert "start it in" in found.plan.warnings[0]
    applied(found, root / ".sdtui")
    assert 'image_dir = "../10_cat" # cats' in path.read_text()
    monkeypatch.chdir(tmp_path)
    assert seen(open_project(path))[0][0] == "10_cat"
    applied(remap(path, spelling=Spelling.ABSOLUTE), root / ".sdtui")
    assert path.read_text() == text


def test_paths_of_windows_and_of_wsl(root: Path) -> None:
    path = root / "mine.toml"
    text = (
        '[[datasets]]\n[[datasets.subsets]]\nimage_dir = "/mnt/g/a b/10_cat"\n[[datasets.subsets]]\nimage_dir = "/x"\n'
    )
    path.write_text(text)
    found = remap(path, spelling=Spelling.WINDOWS)
    assert [one.after for one in found.paths] == ["G:\\a b\\10_cat"]
    assert "no drive of Windows holds it" in found.plan.warnings[0]
    path.write_text(text.replace("/mnt/g/a b/10_cat", "G:/a b/10_cat"))
    assert [one.after for one in remap(path, spelling=Spelling.LINUX).paths] == ["/mnt/g/a b/10_cat"]
    assert [one.after for one in remap(path).paths] == [str(root / "10_cat")]


def test_paths_that_double_quotes_make_unreadable_are_found_too(root: Path) -> None:
    path = root / "mine.toml"
    text = '[[datasets]]\n[[datasets.subsets]]\nimage_dir = "G:\\sets\\10_cat" # cats\n'
    path.write_text(text)
    applied(remap(path), root / ".sdtui")
    assert path.read_text() == text.replace("G:\\sets\\10_cat", f"{root}/10_cat")


def test_keys_of_metadata_follow_and_nothing_else(root: Path) -> None:
    metadata = root / "meta.json"
    body = '{"/old/data/10_cat/0.png" : {"caption":"é",  "x": NaN}, "1.png":{}, "/old/data/10_cat/gone.png": {}}\n'
    metadata.write_text(body)
    path = root / "mine.toml"
    path.write_text(
        '[[datasets]]\n[[datasets.subsets]]\nimage_dir = "/old/data/10_cat"\nmetadata_file = "/old/data/meta.json"\n'
    )
    found = remap(path)
    assert found.images == 1
    applied(found, root / ".sdtui")
    assert metadata.read_text() == body.replace("/old/data/10_cat/0.png", f"{root}/10_cat/0.png")
    lines = root / "meta.jsonl"
    lines.write_text('{"image_path": "C:\\\\data\\\\10_cat\\\\0.png", "caption": "a"}\r\n')
    path.write_text(path.read_text().replace("meta.json", "meta.jsonl"))
    applied(remap(path), root / ".sdtui")
    assert lines.read_bytes() == f'{{"image_path": "{root}/10_cat/0.png", "caption": "a"}}\r\n'.encode()


def test_a_config_of_another_trainer_is_left_alone(root: Path) -> None:
    path = root / "other.toml"
    path.write_text("[[directory]]\npath = '/old/data/10_cat'\n")
    with pytest.raises(UsageError, match="diffusion-pipe"):
        remap(path)


def test_what_can_be_no_path_is_passed_over(root: Path) -> None:
    path = root / "mine.json"
    odd = ["a\0b", "\ud800", "x" * 5000, "", "C:", "//", "..", "\\\\?\\C:\\x"]
    path.write_text(json.dumps({"datasets": [{"subsets": [{"image_dir": text} for text in odd]}, 3]}))
    assert remap(path).plan.empty or remap(path, spelling=Spelling.LINUX).plan is not None


@pytest.mark.parametrize(
    ("windows", "linux"),
    [
        ("G:\\data\\a b", "/mnt/g/data/a b"),
        ("g:/data", "/mnt/g/data"),
        ("\\\\wsl$\\Ubuntu\\home\\me", "/home/me"),
        ("//server/share", "//server/share"),
        ("rel\\x", "rel\\x"),
    ],
)
def test_what_wsl_calls_a_path_of_windows(windows: str, linux: str) -> None:
    assert as_linux(windows) == linux


def test_a_path_below_another_and_joined_again() -> None:
    assert below("G:\\Data\\x\\y", "/mnt/g/data") == "x/y"
    assert below("/a/bc", "/a/b") is None and below("/a/b/", "/a/b") == ""
    assert joined("G:\\new", "x/y") == "G:\\new\\x\\y" and joined("/", "x") == "/x"
    assert as_windows("/mnt/g") == "G:\\" and as_windows("/home") is None
