"""Exported configs: the trainer reads from them what the folders hold, and what would stop it is not in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toml

from sdtui.base.errors import NotADatasetError, SyntaxProblem, UsageError, WriteError
from sdtui.dataset.epoch import epoch_of
from sdtui.dataset.project import Project, Subset
from sdtui.dataset.scan import open_project
from sdtui.edits.dataset_config import Export, export, verify
from sdtui.edits.export_parts import ExportOptions
from sdtui.plans.journal import Journal
from sdtui.trainer.dataset_config import load
from sdtui.trainer.scripts import support_of
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Plain, masked and regularization subsets, and one that would stop the trainer."""
    root = tmp_path / "data"
    for number in range(3):
        image(root / "images" / "10_cat" / f"{number}.png", 640, 512, f"a cat, {number}\nsecond line")
        image(root / "images" / "3_star" / f"{number}.png", caption="a star")
        image(root / "images" / "3_star" / "conditioning" / f"{number}.png", caption=None)
    image(root / "images" / "10_cat" / "none.png", caption=None)
    image(root / "images" / "10_cat" / "c.png", caption="lent")
    image(root / "images" / "10_cat" / "c_1_2_3_4.png", caption=None)
    image(root / "images" / "1_broken" / "a.png", caption=b"")
    image(root / "regularization" / "2_animal" / "r.png", caption=None)
    return root


def written(project: Project, made: Export) -> Project:
    """Apply the export and open the config that it wrote."""
    Journal(project.home).apply(made.plan)
    verify(made.toml_path)
    return open_project(made.toml_path)


def trained(subset: Subset) -> list[tuple[Path, str]]:
    """Each image with the text that is trained."""
    return sorted((one.path, one.caption or subset.class_tokens or "") for one in subset.samples)


def test_a_lora_config_trains_what_the_folders_hold(root: Path) -> None:
    project = open_project(root)
    made = export(project, "lora", options=ExportOptions(resolution=512))
    read = written(project, made)
    assert made.masked and made.toml_path == root / "config" / "dataset-lora.toml"
    assert {one.image_dir for one in read.subsets} == {one.image_dir for one in project.subsets} - {
        root / "images" / "1_broken"
    }
    for subset in read.subsets:
        (same,) = [one for one in project.subsets if one.image_dir == subset.image_dir]
        assert (subset.num_repeats, subset.is_reg, subset.mask_dir) == (same.num_repeats, same.is_reg, same.mask_dir)
        if not subset.masked:
            assert trained(subset) == trained(same)
    assert [one.dataset for one in read.subsets if one.masked] == [1]
    assert epoch_of(read).batches > 0
    assert [(one.resolution, one.bucket_reso_steps, one.enable_bucket) for one in read.datasets] == 2 * [
        ((512, 512), 64, True)
    ]


def test_the_caption_extension_is_always_named(root: Path) -> None:
    data = toml.loads(export(open_project(root), "lora").text)
    assert {one["caption_extension"] for part in data["datasets"] for one in part["subsets"]} == {".txt"}


def test_what_would_stop_the_trainer_is_left_out_and_named(root: Path) -> None:
    (root / "images" / "10_cat" / "0.txt").write_bytes(b"caf\xe9")
    (root / "images" / "3_star" / "conditioning" / "1.png").unlink()
    image(root / "images" / "2_ok" / "a.png")
    made = export(open_project(root), "lora")
    said = " ".join(made.left_out)
    assert "1_broken is left out: a.png: The caption file is empty" in said
    assert "10_cat is left out: 0.png: The caption is not UTF-8" in said
    assert "3_star is left out: 1.png: It has no mask" in said
    assert "10_cat" not in made.text and "2_ok" in made.text and "animal" in made.text
    assert set(made.left_out) <= set(made.plan.warnings)


def test_a_mask_without_an_image_leaves_its_subset_out(root: Path) -> None:
    image(root / "images" / "3_star" / "conditioning" / "stray.png", caption=None)
    made = export(open_project(root), "lora")
    assert any("3_star is left out: stray.png" in reason for reason in made.left_out) and not made.masked


def test_a_truncated_image_leaves_its_subset_out(root: Path) -> None:
    broken = root / "images" / "10_cat" / "0.png"
    broken.write_bytes(broken.read_bytes()[:20])
    assert any(reason.startswith("10_cat") for reason in export(open_project(root), "lora").left_out)


def test_regularization_images_alone_with_masks_are_left_out(root: Path) -> None:
    for path in sorted((root / "images" / "10_cat").iterdir()):
        path.unlink()
    (root / "images" / "10_cat").rmdir()
    made = export(open_project(root), "lora")
    assert any("2_animal is left out: regularization images only count" in reason for reason in made.left_out)
    assert len(toml.loads(made.text)["datasets"]) == 1


def test_nothing_left_is_said_with_the_reasons(tmp_path: Path) -> None:
    image(tmp_path / "1_broken" / "a.png", caption=b"")
    with pytest.raises(NotADatasetError, match="caption file is empty"):
        export(open_project(tmp_path), "lora")


