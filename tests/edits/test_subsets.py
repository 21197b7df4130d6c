"""Subsets made, renamed, marked regularization and back: folders and the files that name them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.errors import InUseError, SdtuiError, UsageError, WriteError
from sdtui.base.work import finish
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.edits.dataset_config import export
from sdtui.edits.images import move
from sdtui.edits.proposal import Proposal
from sdtui.edits.quality import QualityTable, load_table, propose, with_tier
from sdtui.edits.repeats import find_subset
from sdtui.edits.subsets import make_subset, mark_regularization, rename_subset
from sdtui.plans.held import Held
from sdtui.plans.journal import Journal
from sdtui.trainer.dataset_config import load
from tests.dataset.making import image
from tests.edits.making import contents


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("10_cat", "4_dog"):
        image(root / name / "a.png")
    return root


def applied(project: Project, proposal: Proposal) -> Project:
    Journal(project.home).apply(proposal.to_apply(delete_stale=True))
    return open_project(project.toml or project.root)


def shown(project: Project) -> dict[str, tuple[int, bool]]:
    return {one.name: (one.num_repeats, one.is_reg) for one in project.subsets}


# -- made ------------------------------------------------------------------------------------------------------------


def test_a_subset_is_made_with_its_number(root: Path) -> None:
    project = open_project(root)
    proposal = make_subset(project, "bird", 3)
    applied(project, proposal)
    assert (root / "3_bird").is_dir() and "3_bird is empty" in proposal.plan.warnings[0]
    image(root / "3_bird" / "b.png")
    assert shown(open_project(root))["3_bird"] == (3, False)
    applied(project, make_subset(project, "5_fish"))
    Journal(project.home).undo()
    assert not (root / "5_fish").exists()


@pytest.mark.parametrize(
    "name", ["", " ", ".x", "a/b", "..", "10_cat", "0_x", "model", "10_con?", "x" * 300, "3_\x1b", "3_\udcff"]
)
def test_names_that_cannot_be_are_refused(root: Path, name: str) -> None:
    with pytest.raises(SdtuiError):
        make_subset(open_project(root), name)


def test_a_project_without_numbers_stays_without(tmp_path: Path) -> None:
    image(tmp_path / "cats" / "a.png")
    project = open_project(tmp_path)
    with pytest.raises(UsageError, match="leave the other subsets out"):
        make_subset(project, "3_dogs")
    applied(project, make_subset(project, "dogs"))
    image(tmp_path / "dogs" / "b.png")
    assert set(shown(open_project(tmp_path))) == {"cats", "dogs"}


def test_there_is_no_place_in_a_folder_of_images(tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    with pytest.raises(WriteError, match="one subset itself"):
        make_subset(open_project(tmp_path), "3_dogs")


def test_the_layout_of_images_and_regularization_has_its_own_place(tmp_path: Path) -> None:
    image(tmp_path / "images" / "10_cat" / "a.png")
    (tmp_path / "regularization").mkdir()
    project = open_project(tmp_path)
    applied(project, make_subset(project, "3_dog"))
    assert (tmp_path / "images" / "3_dog").is_dir()


CONFIG = """\
# mine\r
[general]\r
caption_extension = ".txt"\r
\r
[[datasets]]\r
resolution = 512\r
\r
  [[datasets.subsets]]\r
  image_dir = "ROOT/10_cat" # the cat\r
  num_repeats = 10\r
\r
# the second dataset\r
[[datasets]]\r
resolution = 768\r
\r
  [[datasets.subsets]]\r
  image_dir = "ROOT/other/x"\r
