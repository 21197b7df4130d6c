"""What a path is taken for: the layouts, their subsets, and what is left out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.errors import NotADatasetError, UnreadableError
from sdtui.dataset.project import Project, ProjectKind
from sdtui.dataset.scan import open_project
from tests.dataset.making import image, reason


def names(project: Project) -> list[str]:
    return [subset.name for subset in project.subsets]


def test_numbered_folders_are_subsets_with_their_repeats_in_natural_order(tmp_path: Path) -> None:
    for folder in ("10_circle", "2_triangle", "4_big_square"):
        image(tmp_path / folder / "a.png")
    project = open_project(tmp_path)
    assert project.kind is ProjectKind.SUBSETS
    assert [(subset.name, subset.num_repeats, subset.class_tokens) for subset in project.subsets] == [
        ("2_triangle", 2, "triangle"),
        ("4_big_square", 4, "big_square"),
        ("10_circle", 10, "circle"),
    ]


def test_what_the_trainer_leaves_out_of_numbered_folders_is_listed(tmp_path: Path) -> None:
    for folder in ("10_circle", "10 foo", "0_zero", "plain", "-1_minus"):
        image(tmp_path / folder / "a.png")
    (tmp_path / "5_empty").mkdir()
    image(tmp_path / "stray.png")
    project = open_project(tmp_path)
    assert names(project) == ["10_circle"]
    assert "does not begin with repeats" in reason(project, "10 foo")
    assert "does not begin with repeats" in reason(project, "plain")
    assert "less than 1" in reason(project, "0_zero")
    assert "less than 1" in reason(project, "-1_minus")
    assert "no image" in reason(project, "5_empty")
    assert "beside the subset folders" in reason(project, "stray.png")


def test_a_projects_own_folders_are_no_subsets(tmp_path: Path) -> None:
    image(tmp_path / "plain" / "a.png")
    for folder in (".sdtui", "model", "config", "log", "conditioning"):
        image(tmp_path / folder / "a.png")
    project = open_project(tmp_path)
    assert project.kind is ProjectKind.PLAIN
    assert names(project) == ["plain"]
    assert {entry.path.name for entry in project.ignored} == {"model", "config", "log", "conditioning"}
    assert "means something else" in reason(project, "model")


def test_a_link_to_a_subset_on_a_disk_that_is_not_there_is_listed(tmp_path: Path) -> None:
    (tmp_path / "10_circle").symlink_to(tmp_path / "mnt" / "usb" / "10_circle")
    with pytest.raises(NotADatasetError, match=r"10_circle: It is a link that leads nowhere"):
        open_project(tmp_path)
    image(tmp_path / "4_square" / "a.png")
    assert "leads nowhere" in reason(open_project(tmp_path), "10_circle")


def test_folders_without_numbers_count_once_each(tmp_path: Path) -> None:
    for folder in ("cats", "dogs"):
        image(tmp_path / folder / "a.png")
    project = open_project(tmp_path)
    assert project.kind is ProjectKind.PLAIN
    assert [(subset.num_repeats, subset.class_tokens) for subset in project.subsets] == [(1, None), (1, None)]


def test_one_folder_of_images_is_a_project(tmp_path: Path) -> None:
    image(tmp_path / "photos" / "a.png")
    project = open_project(tmp_path / "photos")
    assert project.kind is ProjectKind.SINGLE
    assert names(project) == ["photos"]
    assert project.notes == ()


def test_a_leaf_folder_is_opened_with_its_repeats_and_its_parent_is_named(tmp_path: Path) -> None:
    image(tmp_path / "10_circle" / "a.png")
    image(tmp_path / "4_square" / "b.png")
    project = open_project(tmp_path / "10_circle")
    assert project.kind is ProjectKind.SINGLE
    assert [(subset.name, subset.num_repeats) for subset in project.subsets] == [("10_circle", 10)]
    (note,) = project.notes
    assert str(tmp_path) in note


def test_folders_inside_a_subset_are_listed_but_for_our_own(tmp_path: Path) -> None:
    image(tmp_path / "10_circle" / "a.png")
    for folder in (".sdtui", "more"):
        (tmp_path / "10_circle" / folder).mkdir()
    (ignored,) = open_project(tmp_path).ignored
    assert ignored.path.name == "more" and "inside a subset" in ignored.reason


@pytest.mark.parametrize(("train", "reg"), [("images", "regularization"), ("img", "reg")])
def test_the_init_layout_has_training_and_regularization(tmp_path: Path, train: str, reg: str) -> None:
    image(tmp_path / train / "3_cat" / "a.png")
    image(tmp_path / reg / "1_cat" / "b.png")
    project = open_project(tmp_path)
    assert project.kind is ProjectKind.INIT
    assert [(subset.name, subset.num_repeats, subset.is_reg) for subset in project.subsets] == [
        ("3_cat", 3, False),
        ("1_cat", 1, True),
    ]


def test_regularization_beside_subset_folders_is_regularization(tmp_path: Path) -> None:
    image(tmp_path / "3_cat" / "a.png")
    image(tmp_path / "regularization" / "1_animal" / "b.png")
    project = open_project(tmp_path)
    assert project.kind is ProjectKind.SUBSETS
    assert [(subset.name, subset.is_reg) for subset in project.subsets] == [("3_cat", False), ("1_animal", True)]


def test_images_that_nobody_looks_at_are_listed(tmp_path: Path) -> None:
    image(tmp_path / "images" / "3_cat" / "a.png")
    image(tmp_path / "images" / "more" / "4_deep" / "b.png")
    image(tmp_path / "old" / "5_cat" / "c.png")
    image(tmp_path / "d.png")
    (tmp_path / "notes").mkdir()
    project = open_project(tmp_path)
    assert names(project) == ["3_cat"]
    assert "does not begin with repeats" in reason(project, "more")
    assert "stands beside images" in reason(project, "old")
    assert "beside the subset folders" in reason(project, "d.png")
    assert len(project.ignored) == 3


def test_a_dated_folder_does_not_hide_the_init_layout(tmp_path: Path) -> None:
    image(tmp_path / "images" / "3_cat" / "a.png")
    (tmp_path / "regularization").mkdir()
    image(tmp_path / "2024_old" / "b.png")
    project = open_project(tmp_path)
    assert (project.kind, names(project)) == (ProjectKind.INIT, ["3_cat"])
    assert "stands beside images" in reason(project, "2024_old")


def test_names_that_clash_get_their_parents_name(tmp_path: Path) -> None:
    image(tmp_path / "images" / "1_cat" / "a.png")
    image(tmp_path / "regularization" / "1_cat" / "b.png")
    project = open_project(tmp_path)
    assert names(project) == ["images/1_cat", "regularization/1_cat"]
    assert {sample.subset for subset in project.subsets for sample in subset.samples} == set(names(project))


def test_opening_images_alone_names_the_whole_project(tmp_path: Path) -> None:
    image(tmp_path / "images" / "1_cat" / "a.png")
    image(tmp_path / "regularization" / "1_cat" / "b.png")
    project = open_project(tmp_path / "images")
    assert project.kind is ProjectKind.SUBSETS
    assert str(tmp_path) in project.notes[0]


def test_masked_and_plain_subsets_go_into_two_datasets(tmp_path: Path) -> None:
    image(tmp_path / "1_plain" / "a.png")
    image(tmp_path / "2_masked" / "b.png")
    image(tmp_path / "2_masked" / "conditioning" / "b.png", caption=None)
    image(tmp_path / "3_plain" / "c.png")
    project = open_project(tmp_path)
    assert [(subset.masked, subset.dataset, subset.position) for subset in project.subsets] == [
        (False, 0, 0),
        (True, 1, 0),
        (False, 0, 1),
    ]
    assert len(project.datasets) == 2
    assert project.subsets[1].samples[0].mask_path == tmp_path / "2_masked" / "conditioning" / "b.png"


def test_a_folder_without_images_says_so_and_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(NotADatasetError, match="No images to train on"):
        open_project(tmp_path)
    image(tmp_path / "outer" / "10_circle" / "a.png")
    with pytest.raises(NotADatasetError, match=f"Did you mean {tmp_path / 'outer'}"):
        open_project(tmp_path)


def test_a_folder_of_unreadable_kinds_names_one(tmp_path: Path) -> None:
    (tmp_path / "a.gif").touch()
    with pytest.raises(NotADatasetError, match=r"a\.gif"):
        open_project(tmp_path)


def test_a_missing_path_and_a_picture_are_no_datasets(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file or folder"):
        open_project(tmp_path / "gone")
    with pytest.raises(NotADatasetError, match="neither a folder nor a dataset config"):
        open_project(image(tmp_path / "a.png"))


def test_circular_and_broken_links_are_no_trouble(tmp_path: Path) -> None:
    image(tmp_path / "2_real" / "a.png")
    (tmp_path / "3_loop").symlink_to(tmp_path / "3_loop")
    (tmp_path / "4_up").symlink_to(tmp_path)
    (tmp_path / "5_gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "6_link").symlink_to(tmp_path / "2_real")
    (tmp_path / "2_real" / "b.png").symlink_to(tmp_path / "nowhere.png")
    project = open_project(tmp_path)
    assert names(project) == ["2_real", "6_link"]
    problem = project.subsets[0].samples[1].problem
    assert problem is not None
    assert "does not exist" in problem


def test_names_that_are_not_utf8_or_very_long_are_read(tmp_path: Path) -> None:
    image(tmp_path / "1_x" / ("x" * 250 + ".png"), caption=None)
    (tmp_path / "1_x" / "caf\udce9.png").write_bytes((tmp_path / "1_x" / ("x" * 250 + ".png")).read_bytes())
    (tmp_path / "1_x" / "caf\udce9.txt").write_text("coffee")
    project = open_project(tmp_path)
    assert [sample.caption for sample in project.subsets[0].samples] == ["coffee", None]
    assert open_project(tmp_path) == project