def test_masked_images_without_a_caption_are_mentioned(root: Path) -> None:
    (root / "images" / "3_star" / "2.txt").unlink()
    assert any("3_star: 1 image without a caption" in one for one in export(open_project(root), "lora").plan.warnings)


def test_a_full_fine_tune_has_metadata_with_full_paths(root: Path) -> None:
    project = open_project(root)
    made = export(project, "finetune")
    read = written(project, made)
    metadata = json.loads((root / "config" / "metadata-cat.json").read_text("utf-8"))
    folder = root / "images" / "10_cat"
    assert metadata[str(folder / "0.png")] == {"caption": "a cat, 0", "image_size": [640, 512]}
    assert metadata[str(folder / "none.png")]["caption"] == "cat"
    assert metadata[str(folder / "c_1_2_3_4.png")]["caption"] == "lent"
    assert [(one.num_repeats, one.metadata_file) for one in read.subsets] == [
        (3, root / "config" / "metadata-star.json"),
        (10, root / "config" / "metadata-cat.json"),
    ]
    for subset in read.subsets:
        (same,) = [one for one in project.subsets if one.image_dir == subset.image_dir]
        assert trained(subset) == trained(same)
    data = toml.loads(made.text)
    assert "caption_extension" not in made.text and "is_reg" not in made.text and len(data["datasets"]) == 1
    assert any("2_animal is left out: a full fine-tune knows no" in reason for reason in made.left_out)
    assert any("3_star" in one and "masks" in one for one in made.plan.warnings) and not made.masked


def test_two_subsets_of_one_name_have_a_metadata_file_each(tmp_path: Path) -> None:
    for name in ("2_cat", "3_cat", "4_CAT", "5_c/at".replace("/", " ")):
        image(tmp_path / name / "a.png")
    project = open_project(tmp_path)
    read = written(project, export(project, "finetune"))
    assert len({one.metadata_file for one in read.subsets}) == 4


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"resolution": 512}, (512, 256, 1024)),
        ({"resolution": 1024}, (1024, 256, 2048)),
        ({"resolution": (832, 1216), "bucket_reso_steps": 32}, ([832, 1216], 256, 2432)),
        ({"resolution": 200}, (200, 192, 448)),
        ({"resolution": 1024, "max_bucket_reso": 700, "min_bucket_reso": 2000}, (1024, 1024, 1024)),
        ({"resolution": 1000, "max_bucket_reso": 1500}, (1000, 256, 1536)),
    ],
)
def test_bucket_bounds_are_what_the_trainer_accepts(root: Path, options: dict[str, int], expected: object) -> None:
    first = toml.loads(export(open_project(root), "lora", options=ExportOptions(**options)).text)["datasets"][0]  # type: ignore[arg-type]
    assert (first["resolution"], first["min_bucket_reso"], first["max_bucket_reso"]) == expected
    sides = first["resolution"] if isinstance(first["resolution"], list) else [first["resolution"]]
    steps = first["bucket_reso_steps"]
    assert first["min_bucket_reso"] % steps == first["max_bucket_reso"] % steps == 0
    assert first["min_bucket_reso"] <= min(sides) and max(sides) <= first["max_bucket_reso"]


@pytest.mark.parametrize("steps", [0, -64, 7, 33])
def test_bucket_steps_that_no_script_takes(root: Path, steps: int) -> None:
    with pytest.raises(UsageError, match=f"cannot be {steps}"):
        export(open_project(root), "lora", options=ExportOptions(bucket_reso_steps=steps))


def test_options_that_the_command_line_decides_are_not_written(root: Path) -> None:
    project = open_project(root)
    assert "batch_size" not in export(project, "lora").text and "no_upscale" not in export(project, "lora").text
    text = export(project, "lora", options=ExportOptions(batch_size=4, bucket_no_upscale=True)).text
    assert "batch_size = 4\n" in text and "bucket_no_upscale = true\n" in text
    assert "bucket_reso" not in export(project, "lora", options=ExportOptions(enable_bucket=False)).text


def test_an_image_too_small_for_no_upscale_leaves_its_subset_out(root: Path) -> None:
    image(root / "images" / "10_cat" / "tiny.png", 63, 900)
    project = open_project(root)
    made = export(project, "lora", options=ExportOptions(bucket_no_upscale=True))
    assert any("tiny.png is only 63x900" in reason for reason in made.left_out)
    assert not any("tiny" in reason for reason in export(project, "lora").left_out)


def test_only_a_toml_is_written(root: Path) -> None:
    with pytest.raises(UsageError, match="toml"):
        export(open_project(root), "lora", output=root / "config.txt")


def test_a_resolution_of_nothing_is_a_usage_error(root: Path) -> None:
    with pytest.raises(UsageError):
        export(open_project(root), "lora", options=ExportOptions(resolution=32))


