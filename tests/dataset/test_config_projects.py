"""Projects opened by their dataset config."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.base.errors import NotADatasetError, SyntaxProblem
from sdtui.dataset.epoch import epoch_of
from sdtui.dataset.project import CaptionSource, ProjectKind
from sdtui.dataset.scan import open_project
from tests.dataset.making import image, reason, sample


def config(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def subset(folder: Path | str, *lines: str) -> str:
    return "\n".join(["[[datasets.subsets]]", f"image_dir = '{folder}'", *lines, ""])


def test_repeats_and_options_stand_in_the_config(tmp_path: Path) -> None:
    image(tmp_path / "d" / "10_x" / "a.png")
    path = config(
        tmp_path / "c" / "set.toml",
        "[general]\ncaption_prefix = 'best,'\n[[datasets]]\nresolution = 512\nbatch_size = 3\n"
        + subset(tmp_path / "d" / "10_x", "num_repeats = 4", "class_tokens = 'thing'", "caption_extension = '.txt'"),
    )
    project = open_project(path)
    assert (project.kind, project.root, project.toml) == (ProjectKind.TOML, path.parent, path)
    (found,) = project.subsets
    assert (found.name, found.num_repeats, found.class_tokens) == ("10_x", 4, "thing")
    assert found.options["caption_prefix"] == "best,"
    assert (project.datasets[0].resolution, project.datasets[0].batch_size) == ((512, 512), 3)
    assert sample(project, "a.png").tokens == 5, "the prefix counts"


def test_a_config_that_does_not_say_means_caption_files(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    project = open_project(config(tmp_path / "set.toml", "[[datasets]]\nresolution = 512\n" + subset(tmp_path / "d")))
    assert project.caption_extension == ".caption"
    assert sample(project, "a.png").caption_source is CaptionSource.NONE
    assert "read from .caption" in reason(project, "a.txt")
    assert project.notes == ("No caption of d is read: they end in .txt, and caption_extension is .caption.",)


def test_relative_paths_start_at_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image(tmp_path / "here" / "d" / "by_cwd.png")
    image(tmp_path / "config" / "d" / "by_config.png")
    path = config(tmp_path / "config" / "set.toml", "[[datasets]]\nresolution = 512\n" + subset("d"))
    monkeypatch.chdir(tmp_path / "here")
    project = open_project(path)
    assert [each.name for each in project.subsets[0].samples] == ["by_cwd.png"]
    assert str(tmp_path / "here") in project.notes[0]


def test_relative_paths_are_found_beside_the_config_where_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image(tmp_path / "config" / "d" / "by_config.png")
    path = config(tmp_path / "config" / "set.toml", "[[datasets]]\nresolution = 512\n" + subset("d"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    project = open_project(path)
    assert [each.name for each in project.subsets[0].samples] == ["by_config.png"]
    assert f"Start training in {tmp_path / 'config'}" in project.notes[0]


def test_what_the_trainer_leaves_out_of_a_config_is_listed(tmp_path: Path) -> None:
    for name in ("good", "zero", "empty/nested"):
        image(tmp_path / name / "a.png")
    text = "[[datasets]]\nresolution = 512\n"
    text += subset(tmp_path / "good") + subset(tmp_path / "good") + subset(tmp_path / "zero", "num_repeats = 0")
    text += subset(tmp_path / "empty") + subset(tmp_path / "gone") + subset("C:\\data\\set")
    project = open_project(config(tmp_path / "set.toml", text))
    assert [each.name for each in project.subsets] == ["good"]
    assert "twice" in reason(project, "good")
    assert "less than 1" in reason(project, "zero")
    assert "no image in it" in reason(project, "empty")
    assert "no such folder" in reason(project, "gone")
    assert "/mnt/c/data/set" in reason(project, "C:\\data\\set")


def test_an_empty_subset_stops_a_trainer_that_splits(tmp_path: Path) -> None:
    image(tmp_path / "good" / "a.png")
    (tmp_path / "empty").mkdir()
    text = "[[datasets]]\nresolution = 512\nvalidation_split = 0.1\n"
    project = open_project(config(tmp_path / "set.toml", text + subset(tmp_path / "good") + subset(tmp_path / "empty")))
    assert "stops at this where validation_split is set" in reason(project, "empty")


def test_several_datasets_may_name_folders_of_one_name(tmp_path: Path) -> None:
    for name in ("a/cat", "b/cat"):
        image(tmp_path / name / "x.png")
    text = "[[datasets]]\nresolution = 512\n" + subset(tmp_path / "a/cat") + subset(tmp_path / "b/cat")
    text += "[[datasets]]\nresolution = 1024\n" + subset(tmp_path / "a/cat")
    project = open_project(config(tmp_path / "set.toml", text))
    assert [(each.name, each.dataset, each.position) for each in project.subsets] == [
        ("a/cat", 0, 0),
        ("b/cat", 0, 1),
        ("a/cat (2)", 1, 0),
    ]
    assert [options.resolution for options in project.datasets] == [(512, 512), (1024, 1024)]


def test_masks_stand_in_the_config(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    image(tmp_path / "masks" / "a.png", caption=None)
    text = "[[datasets]]\nresolution = 512\n" + subset(
        tmp_path / "d", f"conditioning_data_dir = '{tmp_path / 'masks'}'"
    )
    project = open_project(config(tmp_path / "set.toml", text))
    assert project.subsets[0].mask_dir == tmp_path / "masks"
    assert sample(project, "a.png").mask_path == tmp_path / "masks" / "a.png"


def test_what_the_trainer_would_refuse_is_noted_and_the_rest_is_shown(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    text = "[[datasets]]\nresolution = 512\n" + subset(tmp_path / "d", "num_repeat = 3", "flip_aug = 1")
    project = open_project(config(tmp_path / "set.toml", text))
    assert project.subsets[0].img_count == 1
    assert any("Did you mean num_repeats?" in note for note in project.notes)
    assert any("flip_aug must be true or false" in note for note in project.notes)


def test_a_broken_config_says_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        open_project(config(tmp_path / "set.toml", "[[datasets]]\nresolution = \n"))
    assert (caught.value.line, caught.value.column) == (2, 1)
    assert str(tmp_path / "set.toml") in caught.value.sentence()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[directory]]\npath = "x"\n', "diffusion-pipe"),
        ("", "nothing to train on"),
        ('pretrained_model_name_or_path = "x"\n', "training command"),
    ],
)
def test_what_is_no_dataset_config_says_what_it_is(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(NotADatasetError, match=words):
        open_project(config(tmp_path / "set.toml", text))


def test_a_json_config_works_too(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    data = {"datasets": [{"resolution": 512, "subsets": [{"image_dir": str(tmp_path / "d"), "num_repeats": 3}]}]}
    project = open_project(config(tmp_path / "set.json", json.dumps(data)))
    assert [(each.name, each.num_repeats) for each in project.subsets] == [("d", 3)]


def test_a_trainer_that_goes_by_its_memory_is_noted(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    text = "[[datasets]]\nresolution = 512\n" + subset(tmp_path / "d", "cache_info = true")
    text = "[general]\ncaption_extension = '.txt'\n" + text
    path = config(tmp_path / "set.toml", text)
    assert open_project(path).notes == ()
    (tmp_path / "d" / "metadata_cache.json").write_text("{}")
    assert "metadata_cache.json" in open_project(path).notes[0]


def test_paths_that_no_file_can_have_are_no_crash(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    text = '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "a\\u0000b"\n' + subset(tmp_path / "d")
    assert [each.name for each in open_project(config(tmp_path / "set.toml", text)).subsets] == ["d"]
    metadata = '{"a\\u0000.png": {}, "\\ud800.png": {}, "a.png": {"caption": "\\ud800"}}'
    project = open_project(metadata_project(tmp_path, metadata))
    assert [bool(each.problem) for each in project.subsets[0].samples] == [True, False, True]


@pytest.mark.parametrize(
    "line",
    [
        "batch_size = 0",
        "bucket_reso_steps = 0",
        "bucket_reso_steps = 1\nmax_bucket_reso = 999999999",
        "resolution = -1",
    ],
)
def test_senseless_numbers_are_refused_with_a_sentence(tmp_path: Path, line: str) -> None:
    image(tmp_path / "d" / "a.png")
    head = "[[datasets]]\nenable_bucket = true\n" + ("" if "resolution" in line else "resolution = 512\n")
    project = open_project(config(tmp_path / "set.toml", f"{head}{line}\n{subset(tmp_path / 'd')}"))
    (dataset,) = epoch_of(project).datasets
    assert dataset.refused is not None
    assert dataset.batches == 0


def metadata_project(tmp_path: Path, metadata: str, name: str = "meta.json") -> Path:
    (tmp_path / name).write_text(metadata, "utf-8")
    lines = (f"metadata_file = '{tmp_path / name}'", "num_repeats = 2")
    return config(tmp_path / "set.toml", "[[datasets]]\nresolution = 512\n" + subset(tmp_path / "d", *lines))


def test_captions_of_a_finetuning_subset_stand_in_its_metadata(tmp_path: Path) -> None:
    full = image(tmp_path / "elsewhere" / "b.png", 100, 50)
    image(tmp_path / "d" / "a.png", caption="not this one")
    metadata = {
        "a.png": {"caption": "from metadata", "tags": "1girl, solo"},
        str(full): {"caption": "", "image_size": [640, 480]},
    }
    project = open_project(metadata_project(tmp_path, json.dumps(metadata)))
    first, second = sample(project, "a.png"), sample(project, "b.png")
    assert (first.caption, first.caption_source) == ("from metadata,1girl, solo", CaptionSource.OWN)
    assert first.caption_path == tmp_path / "meta.json"
    assert (first.width, first.height) == (64, 64)
    assert (second.caption_source, second.width, second.height) == (CaptionSource.NONE, 640, 480)
    assert project.subsets[0].metadata_file == tmp_path / "meta.json"


def test_metadata_that_names_no_file_is_a_problem_of_that_image(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    metadata = {
        "a.png": {"caption": "x"},
        "a": {"caption": "x"},
        "gone.png": {},
        "odd.png": 3,
        "list.png": {"tags": ["x"]},
    }
    project = open_project(metadata_project(tmp_path, json.dumps(metadata)))
    assert sample(project, "a.png").problem is None
    assert "without its ending" in str(sample(project, "a").problem)
    assert "does not exist" in str(sample(project, "gone.png").problem)
    assert sample(project, "odd.png").caption is None


@pytest.mark.parametrize(
    ("metadata", "name", "words"),
    [
        ('{"a.png": }', "meta.json", "line 1"),
        ("[1]", "meta.json", "no metadata file"),
        ("{}", "meta.json", "no image in this metadata"),
        ('{"image_path": "a.png"}\n{broken\n', "meta.jsonl", "line 2"),
        ('{"image": "a.png"}\n', "meta.jsonl", "image_path"),
    ],
)
def test_broken_metadata_leaves_the_rest_of_the_project_alone(
    tmp_path: Path, metadata: str, name: str, words: str
) -> None:
    image(tmp_path / "d" / "a.png")
    project = open_project(metadata_project(tmp_path, metadata, name))
    assert words in reason(project, name)


def test_json_lines_metadata(tmp_path: Path) -> None:
    image(tmp_path / "d" / "a.png")
    line = json.dumps({"image_path": "a.png", "caption": "one", "tags": "two"})
    project = open_project(metadata_project(tmp_path, line + "\n", "meta.jsonl"))
    assert sample(project, "a.png").caption == "one,two"
