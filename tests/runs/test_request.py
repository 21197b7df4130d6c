"""From a project and settings to a launch: the config that is written, the command, names, steps, and what is read."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import toml
from PIL import Image

from sdtui.base import files
from sdtui.base.errors import ChangedOutsideError, NotADatasetError, TrainerError, UsageError, WriteError
from sdtui.base.settings import UserSettings
from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.plans.plan import Write
from sdtui.runs.setup.request import Prepared, make_request, write_inputs
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import parse_settings
from tests.runs.conftest import RunLab

NOW = 1_795_300_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``cats``: 3 images with 2 repeats, 2 of them captioned."""
    root = tmp_path / "cats"
    images = root / "2_cat"
    images.mkdir(parents=True)
    for number in range(3):
        Image.new("RGB", (512, 512), (number * 80, 0, 0)).save(images / f"{number}.png")
    (images / "0.txt").write_text("a red cat")
    (images / "1.txt").write_text("a blue cat")
    return root


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "base.safetensors"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(600_000_000)
    return path


@pytest.fixture
def install(tmp_path: Path) -> TrainerInstall:
    return TrainerInstall(
        folder=tmp_path / "sd-scripts",
        python=tmp_path / "venv" / "bin" / "python",
        accelerate="1.6.0",
        scripts=("sdxl_train.py", "sdxl_train_network.py", "train_network.py"),
        commit=None,
        transformers_version="4.54.1",
        has_xformers=False,
    )


def prepare(
    project: Project | Path, install: TrainerInstall, model: Path, *texts: str, profile: str = "sd15-lora"
) -> Prepared:
    project = open_project(project) if isinstance(project, Path) else project
    settings = parse_settings(profile, [f"pretrained_model_name_or_path={model}", *texts])
    return make_request(project, settings, install, now=lambda: NOW)


def written(prepared: Prepared, name: str) -> str:
    (change,) = [one for one in prepared.plan.changes if isinstance(one, Write) and one.path.name == name]
    return change.after.decode()


def value(prepared: Prepared, name: str) -> str | None:
    words = prepared.request.command
    return words[words.index(name) + 1] if name in words else None


def test_nothing_is_written_until_it_is_asked_for(folder: Path, install: TrainerInstall, model: Path) -> None:
    before = sorted(folder.rglob("*"))
    prepared = prepare(folder, install, model)
    assert sorted(folder.rglob("*")) == before
    write_inputs(prepared)
    assert Path(str(prepared.request.dataset_config)).is_file()
    assert {path.name for path in folder.iterdir()} == {"2_cat", ".sdtui", "model", "log"}


def test_the_run_has_a_config_of_its_own_with_the_size_in_it(
    folder: Path, install: TrainerInstall, model: Path
) -> None:
    prepared = prepare(
        folder, install, model, "width=832", "height=1216", "bucket_no_upscale=true", "min_bucket_reso=320"
    )
    config = toml.loads(written(prepared, "dataset-lora.toml"))
    (dataset,) = config["datasets"]
    assert dataset["resolution"] == [832, 1216]
    assert dataset["bucket_no_upscale"] is True
    assert dataset["min_bucket_reso"] == 320
    assert dataset["bucket_reso_steps"] == 64
    assert dataset["subsets"][0]["image_dir"] == str(folder / "2_cat")
    assert "--resolution" not in prepared.request.command
    assert value(prepared, "--dataset_config") == prepared.request.dataset_config
    assert str(folder / ".sdtui" / "inputs") in str(prepared.request.dataset_config)


def test_sdxl_may_use_finer_buckets(folder: Path, install: TrainerInstall, model: Path) -> None:
    prepared = prepare(folder, install, model, profile="sdxl-lora")
    assert toml.loads(written(prepared, "dataset-lora.toml"))["datasets"][0]["bucket_reso_steps"] == 32


def test_steps_are_counted_before_the_run(folder: Path, install: TrainerInstall, model: Path) -> None:
    # 3 images x 2 repeats in one bucket.
    assert prepare(folder, install, model, "max_train_epochs=5").total_steps == 30
    prepared = prepare(
        folder, install, model, "max_train_epochs=5", "train_batch_size=4", "gradient_accumulation_steps=2"
    )
    assert (prepared.steps_per_epoch, prepared.total_steps) == (1, 5)
    assert prepare(folder, install, model, "max_train_steps=7").total_steps == 7
    assert prepare(folder, install, model, "max_train_epochs=").total_steps == 1600
    assert prepare(folder, install, model, "num_processes=2").steps_per_epoch == 3
    assert prepare(folder, install, model).request.total_steps == 18


