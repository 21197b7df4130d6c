"""A config as folders trains the same images as often, on the same texts; what folders cannot say is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.errors import UsageError, WriteError
from sdtui.dataset.project import CaptionSource, Project
from sdtui.dataset.scan import open_project
from sdtui.edits.dataset_config import export
from sdtui.edits.to_folders import Folders, to_folders
from sdtui.plans.journal import Journal
from sdtui.trainer.dataset_config import load
from tests.dataset.making import image

CONFIG = """
[general]
flip_aug = true
caption_prefix = "-- art"
[[datasets]]
resolution = [512, 768]
batch_size = 3
enable_bucket = true
[[datasets.subsets]]
image_dir = "cats"
caption_extension = ".caption"
class_tokens = "a/b"
num_repeats = 7
[[datasets.subsets]]
image_dir = "more/10_cats"
caption_extension = ".txt"
num_repeats = 7
[[datasets.subsets]]
image_dir = "animals"
class_tokens = "animal"
is_reg = true
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Captions of two endings, a borrowed one, none; relative paths begin here."""
    for number in range(3):
        image(tmp_path / "cats" / f"{number}.png", caption=None)
        (tmp_path / "cats" / f"{number}.caption").write_text(f"cat {number}\nsecond line\n")
        image(tmp_path / "more" / "10_cats" / f"{number}.png", caption=f"more cat {number}")
        image(tmp_path / "animals" / f"{number}.png", caption=None)
    image(tmp_path / "cats" / "none.png", caption=None)
    (tmp_path / "cats" / "lent.caption").write_text("lent")
    image(tmp_path / "cats" / "lent_1_2_3_4.png", caption=None)
    (tmp_path / "mine.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(root: Path, config: str = "mine.toml") -> Folders:
    """Make the folders in ``out``."""
    path = root / config
    found = to_folders(open_project(path), load(path), root / "out")
    Journal(root / "out" / ".sdtui").apply(found.plan)
    return found


def trained(project: Project) -> list[tuple[bool, int, list[tuple[str, str]]]]:
    """Of each subset what it is, how often it repeats, and the images with their texts."""
    return sorted(
        (
            one.is_reg,
            one.num_repeats,
            sorted(
                (each.name, (one.class_tokens if each.caption_source is CaptionSource.CLASS else each.caption) or "")
                for each in one.samples
            ),
        )
        for one in project.subsets
    )


def test_the_same_images_repeats_and_texts_are_trained(root: Path) -> None:
    found = made(root)
    folders = open_project(root / "out")
    assert trained(folders) == trained(open_project(root / "mine.toml"))
    assert sorted(one.image_dir.name for one in folders.subsets) == ["1_animal", "7_cats", "7_cats-2"]
    assert (root / "out" / "images" / "7_cats" / "0.txt").read_text() == "cat 0\nsecond line\n"
    assert found.arguments == (
        f"--train_data_dir={root}/out/images",
        f"--reg_data_dir={root}/out/regularization",
        "--train_batch_size=3",
        "--enable_bucket",
        "--resolution=512,768",
        "--flip_aug",
        "--caption_prefix=-- art",
        "--caption_extension=.txt",
    )
    assert found.lost == ()


def test_it_is_undone_whole(root: Path) -> None:
    made(root)
    Journal(root / "out" / ".sdtui").undo()
    assert not (root / "out" / "images").exists() and (root / "cats" / "0.caption").exists()


def test_what_folders_cannot_say_is_told(root: Path) -> None:
    text = CONFIG.replace('image_dir = "cats"', 'image_dir = "cats"\nshuffle_caption = true')
    text = text.replace("batch_size = 3", "network_multiplier = 0.5").replace('class_tokens = "animal"\n', "")
    (root / "mine.toml").write_text(text)
    found = made(root)
    said = " ".join(found.lost)
    assert "shuffle_caption is True for cats, False for 10_cats" in said
    assert "network_multiplier is 0.5, which only a config can say" in said
    assert "3 images of animals without text will be trained on 'animals', the folder's name" in said
    assert "--shuffle_caption" not in found.arguments


def test_captions_of_a_metadata_file_become_files(root: Path) -> None:
    entries = {str(root / "cats" / "0.png"): {"caption": "a cat", "tags": "solo"}, str(root / "animals" / "0.png"): {}}
    (root / "meta.json").write_text(json.dumps(entries))
    (root / "full.toml").write_text(
        '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nmetadata_file = "meta.json"\nnum_repeats = 2\n'
    )
    found = made(root, "full.toml")
    folder = root / "out" / "images" / "2_meta"
    assert sorted(path.name for path in folder.iterdir()) == ["0-2.png", "0-2.txt", "0.png"]
    assert (folder / "0-2.txt").read_text() == "a cat,solo\n"
    assert "without text will be trained on 'meta', the folder's name" in found.lost[0]


def test_there_and_back_again_names_stay(root: Path) -> None:
    made(root)
    back = export(open_project(root / "out"), "lora")
    Journal(root / "out" / ".sdtui").apply(back.plan)
    assert trained(open_project(back.toml_path)) == trained(open_project(root / "mine.toml"))


def test_masks_go_where_sdtui_finds_them(root: Path) -> None:
    for number in range(3):
        image(root / "masks" / f"{number}.png", caption=None)
    (root / "masked.toml").write_text(
        '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "more/10_cats"\n'
        'caption_extension = ".txt"\nconditioning_data_dir = "masks"\n'
    )
    found = made(root, "masked.toml")
    assert "has masks" in found.lost[0]
    (subset,) = open_project(root / "out").subsets
    assert subset.masked and all(sample.mask_path is not None and sample.problem is None for sample in subset.samples)


def test_what_cannot_be_made_is_refused(root: Path) -> None:
    path = root / "two.toml"
    path.write_text(CONFIG + '[[datasets]]\nresolution = 64\n[[datasets.subsets]]\nimage_dir = "animals"\n')
    project, config = open_project(path), load(path)
    with pytest.raises(UsageError, match=r"There are 2 \[\[datasets\]\] in it"):
        to_folders(project, config, root / "out")
    assert to_folders(project, config, root / "out", 1).train == root / "out" / "images"
    path.write_text(CONFIG.replace("flip_aug", "flip_agu"))
    with pytest.raises(UsageError, match="Did you mean flip_aug"):
        to_folders(open_project(path), load(path), root / "out")
    (root / "out" / "images").mkdir(parents=True)
    with pytest.raises(WriteError):
        to_folders(open_project(root / "mine.toml"), load(root / "mine.toml"), root / "out")
