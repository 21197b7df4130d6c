"""Repeats: renamed folders with the paths that name them, or one value of a config."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.errors import UsageError, WriteError
from sdtui.dataset.scan import open_project
from sdtui.edits.dataset_config import export
from sdtui.edits.export_parts import Kind
from sdtui.edits.repeats import find_subset, repeats_plan
from sdtui.plans.journal import Journal
from sdtui.plans.plan import Plan
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("10_cat", "4_dog"):
        image(root / name / "a.png")
    return root


def change(root: Path, **repeats: int) -> Plan:
    """Plan and apply, on the project at ``root``."""
    project = open_project(root)
    plan = repeats_plan(project, {find_subset(project, name).name: number for name, number in repeats.items()})
    Journal(project.home).apply(plan)
    return plan


def shown(root: Path) -> dict[str, int]:
    return {subset.name: subset.num_repeats for subset in open_project(root).subsets}


def test_folders_are_renamed_and_undo_brings_their_names_back(root: Path) -> None:
    plan = change(root, cat=12, dog=1)
    assert shown(root) == {"1_dog": 1, "12_cat": 12}
    assert plan.title == "repeats of 4_dog to 1, 10_cat to 12" and plan.warnings == ()
    Journal(root / ".sdtui").undo()
    assert shown(root) == {"4_dog": 4, "10_cat": 10}


def test_what_stays_as_it_is_is_an_empty_plan(root: Path) -> None:
    assert repeats_plan(open_project(root), {"10_cat": 10}).empty


def test_bad_names_and_numbers_are_usage_errors(root: Path) -> None:
    project = open_project(root)
    with pytest.raises(UsageError, match="less than 1"):
        repeats_plan(project, {"10_cat": 0})
    with pytest.raises(UsageError, match="4_dog, 10_cat"):
        repeats_plan(project, {"10_bird": 3})
    with pytest.raises(UsageError, match="There are: 4_dog, 10_cat"):
        find_subset(project, "bird")


def test_a_short_name_that_fits_two_subsets_is_a_usage_error(root: Path) -> None:
    image(root / "2_cat" / "b.png")
    with pytest.raises(UsageError, match="2_cat, 10_cat"):
        find_subset(open_project(root), "cat")


def test_a_taken_name_is_refused_and_nothing_moves(root: Path) -> None:
    image(root / "2_cat" / "b.png")
    with pytest.raises(WriteError, match="stands there already"):
        repeats_plan(open_project(root), {"10_cat": 2})
    with pytest.raises(WriteError, match="same name"):
        repeats_plan(open_project(root), {"10_cat": 5, "2_cat": 5})


def test_two_folders_can_swap_their_numbers(root: Path) -> None:
    (root / "4_dog").rename(root / "4_cat")
    image(root / "10_cat" / "ten.png")
    project = open_project(root)
    Journal(project.home).apply(repeats_plan(project, {"10_cat": 4, "4_cat": 10}))
    assert (root / "4_cat" / "ten.png").exists() and not (root / "10_cat" / "ten.png").exists()
    assert shown(root) == {"4_cat": 4, "10_cat": 10}


def test_paths_in_the_projects_own_files_follow_byte_for_byte(root: Path) -> None:
    config = root / "config"
    config.mkdir()
    toml = (
        f"# {root}/10_cat stays in a comment\r\n[[datasets]]\r\nresolution=512 # odd   spacing\r\n"
        f'  [[datasets.subsets]]\r\n  image_dir = "{root}/10_cat"   # here\r\n  num_repeats = 12\r\n'
        f"  conditioning_data_dir = '{root}/10_cat/conditioning'\r\n  class_tokens = \"10_cat\"\r\n"
        f'  [[datasets.subsets]]\r\n  image_dir = "{root}/10_cats"\r\n  metadata_file = "10_cat/meta.json"\r\n'
        f'  [[datasets.subsets]]\r\n  image_dir = "./10_cat/"\r\n'
        f'  [[datasets.subsets]]\r\n  image_dir = "10_cat"\r\n'
    )
    (config / "lora.toml").write_bytes(toml.encode())
    meta = json.dumps({f"{root}/10_cat/a.png": {"caption": "10_cat"}, f"{root}\\10_cat\\b.png": {}}, indent=3)
    (root / "meta.json").write_bytes(meta.encode())
    (root / "lines.jsonl").write_bytes(f'{{"image_path": "{root}/10_cat/a.png"}}\n'.encode())
    (root / "notes.txt").write_bytes(f"{root}/10_cat".encode())
    (root / "broken.json").write_bytes(b'\xff"10_cat')

    change(root, cat=12)

    wanted = (
        toml.replace(f'"{root}/10_cat"', f'"{root}/12_cat"')
        .replace("/10_cat/conditioning", "/12_cat/conditioning")
        .replace('"10_cat/meta', '"12_cat/meta')
        .replace("./10_cat/", "./12_cat/")
        .replace('image_dir = "10_cat"', 'image_dir = "12_cat"')
    )
    assert (config / "lora.toml").read_bytes() == wanted.encode()
    assert (root / "meta.json").read_bytes() == meta.replace("/10_cat/", "/12_cat/").replace(
        "\\\\10_cat\\\\", "\\\\12_cat\\\\"
    ).encode()
    assert (root / "lines.jsonl").read_bytes() == f'{{"image_path": "{root}/12_cat/a.png"}}\n'.encode()
    assert (root / "notes.txt").read_bytes() == f"{root}/10_cat".encode()
    assert (root / "broken.json").read_bytes() == b'\xff"10_cat'


def test_escaped_names_in_json_keep_their_way_of_writing(tmp_path: Path) -> None:
    root = tmp_path / "データ"
    image(root / "10_猫😀" / "a.png")
    path = str(root / "10_猫😀" / "a.png")
    (root / "ascii.json").write_text(json.dumps({path: {}}, ensure_ascii=True))
    (root / "utf8.json").write_text(json.dumps({path: {}}, ensure_ascii=False))
    change(root, **{"10_猫😀": 3})
    new = str(root / "3_猫😀" / "a.png")
    assert (root / "ascii.json").read_text() == json.dumps({new: {}}, ensure_ascii=True)
    assert (root / "utf8.json").read_text() == json.dumps({new: {}}, ensure_ascii=False)


def test_a_drive_of_windows_is_known(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The same folder as Windows programs write it, when the project lies on /mnt/d.
    from sdtui.edits.path_rewrite import rewritten

    file = root / "lora.toml"
    file.write_bytes(rb'image_dir = "D:\\data\\10_cat"' + b"\n" + rb"reg = 'd:\data\10_cat\x'")
    found = rewritten(file, {Path("/mnt/d/data/10_cat"): Path("/mnt/d/data/12_cat")}, Path("/mnt/d/data"))
    assert found is not None
    assert found[1] == rb'image_dir = "D:\\data\\12_cat"' + b"\n" + rb"reg = 'd:\data\12_cat\x'"


def test_a_config_that_says_another_number_is_named(root: Path) -> None:
    (root / "lora.toml").write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\nnum_repeats = 10\n'
    )
    plan = repeats_plan(open_project(root), {"10_cat": 12})
    assert "lora.toml says num_repeats = 10 for 10_cat" in plan.warnings[0]


def test_the_trainers_own_list_of_paths_goes(root: Path) -> None:
    (root / "10_cat" / "metadata_cache.json").write_text("{}")
    change(root, cat=12)
    assert not (root / "12_cat" / "metadata_cache.json").exists()
    Journal(root / ".sdtui").undo()
    assert (root / "10_cat" / "metadata_cache.json").exists()


def test_plain_folders_get_numbers_all_of_them(tmp_path: Path) -> None:
    root = tmp_path / "data"
    image(root / "cats" / "a.png", caption=None)
    image(root / "dogs" / "a.png")
    (root / "lora.toml").write_text('class_tokens = "cats"\n')
    assert repeats_plan(open_project(root), {"cats": 1}).empty
    plan = change(root, cats=7)
    assert shown(root) == {"1_dogs": 1, "7_cats": 7}
    assert "called 7_cats from now on" in plan.warnings[0] and "class tokens 'cats'" in plan.warnings[0]
    assert "dogs becomes 1_dogs" in plan.warnings[1]
    assert (root / "lora.toml").read_text() == 'class_tokens = "cats"\n'


def test_regularization_folders_too(tmp_path: Path) -> None:
    image(tmp_path / "images" / "3_cat" / "a.png")
    image(tmp_path / "regularization" / "1_animal" / "a.png")
    change(tmp_path, animal=2)
    assert (tmp_path / "regularization" / "2_animal" / "a.png").exists()


def test_a_project_that_is_one_folder_cannot_rename_itself(root: Path) -> None:
    with pytest.raises(WriteError, match=r"whole project.* Open .*/data instead\.$"):
        repeats_plan(open_project(root / "10_cat"), {"10_cat": 12})
    image(root / "images" / "a.png")
    image(root / "reg" / "1_x" / "a.png")
    for name in ("10_cat", "4_dog"):
        (root / name / "a.png").unlink()
        (root / name / "a.txt").unlink()
        (root / name).rmdir()
    with pytest.raises(WriteError, match="part of the layout"):
        repeats_plan(open_project(root), {"images": 2})


CONFIG = """\
# my config
[general]
num_repeats = 2   # for all