"""


@pytest.fixture
def config(root: Path) -> Path:
    image(root / "other" / "x" / "a.png")
    path = root / "my.toml"
    path.write_bytes(CONFIG.replace("ROOT", str(root)).encode())
    return path


def test_a_config_gets_another_table_with_every_byte_kept(root: Path, config: Path) -> None:
    before = config.read_bytes()
    project = open_project(config)
    applied(project, make_subset(project, "bird", 3))
    table = f'\r\n  [[datasets.subsets]]\r\n  image_dir = "{root}/bird"\r\n  num_repeats = 3\r\n'
    cut = before.index(b"\r\n# the second dataset")
    assert config.read_bytes() == before[:cut] + table.encode() + before[cut:]
    Journal(project.home).undo()
    assert config.read_bytes() == before and not (root / "bird").exists()


def test_images_move_to_a_subset_that_is_made_in_the_config(root: Path, config: Path) -> None:
    project = open_project(config)
    after = applied(project, move(project, find_subset(project, "cat").samples, "bird"))
    made = find_subset(after, "bird")
    assert [one.caption for one in made.samples] == ["a red circle"] and made.image_dir == root / "bird"


@pytest.mark.parametrize(
    "text",
    [
        '[[datasets]]\nresolution = 512\nsubsets = [{ image_dir = "ROOT/10_cat", num_repeats = 10 }]\n',
        '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "ROOT/10_cat"',
        '[[datasets]]\n[[datasets.subsets]]\nimage_dir = "ROOT/10_cat"\n[general]\nresolution = 512\n',
    ],
)
def test_tables_in_any_shape_get_another_one(root: Path, text: str) -> None:
    path = root / "my.toml"
    path.write_text(text.replace("ROOT", str(root)))
    project = open_project(path)
    applied(project, make_subset(project, "4_dog2"))
    found = load(path)
    written = [one.written["image_dir"] for one in found.datasets[0].subsets]
    assert written == [f"{root}/10_cat", f"{root}/4_dog2"] and found.problems == ()


def test_a_new_table_is_read_as_its_neighbours_are(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    path = root / "my.toml"
    subset = '[[datasets.subsets]]\nimage_dir = "./4_dog"\ncaption_extension = ".txt"\n'
    gone = '[[datasets.subsets]]\nimage_dir = "./gone"\n'
    path.write_text(f"[[datasets]]\nresolution = 512\n{subset}{gone}")
    project = open_project(path)
    after = applied(project, move(project, project.subsets[0].samples, "bird"))
    assert [(one.name, one.caption_extension) for one in after.subsets] == [("bird", ".txt")]
    assert path.read_text().endswith('image_dir = "./bird"\nnum_repeats = 1\ncaption_extension = ".txt"\n')
    before = path.read_bytes()
    project = open_project(path)
    applied(project, make_subset(project, "gone"))  # the config names it already
    assert (root / "gone").is_dir() and path.read_bytes() == before


def test_a_json_config_gets_another_entry(root: Path) -> None:
    path = root / "my.json"
    data = {"datasets": [{"resolution": 512, "subsets": [{"image_dir": f"{root}/10_cat", "num_repeats": 10}]}]}
    path.write_text(json.dumps(data, indent=2))
    project = open_project(path)
    applied(project, make_subset(project, "bird"))
    after = json.loads(path.read_text())
    assert after["datasets"][0]["subsets"][1] == {"image_dir": f"{root}/bird", "num_repeats": 1}
    assert path.read_text().startswith(json.dumps(data, indent=2)[:60])


def test_a_config_of_metadata_has_no_place_for_captions(root: Path) -> None:
    (root / "meta.json").write_text(json.dumps({str(root / "10_cat" / "a.png"): {"caption": "x"}}))
    path = root / "my.toml"
    path.write_text(f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nmetadata_file = "{root}/meta.json"\n')
    with pytest.raises(WriteError, match="metadata files or masks"):
        make_subset(open_project(path), "bird")


# -- renamed ---------------------------------------------------------------------------------------------------------


def test_a_subset_is_renamed_and_what_names_it_follows(root: Path) -> None:
    project = open_project(root)
    Journal(project.home).apply(export(project, "finetune").plan)
    before = contents(root)
    project = open_project(root)
    after = applied(project, rename_subset(project, find_subset(project, "cat"), "lion"))
    assert shown(after) == {"4_dog": (4, False), "10_lion": (10, False)}
    exported = (root / "config" / "dataset-finetune.toml").read_bytes()
    assert b"/10_lion" in exported and b"/10_cat" not in exported
    assert "/10_lion/a.png" in (root / "config" / "metadata-cat.json").read_text()
    assert export(open_project(root), "finetune").replaces == ()  # it bears our stamp still
    Journal(project.home).undo()
    assert contents(root) == before


def test_a_new_name_may_bring_its_own_number_and_may_differ_in_case_only(root: Path) -> None:
    project = open_project(root)
    project = applied(project, rename_subset(project, find_subset(project, "cat"), "3_cat"))
    project = applied(project, rename_subset(project, find_subset(project, "cat"), "Cat"))
    assert shown(project) == {"3_Cat": (3, False), "4_dog": (4, False)}
    assert rename_subset(project, find_subset(project, "Cat"), "Cat").empty
    with pytest.raises(WriteError, match="stands there already"):
        rename_subset(project, find_subset(project, "Cat"), "4_dog")


def test_other_class_tokens_are_told_and_their_caches_go(root: Path) -> None:
    image(root / "10_cat" / "b.png", caption=None)
    for stem in ("a", "b"):
        (root / "10_cat" / f"{stem}_te_outputs.npz").write_bytes(b"old")
    project = open_project(root)
    proposal = rename_subset(project, find_subset(project, "cat"), "lion")
    applied(project, proposal)
    assert proposal.plan.warnings == ('1 image without a caption will be trained on "lion" instead of "cat".',)
    assert [path.name for path in (root / "10_lion").glob("*.npz")] == ["a_te_outputs.npz"]
    Journal(project.home).undo()
    assert (root / "10_cat" / "b_te_outputs.npz").exists()


def test_a_config_that_was_opened_follows_a_renamed_folder(root: Path, config: Path) -> None:
    project = open_project(config)
    after = applied(project, rename_subset(project, find_subset(project, "cat"), "lions and more"))
    assert [one.name for one in after.subsets] == ["10_lions and more", "x"]
    assert (root / "10_lions and more" / "a.png").exists()
    assert b'10_lions and more" # the cat\r\n' in config.read_bytes()


def test_a_metadata_file_elsewhere_follows_too(root: Path, tmp_path: Path) -> None:
    meta = tmp_path / "elsewhere" / "meta.json"
    meta.parent.mkdir()
    meta.write_text(json.dumps({str(root / "10_cat" / "a.png"): {"caption": "a cat"}}))
    path = root / "my.toml"
    path.write_text(
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/10_cat"\nmetadata_file = "{meta}"\n'
    )
    project = open_project(path)
    after = applied(project, rename_subset(project, project.subsets[0], "lion"))
    (found,) = after.subsets[0].samples
    assert (found.path, found.caption, found.problem) == (root / "10_lion" / "a.png", "a cat", None)


def test_a_config_that_names_it_by_a_link_is_not_left_behind(root: Path) -> None:
    (root / "link").symlink_to(root / "10_cat")
    path = root / "my.toml"
    path.write_text(f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{root}/link"\n')
    project = open_project(path)
    after = applied(project, rename_subset(project, project.subsets[0], "other"))
    assert [one.image_dir for one in after.subsets] == [root / "other"] and (root / "10_cat").is_dir()


def test_the_projects_own_folder_keeps_its_name(tmp_path: Path) -> None:
    image(tmp_path / "data" / "a.png")
    project = open_project(tmp_path / "data")
    with pytest.raises(WriteError, match="belongs to the layout"):
        rename_subset(project, project.subsets[0], "other")


def test_a_quality_tier_goes_by_the_new_name(root: Path) -> None:
    (root / ".sdtui").mkdir()
    (root / ".sdtui" / "quality.toml").write_text('[tiers.cat]\nprefix = "high quality"\n')
    project = open_project(root)
    applied(project, rename_subset(project, find_subset(project, "cat"), "lion"))
    assert load_table(project.home).tiers["lion"].prefix == "high quality"
    Journal(project.home).undo()
    assert (root / ".sdtui" / "quality.toml").read_text() == '[tiers.cat]\nprefix = "high quality"\n'


# -- regularization --------------------------------------------------------------------------------------------------


def test_a_subset_becomes_regularization_images_and_subject_images_again(root: Path) -> None:
    before = contents(root)
    project = open_project(root)
    project = applied(project, mark_regularization(project, find_subset(project, "dog")))
    assert shown(project) == {"10_cat": (10, False), "4_dog": (4, True)}
    assert (root / "regularization" / "4_dog" / "a.txt").exists()
    project = applied(project, mark_regularization(project, find_subset(project, "dog"), False))
    assert shown(project) == {"10_cat": (10, False), "4_dog": (4, False)} and contents(root) == before
    assert mark_regularization(project, find_subset(project, "dog"), False).empty


@pytest.mark.parametrize(("images", "reg"), [("images", "regularization"), ("img", "reg")])
def test_the_layout_with_two_folders_moves_between_them(tmp_path: Path, images: str, reg: str) -> None:
    for name in ("10_cat", "4_dog"):
        image(tmp_path / images / name / "a.png")
    config = tmp_path / "config" / "lora.toml"
    config.parent.mkdir()
    config.write_text(f'# kept\nimage_dir = "{tmp_path}/{images}/4_dog" # here\nother_dir = "../{images}/4_dog/x"\n')
    before = contents(tmp_path)
    project = open_project(tmp_path)
    proposal = mark_regularization(project, find_subset(project, "dog"))
    after = applied(project, proposal)
    assert shown(after) == {"10_cat": (10, False), "4_dog": (4, True)}
    assert config.read_text() == (
        f'# kept\nimage_dir = "{tmp_path}/{reg}/4_dog" # here\nother_dir = "../{reg}/4_dog/x"\n'
    )
    assert "lora.toml names it as what it was" in proposal.plan.warnings[0]
    applied(after, mark_regularization(after, find_subset(after, "dog"), False))
    assert contents(tmp_path) == before


def test_is_reg_is_set_in_the_config_that_was_opened(root: Path, config: Path) -> None:
    before = config.read_bytes()
    project = open_project(config)
    after = applied(project, mark_regularization(project, find_subset(project, "x")))
    assert shown(after) == {"10_cat": (10, False), "x": (1, True)}
    assert config.read_bytes() == before + b"  is_reg = true\r\n"
    after = applied(after, mark_regularization(after, find_subset(after, "x"), False))
    assert shown(after)["x"] == (1, False) and config.read_bytes() == before + b"  is_reg = false\r\n"


def test_what_cannot_be_regularization_is_refused(root: Path, tmp_path: Path) -> None:
    project = open_project(root)
    project = applied(project, mark_regularization(project, find_subset(project, "dog")))
    with pytest.raises(WriteError, match="nothing left to train"):
        mark_regularization(project, find_subset(project, "cat"))
    image(tmp_path / "init" / "images" / "10_cat" / "a.png")
    image(tmp_path / "init" / "images" / "4_dog" / "a.png")
    image(tmp_path / "init" / "regularization" / "r.png")
    project = open_project(tmp_path / "init")
    with pytest.raises(WriteError, match="no longer be read beside a subset folder"):
        mark_regularization(project, find_subset(project, "cat"))


def test_masks_of_regularization_images_are_not_read(root: Path) -> None:
    image(root / "4_dog" / "conditioning" / "a.png", caption=None)
    project = open_project(root)
    proposal = mark_regularization(project, find_subset(project, "dog"))
    assert "Its masks are not read any more" in proposal.plan.warnings[0]
    assert shown(applied(project, proposal))["4_dog"] == (4, True)


def test_what_a_live_run_reads_keeps_its_name_and_place(root: Path) -> None:
    before = contents(root)
    project = open_project(root)
    cat, held = find_subset(project, "cat"), [Held(root / "10_cat", "night")]
    tiers = finish(propose(project, with_tier(QualityTable(), "cat", "high quality", 12)))
    for proposal in (rename_subset(project, cat, "lion"), mark_regularization(project, cat), tiers):
        with pytest.raises(InUseError, match='"night" is reading it, so it cannot be renamed, moved or deleted'):
            Journal(project.home).apply(proposal.plan, held)
    assert contents(root) == before
    # Captions alone can be written: a new version takes the old one's place whole.
    tiers = finish(propose(project, with_tier(QualityTable(), "cat", "high quality")))
    Journal(project.home).apply(tiers.plan, held)
    assert (root / "10_cat" / "a.txt").read_text() == "high quality, a red circle"