def test_steps_follow_the_processes_of_an_accelerate_configuration(
    folder: Path, install: TrainerInstall, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "two.yaml").write_text(
        "distributed_type: MULTI_GPU\nnum_processes: 4\nnum_machines: 2\nmain_process_ip: 10.0.0.1\n"
        "main_process_port: 29600\n"
    )
    monkeypatch.chdir(tmp_path)
    prepared = prepare(folder, install, model, "max_train_epochs=5", "accelerate_config=two.yaml")
    assert (prepared.steps_per_epoch, prepared.total_steps) == (2, 10)  # 6 batches for 4 processes
    assert f"--config_file {tmp_path}/two.yaml --num_processes 4" in " ".join(prepared.request.command)
    assert str(tmp_path / "two.yaml") in prepared.request.reads
    assert prepared.request.settings["num_processes"] == "4"
    assert any("10.0.0.1:29600" in note for note in prepared.notes)
    with pytest.raises(UsageError, match="What accelerate_config names does not exist"):
        prepare(folder, install, model, "accelerate_config=nowhere.yaml")


def test_masks_ask_for_masked_loss(folder: Path, install: TrainerInstall, model: Path) -> None:
    assert "--masked_loss" not in prepare(folder, install, model).request.command
    masks = folder / "2_cat" / "conditioning"
    masks.mkdir()
    for number in range(3):
        Image.new("L", (512, 512), 255).save(masks / f"{number}.png")
    prepared = prepare(folder, install, model)
    assert "--masked_loss" in prepared.request.command
    assert prepared.request.settings["masked_loss"] == "true"


def test_everything_that_the_run_reads_is_named(folder: Path, install: TrainerInstall, model: Path) -> None:
    prepared = prepare(folder, install, model)
    reads = set(prepared.request.reads)
    assert {str(folder / "2_cat"), str(model), str(prepared.request.dataset_config)} <= reads
    assert value(prepared, "--sample_prompts") in reads


def test_a_full_fine_tune_gets_metadata_files(folder: Path, install: TrainerInstall, model: Path) -> None:
    for number in range(3):
        (folder / "2_cat" / f"{number}.txt").write_text(f"cat {number}")
    prepared = prepare(folder, install, model, profile="sdxl-finetune")
    (subset,) = toml.loads(written(prepared, "dataset-finetune.toml"))["datasets"][0]["subsets"]
    assert "cat 2" in written(prepared, Path(subset["metadata_file"]).name)
    write_inputs(prepared)
    assert Path(subset["metadata_file"]).is_file()


# -- names and folders --


def test_outputs_go_to_the_project_s_own_folders(folder: Path, install: TrainerInstall, model: Path) -> None:
    request = prepare(folder, install, model).request
    assert (request.name, request.output_dir) == ("cats", str(folder / "model"))
    assert (request.logging_dir, request.sample_dir) == (str(folder / "log"), str(folder / "model" / "sample"))
    assert request.cwd == str(install.folder)


def test_a_name_of_our_own_overwrites_nothing(folder: Path, install: TrainerInstall, model: Path) -> None:
    (folder / "model").mkdir()
    (folder / "model" / "cats.safetensors").touch()
    (folder / "model" / "cats-2-000001.safetensors").touch()
    prepared = prepare(folder, install, model)
    assert prepared.request.name == "cats-3"
    assert prepared.overwrites == ()


def test_a_chosen_name_that_is_taken_is_said(folder: Path, install: TrainerInstall, model: Path) -> None:
    (folder / "model").mkdir()
    for name in ("best.safetensors", "best-000001.safetensors", "best-000001-state", "bestiary.safetensors"):
        (folder / "model" / name).touch()
    prepared = prepare(folder, install, model, "output_name=best")
    assert [path.name for path in prepared.overwrites] == [
        "best-000001-state",
        "best-000001.safetensors",
        "best.safetensors",
    ]
    assert any("overwritten" in note for note in prepared.notes)


def test_a_name_that_a_live_run_writes_to_is_taken(
    folder: Path, install: TrainerInstall, model: Path, lab: RunLab
) -> None:
    lab.root, lab.home = folder, folder / ".sdtui"
    lab.fifo("go")
    lab.launch("wait=go", name="cats")
    assert prepare(folder, install, model).request.name == "cats-2"
    with pytest.raises(UsageError, match="is writing to this folder now"):
        prepare(folder, install, model, "output_name=cats")
    assert prepare(folder, install, model, f"output_dir={folder / 'other'}").request.name == "cats"