[[datasets]]
resolution = 512
batch_size = 4 # four

  [[datasets.subsets]]
  image_dir = "{root}/10_cat"   # the cat
  num_repeats = 0x0A  # ten
  flip_aug = true

  [[datasets.subsets]]
  image_dir = '{root}/4_dog'
# end"""


@pytest.fixture(params=["\n", "\r\n"], ids=["LF", "CRLF"])
def config(request: pytest.FixtureRequest, root: Path) -> Path:
    path = root / "my.toml"
    path.write_bytes(CONFIG.format(root=root).replace("\n", request.param).encode())
    return path


def test_in_a_config_only_the_value_changes(config: Path) -> None:
    before = config.read_bytes()
    change(config, cat=12)
    assert config.read_bytes() == before.replace(b"0x0A", b"12")
    assert shown(config) == {"10_cat": 12, "4_dog": 2}
    Journal(config.parent / ".sdtui").undo()
    assert config.read_bytes() == before


def test_an_inherited_number_is_set_on_the_subset_itself(config: Path) -> None:
    before = config.read_bytes()
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    change(config, dog=5)
    after = config.read_bytes()
    line = b"  num_repeats = 5" + newline
    assert after.count(line) == 1 and after.replace(line, b"") == before
    assert shown(config) == {"10_cat": 10, "4_dog": 5}