def test_the_resolution_fits_the_images_unless_it_is_given(tmp_path: Path) -> None:
    image(tmp_path / "1_a" / "a.png", 1024, 1024)
    assert "resolution = 1024\n" in export(open_project(tmp_path), "lora").text
    image(tmp_path / "1_a" / "b.png", 512, 512)
    image(tmp_path / "1_a" / "c.png", 512, 512)
    assert "resolution = 512\n" in export(open_project(tmp_path), "lora").text


@pytest.mark.parametrize(
    "name",
    [
        '7_it\'s a "cat"',
        "1_a#b=c [d]",
        "2_back\\slash",
        "3_猫😀",
        "4_tab\there",
        "5_new\nline",
        "6_\\u0041'\"",
        "7_$x{y}",
    ],
)
@pytest.mark.parametrize("kind", ["lora", "finetune"])
def test_names_of_any_kind_come_through_the_trainers_parser(tmp_path: Path, name: str, kind: str) -> None:
    root = tmp_path / "data ü #1"
    image(root / name / "a.png")
    project = open_project(root)
    read = written(project, export(project, "lora" if kind == "lora" else "finetune"))
    assert [one.image_dir for one in read.subsets] == [root / name]


def test_a_name_that_no_config_can_hold_leaves_its_subset_out(tmp_path: Path) -> None:
    image(tmp_path / "1_ok" / "a.png")
    image(Path(str(tmp_path / "2_bad") + "\udcff") / "a.png")
    made = export(open_project(tmp_path), "lora")
    assert "cannot hold" in made.left_out[0] and "1_ok" in made.text


def test_the_same_folders_give_the_same_bytes_and_an_empty_plan(root: Path) -> None:
    project = open_project(root)
    made = export(project, "finetune")
    written(project, made)
    again = export(open_project(root), "finetune")
    assert again.text == made.text and again.plan.empty


def test_our_own_output_is_made_anew_without_asking(root: Path) -> None:
    project = open_project(root)
    for kind in ("lora", "finetune"):
        written(project, export(project, "lora" if kind == "lora" else "finetune"))
    (root / "images" / "10_cat" / "0.txt").write_bytes(b"another text")
    again = export(open_project(root), "finetune", options=ExportOptions(resolution=768))
    assert again.replaces == () and len(again.plan.changes) == 2


def test_what_somebody_changed_or_wrote_is_named_before_it_is_replaced(root: Path) -> None:
    project = open_project(root)
    made = export(project, "finetune")
    written(project, made)
    text = made.toml_path.read_text()
    made.toml_path.write_text(text.replace("num_repeats = 10", "num_repeats = 11"))
    changed = export(open_project(root), "finetune", options=ExportOptions(resolution=768))
    assert changed.replaces == (made.toml_path,)
    assert any("dataset-finetune.toml" in one and "replaced" in one for one in changed.plan.warnings)
    made.toml_path.write_text(text)
    metadata = root / "config" / "metadata-cat.json"
    metadata.write_text("{}")
    assert export(open_project(root), "finetune").replaces == (metadata,)
    foreign = root / "mine.toml"
    foreign.write_bytes(b"\xff not ours")
    assert export(open_project(root), "lora", output=foreign).replaces == (foreign,)


def test_a_project_that_is_a_config_is_not_exported(root: Path) -> None:
    project = open_project(root)
    read = written(project, export(project, "lora"))
    with pytest.raises(UsageError, match="is a dataset config already"):
        export(read, "lora")


def test_verify_tells_what_the_trainer_would_refuse(root: Path, tmp_path: Path) -> None:
    project = open_project(root)
    made = export(project, "lora")
    written(project, made)
    text = made.toml_path.read_text()
    made.toml_path.write_text(text.replace("num_repeats", "num_repeat"))
    with pytest.raises(WriteError, match="num_repeat"):
        verify(made.toml_path)
    made.toml_path.write_text(text + "[[oops")
    with pytest.raises(SyntaxProblem):
        verify(made.toml_path)
    made.toml_path.write_text(text.replace("3_star", "4_star"))
    with pytest.raises(WriteError, match="does not exist"):
        verify(made.toml_path)


def test_a_controlnet_config_has_the_subsets_with_conditioning_images_only(root: Path) -> None:
    project = open_project(root)
    made = export(project, "controlnet", options=ExportOptions(resolution=512))
    assert not made.masked
    Journal(project.home).apply(made.plan)
    read = load(made.toml_path, support=support_of("train_control_net"))
    assert read.problems == () and [section.mode for section in read.datasets] == ["controlnet"]
    (star,) = read.datasets[0].subsets
    folder = root / "images" / "3_star"
    assert star.written == {
        "image_dir": str(folder),
        "conditioning_data_dir": str(folder / "conditioning"),
        "caption_extension": ".txt",
        "num_repeats": 3,
    }
    said = " ".join(made.left_out)
    assert "10_cat is left out: it has no conditioning images" in said
    assert "2_animal is left out: a ControlNet knows no regularization images" in said