@pytest.mark.parametrize("name", ["a/b", "..", "a" * 101, "a:b", "猫" * 70])
def test_names_that_no_file_can_have(folder: Path, install: TrainerInstall, model: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        prepare(folder, install, model, f"output_name={name}")


def test_a_project_with_a_long_name_gives_one_that_files_can_have(
    folder: Path, install: TrainerInstall, model: Path
) -> None:
    name = prepare(folder.rename(folder.with_name("猫" * 80)), install, model).request.name
    assert name == "猫" * 66  # with what the trainer appends, at most 255 bytes


def test_two_that_are_prepared_at_once_do_not_share_inputs(folder: Path, install: TrainerInstall, model: Path) -> None:
    first, second = prepare(folder, install, model), prepare(folder, install, model, "width=64", "min_bucket_reso=64")
    write_inputs(first)
    with pytest.raises(ChangedOutsideError, match="Prepare this one again"):
        write_inputs(second)
    assert "resolution = 512" in Path(str(first.request.dataset_config)).read_text()


def test_a_full_disk_leaves_no_half_of_what_a_run_reads(
    folder: Path, install: TrainerInstall, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, write = prepare(folder, install, model), files.kernel.write

    def nearly_full(handle: int, data: bytes) -> int:
        if b"[[datasets]]" not in data:  # the config still fits
            raise OSError(errno.ENOSPC, "full")
        return write(handle, data)

    monkeypatch.setattr(files.kernel, "write", nearly_full)
    with pytest.raises(WriteError, match="disk is full"):
        write_inputs(prepared)
    assert list(prepared.inputs.parent.iterdir()) == []


def test_each_run_has_inputs_of_its_own(folder: Path, install: TrainerInstall, model: Path) -> None:
    first = prepare(folder, install, model)
    write_inputs(first)
    second = prepare(folder, install, model)
    assert first.request.dataset_config != second.request.dataset_config


def test_a_rehearsal_needs_no_trainer_and_stays_out_of_the_model_folder(folder: Path) -> None:
    prepared = make_request(open_project(folder), parse_settings("rehearsal"), now=lambda: NOW)
    assert prepared.request.name == "cats-rehearsal"
    assert prepared.request.output_dir.startswith(str(folder / ".sdtui" / "rehearsals"))
    assert prepared.total_steps == 300
    write_inputs(prepared)
    assert {path.name for path in folder.iterdir()} == {"2_cat", ".sdtui"}


# -- sample prompts --


def test_captions_serve_as_prompts_where_there_is_no_file(folder: Path, install: TrainerInstall, model: Path) -> None:
    prepared = prepare(folder, install, model, "width=640")
    assert written(prepared, "prompt.txt") == "a red cat --w 640 --h 512 --d 1\n"
    assert any("as sample prompts" in note for note in prepared.notes)


def test_captions_that_the_trainer_would_misread_are_not_taken(
    folder: Path, install: TrainerInstall, model: Path
) -> None:
    (folder / "2_cat" / "0.txt").write_text("n cat, d 5")
    assert written(prepare(folder, install, model), "prompt.txt").startswith("a blue cat")
    (folder / "2_cat" / "1.txt").write_text("cat --s 3")
    prepared = prepare(folder, install, model)
    assert "--sample_prompts" not in prepared.request.command
    assert any("no samples are made" in note for note in prepared.notes)


def test_the_project_s_prompts_are_copied_so_that_an_edit_meanwhile_harms_nothing(
    folder: Path, install: TrainerInstall, model: Path
) -> None:
    prompts = folder / "model" / "sample" / "prompt.txt"
    prompts.parent.mkdir(parents=True)
    prompts.write_bytes(b"my cat --d 7 --am 1\r\n")
    prepared = prepare(folder, install, model)
    assert written(prepared, "prompt.txt") == "my cat --d 7 --am 1\r\n"
    assert value(prepared, "--sample_prompts") != str(prompts)
    assert any("--am 1" in note for note in prepared.notes)


def test_a_chosen_prompt_file(folder: Path, install: TrainerInstall, model: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text('["one", "two"]')
    prepared = prepare(folder, install, model, f"sample_prompts={file}")
    assert written(prepared, "prompt.json") == '["one", "two"]'
    for wrong in (tmp_path / "none.txt", tmp_path / "empty.txt"):
        (tmp_path / "empty.txt").write_text("# nothing\n")
        with pytest.raises(UsageError, match=r"no such file|no prompt"):
            prepare(folder, install, model, f"sample_prompts={wrong}")


def test_no_samples_where_none_are_asked_for(folder: Path, install: TrainerInstall, model: Path) -> None:
    prepared = prepare(folder, install, model, "sample_every_n_epochs=")
    assert not [word for word in prepared.request.command if word.startswith("--sample")]


# -- the base model --


def test_a_base_model_must_be_chosen_and_be_there(folder: Path, install: TrainerInstall, model: Path) -> None:
    project = open_project(folder)
    user = UserSettings(models=str(model.parent))
    with pytest.raises(UsageError) as error:
        make_request(project, parse_settings("sd15-lora"), install, user=user)
    assert str(model) in error.value.sentence()
    with pytest.raises(UsageError) as error:
        make_request(
            project, parse_settings("sd15-lora", ["pretrained_model_name_or_path=bse.safetensors"]), install, user=user
        )
    assert str(model) in error.value.sentence()
    found = make_request(
        project, parse_settings("sd15-lora", ["pretrained_model_name_or_path=base.safetensors"]), install, user=user
    )
    assert value(found, "--pretrained_model_name_or_path") == str(model)


def test_a_model_of_hugging_face_is_left_to_the_trainer(folder: Path, install: TrainerInstall) -> None:
    prepared = prepare(folder, install, Path("runwayml/stable-diffusion-v1-5"))
    assert value(prepared, "--pretrained_model_name_or_path") == "runwayml/stable-diffusion-v1-5"
    assert any("Hugging Face" in note for note in prepared.notes)


def test_relative_paths_are_made_absolute_because_the_trainer_starts_elsewhere(
    folder: Path, install: TrainerInstall, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vae.pt").touch()
    prepared = prepare(
        folder, install, Path("models/base.safetensors"), "vae=vae.pt", "base_weights=vae.pt", "output_dir=out"
    )
    assert value(prepared, "--pretrained_model_name_or_path") == str(model)
    assert value(prepared, "--vae") == value(prepared, "--base_weights") == str(tmp_path / "vae.pt")
    assert prepared.request.output_dir == str(tmp_path / "out")


# -- what cannot be trained --


@pytest.mark.parametrize("text", ["resume=gone", "network_weights=gone.safetensors", "base_weights=gone", "vae=/gone"])
def test_a_file_that_is_to_be_read_must_be_there(folder: Path, install: TrainerInstall, model: Path, text: str) -> None:
    with pytest.raises(UsageError, match=f"What {text.partition('=')[0]} names does not exist"):
        prepare(folder, install, model, text)
    for on_hub in (("vae=stabilityai/sd-vae",), ("resume=me/state", "resume_from_huggingface=true")):
        assert prepare(folder, install, model, *on_hub).total_steps


def test_no_trainer_and_a_broken_one(folder: Path, model: Path, install: TrainerInstall) -> None:
    settings = parse_settings("sd15-lora", [f"pretrained_model_name_or_path={model}"])
    with pytest.raises(TrainerError, match="sd-scripts was not found"):
        make_request(open_project(folder), settings)
    broken = TrainerInstall(
        **{**{name: getattr(install, name) for name in install.__dataclass_fields__}, "problem": "No torch"}
    )
    with pytest.raises(TrainerError, match="No torch"):
        make_request(open_project(folder), settings, broken)


def test_a_dataset_of_which_nothing_is_left(folder: Path, install: TrainerInstall, model: Path) -> None:
    (folder / "2_cat" / "0.txt").write_bytes(b"")
    with pytest.raises(NotADatasetError, match=r"0\.png"):
        prepare(folder, install, model)


# -- a project that is a dataset config --


def make_config(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


PLAIN = (
    '[[datasets]]\nresolution = 512\nbatch_size = 2\n[[datasets.subsets]]\nimage_dir = "{}"\n'
    'caption_extension = ".txt"\nnum_repeats = 4\n'
)
BUCKETS = (
    "[[datasets]]\nresolution = 512\nenable_bucket = true\nbucket_reso_steps = {}\n"
    '[[datasets.subsets]]\nimage_dir = "{}"\n'
)


def test_a_config_is_trained_with_as_it_is(folder: Path, install: TrainerInstall, model: Path) -> None:
    path = make_config(folder, PLAIN.format(folder / "2_cat"))
    prepared = prepare(path, install, model, "train_batch_size=1", "width=64", "max_train_epochs=1")
    assert prepared.request.dataset_config == str(path)
    assert prepared.request.name == "mine"
    assert not [one for one in prepared.plan.changes if isinstance(one, Write) and one.path.suffix == ".toml"]
    assert "--resolution" not in prepared.request.command
    assert prepared.total_steps == 6  # 3 x 4 in batches of 2, not of 1
    assert any("batch_size stands in the dataset config" in note for note in prepared.notes)
    assert any("resolution stands in the dataset config" in note for note in prepared.notes)


def test_what_a_config_leaves_open_the_command_says(folder: Path, install: TrainerInstall, model: Path) -> None:
    path = make_config(
        folder, f'[[datasets]]\n[[datasets.subsets]]\nimage_dir = "{folder / "2_cat"}"\ncaption_extension = ".txt"\n'
    )
    prepared = prepare(
        path,
        install,
        model,
        "width=640",
        "height=448",
        "min_bucket_reso=320",
        "train_batch_size=3",
        "max_train_epochs=1",
    )
    assert value(prepared, "--resolution") == "640,448"
    assert value(prepared, "--min_bucket_reso") == "320"
    assert prepared.total_steps == 1


def test_relative_folders_of_a_config_are_found_by_where_the_trainer_starts(
    folder: Path, install: TrainerInstall, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = make_config(folder, PLAIN.format("2_cat"))
    monkeypatch.chdir(tmp_path)
    assert prepare(path, install, model).request.cwd == str(folder)
    path = make_config(folder, PLAIN.format("cats/2_cat"))
    assert prepare(path, install, model).request.cwd == str(tmp_path)


def test_a_config_that_the_trainer_would_refuse(folder: Path, install: TrainerInstall, model: Path) -> None:
    path = make_config(folder, PLAIN.format(folder / "2_cat") + "num_repeat = 2\n")
    with pytest.raises(UsageError, match="num_repeat"):
        prepare(path, install, model)


def test_cached_text_and_shuffled_captions_are_refused_before_a_gpu_is_loaded(
    folder: Path, install: TrainerInstall, model: Path
) -> None:
    path = make_config(folder, PLAIN.format(folder / "2_cat") + "shuffle_caption = true\n")
    with pytest.raises(UsageError, match="does not go with shuffle_caption"):
        prepare(path, install, model, profile="sdxl-finetune")
    with pytest.raises(UsageError, match="does not go with random_crop"):
        prepare(folder, install, model, "random_crop=true")
    assert prepare(path, install, model).total_steps


@pytest.mark.parametrize(
    ("profile", "steps", "unit"), [("sd15-lora", 32, 64), ("sdxl-lora", 48, 32), ("sdxl-finetune", 8, 32)]
)
def test_bucket_steps_are_as_the_script_demands(
    folder: Path, install: TrainerInstall, model: Path, profile: str, steps: int, unit: int
) -> None:
    with pytest.raises(UsageError, match=f"multiples of {unit} only"):
        prepare(folder, install, model, f"bucket_reso_steps={steps}", profile=profile)
    assert prepare(folder, install, model, f"bucket_reso_steps={2 * unit}", profile=profile).total_steps
    path = make_config(folder, BUCKETS.format(steps, folder / "2_cat"))
    with pytest.raises(UsageError, match="in the config"):
        prepare(path, install, model, profile="sd15-lora")


def test_buckets_that_the_trainer_asserts_against(folder: Path, install: TrainerInstall, model: Path) -> None:
    path = make_config(folder, BUCKETS.format(64, folder / "2_cat").replace("512", "2048"))
    with pytest.raises(UsageError, match="max_bucket_reso 1024 is smaller"):
        prepare(path, install, model)
    Image.new("RGB", (9, 9)).save(folder / "2_cat" / "speck.png")
    path = make_config(folder, "[general]\nbucket_no_upscale = true\n" + BUCKETS.format(64, folder / "2_cat"))
    with pytest.raises(UsageError, match=r"no bucket can take it.*speck\.png"):
        prepare(path, install, model)


def test_what_would_stop_a_run_by_a_config_is_said(folder: Path, install: TrainerInstall, model: Path) -> None:
    (folder / "2_cat" / "0.txt").write_bytes(b"")
    path = make_config(folder, PLAIN.format(folder / "2_cat"))
    (note,) = [one for one in prepare(path, install, model).notes if "0.png" in one]
    assert "empty" in note