def test_a_json_config_keeps_its_layout_too(root: Path) -> None:
    path = root / "my.json"
    text = (
        '{ "datasets": [ {"resolution": 512,\n\t"subsets": [\n'
        f'    {{"image_dir": "{root}/10_cat", "num_repeats" : 10 }},\n'
        f'    {{ "image_dir": "{root}/4_dog"}} ] }} ] }}\n'
    )
    path.write_bytes(text.encode())
    change(path, cat=12, dog=3)
    assert (
        path.read_bytes()
        == text.replace('" : 10 }', '" : 12 }').replace('4_dog"}', '4_dog", "num_repeats": 3}').encode()
    )
    assert shown(path) == {"10_cat": 12, "4_dog": 3}


@pytest.mark.parametrize("kind", ["lora", "finetune"])
def test_a_config_of_ours_is_still_ours_after_a_rename(root: Path, kind: Kind) -> None:
    project = open_project(root)
    Journal(project.home).apply(export(project, kind).plan)
    change(root, cat=12)
    again = export(open_project(root), kind)
    assert again.replaces == () and not again.plan.empty
    config = again.toml_path
    config.write_text(config.read_text() + "# mine\n")
    change(root, cat=13)
    assert export(open_project(root), kind).replaces[0] == config


def test_a_config_that_keeps_its_own_numbers_is_told_of_once(root: Path) -> None:
    subsets = "".join(f'[[datasets.subsets]]\nimage_dir = "{root}/{name}"\n' for name in ("10_cat", "4_dog"))
    (root / "my.toml").write_text(f"[general]\nnum_repeats = 7\n[[datasets]]\nresolution = 512\n{subsets}")
    plan = repeats_plan(open_project(root), {"10_cat": 12, "4_dog": 5})
    said = [warning for warning in plan.warnings if "keeps saying so" in warning]
    assert len(said) == 1 and "num_repeats = 7 for 10_cat, 7 for 4_dog," in said[0]


def test_a_folder_is_not_renamed_under_a_link_that_a_caption_is(root: Path) -> None:
    link, words = root / "4_dog" / "a.txt", root / "10_cat" / "a.txt"
    words.write_text("real words")
    link.unlink(missing_ok=True)
    link.symlink_to("../10_cat/a.txt")
    (root / "4_dog" / "b.txt").symlink_to("a.txt")
    (root / "4_dog" / "c.txt").symlink_to("nowhere.txt")
    with pytest.raises(WriteError, match="1 link that leads to a file of the dataset now would lead nowhere") as error:
        change(root, cat=12)
    assert error.value.path == link and link.read_text() == "real words"
    change(root, dog=5)
    assert (root / "5_dog" / "a.txt").read_text() == (root / "5_dog" / "b.txt").read_text() == "real words"
