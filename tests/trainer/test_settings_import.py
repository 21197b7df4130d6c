"""Settings files of other programs, read as the trainer and those programs read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.errors import SyntaxProblem, UsageError
from sdtui.trainer.command import RunPaths, run_arguments
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.settings_import.found import says_nothing
from sdtui.trainer.settings_import.importing import Imported, to_settings
from sdtui.trainer.settings_import.reading import read_settings

CASES = json.loads((Path(__file__).parent / "data" / "settings_files.json").read_text("utf-8"))
PATHS = RunPaths(Path("/d.toml"), Path("/out"), Path("/log"), Path("/prompt.txt"))
OURS = ("dataset_config", "output_dir", "logging_dir", "log_with", "sample_prompts", "xformers", "sdpa", "masked_loss")


def imported(tmp_path: Path, text: str, name: str = "settings.toml", **options: Any) -> Imported:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return to_settings(read_settings(path), **options)


def arguments(read: Imported) -> dict[str, Any]:
    """What would be given to the script, taken by it or not, but for what is another run's or always given."""
    install = TrainerInstall(Path("/t"), Path("/p"), "1", (read.settings.script,), None, "4", False)
    values = run_arguments(read.settings, install, PATHS).values
    return {key: value for key, value in values.items() if not says_nothing(value) and value != () and key not in OURS}


def left(read: Imported) -> dict[str, str]:
    return {one.key: one.why for one in read.left}


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_comparable(one) for one in value] if len(value) != 1 else _comparable(value[0])
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_settings_file_trains_what_the_trainer_reads_from_it(tmp_path: Path, case: dict[str, Any]) -> None:
    read = imported(tmp_path, case["toml"], script=case["script"])
    # A share of 2.0, which the trainer takes for all of it, is no share to us, and is named.
    assert all(one.why.endswith("It takes 0 to 1.") and one.value == "2.0" for one in read.left)
    beyond = {one.key for one in read.left}
    given = {key: _comparable(value) for key, value in arguments(read).items()}
    expected = {
        key: _comparable(value) for key, value in case["arguments"].items() if key not in OURS and key not in beyond
    }
    fixed = {"network_module": "networks.lora"} if "network_module" in read.settings.profile.fixed else {}
    # The trainer's own defaults may be given too; nothing else may.
    assert expected.items() <= given.items()
    surplus = {key for key in given.keys() - expected.keys() if key not in fixed}
    assert surplus <= set(read.taken)


def test_what_a_file_leaves_out_is_as_the_trainer_has_it(tmp_path: Path) -> None:
    read = imported(tmp_path, 'network_dim = 8\npretrained_model_name_or_path = "sd_xl.safetensors"\n')
    assert read.settings.script == "sdxl_train_network.py"
    assert any("does not say" in note for note in read.notes)
    assert set(arguments(read)) == {"network_dim", "pretrained_model_name_or_path", "network_module"}
    assert read.settings["gradient_checkpointing"] is False and read.settings.text("bucket_reso_steps") == "64"


def test_what_has_no_place_is_named_with_its_value(tmp_path: Path) -> None:
    text = """
    [a]
    train_data_dir = "/data/img"
    shuffle_caption = true
    no_such_argument = 7
    reg_data_dir = ""
    debug_dataset = false
    seed = "many"
    optimizer_args = ["betas=(0.9, 0.99)", "no blank here"]
    network_dim = 16
    [b.c]
    deep = 1
    """
    read = imported(tmp_path, text)
    assert left(read).keys() == {
        "train_data_dir",
        "shuffle_caption",
        "no_such_argument",
        "seed",
        "optimizer_args",
        "b.c",
    }
    assert "open the project by that folder" in left(read)["train_data_dir"]
    assert read.taken == ("network_dim",)


def test_a_resolution_becomes_width_and_height(tmp_path: Path) -> None:
    for text, size in (('"832,1216"', ("832", "1216")), ("768", ("768", "768")), ("[512, 640]", ("512", "640"))):
        read = imported(tmp_path, f"resolution = {text}\nnetwork_dim = 4\n")
        assert (read.settings.text("width"), read.settings.text("height")) == size
    assert "resolution" in left(imported(tmp_path, 'resolution = "large"\nnetwork_dim = 4\n'))


GUI = {
    "LoRA_type": "LyCORIS/LoCon",
    "LyCORIS_preset": "full",
    "additional_parameters": "--max_grad_norm=0 --lr_scheduler_args T_max=10 eta=1",
    "cache_latents": True,
    "caption_extension": "",
    "clip_skip": "2",
    "conv_alpha": 4,
    "conv_dim": 8,
    "epoch": 12,
    "gradient_accumulation_steps": 2.0,
    "learning_rate": "1e-4",
    "lr_scheduler": "cosine",
    "lr_warmup": 10,
    "max_data_loader_n_workers": "0",
    "max_resolution": "1024,1024",
    "max_train_epochs": "",
    "max_token_length": "75",
    "mixed_precision": "bf16",
    "model_list": "custom",
    "multires_noise_iterations": 6,
    "network_alpha": 16,
    "network_dim": 32,
    "noise_offset": 0.05,
    "noise_offset_type": "Multires",
    "num_machines": 1,
    "gpu_ids": "0,1",
    "optimizer": "Prodigy",
    "optimizer_args": '--optimizer_args "decouple=True" "weight_decay=0.01"',
    "sample_prompts": "a cat --w 512",
    "sdxl": True,
    "sdxl_no_half_vae": True,
    "flux1_cache_text_encoder_outputs": True,
    "seed": "",
    "text_encoder_lr": "0",
    "train_data_dir": "/img",
    "unet_lr": 0.0002,
    "use_wandb": False,
    "vae_batch_size": 0,
    "xformers": "sdpa",
}


def gui(tmp_path: Path, **changes: Any) -> Imported:
    return imported(tmp_path, json.dumps({**GUI, **changes}), "preset.json")


def test_a_preset_of_the_gui_gives_what_the_gui_would_give(tmp_path: Path) -> None:
    read = gui(tmp_path)
    assert (read.kind, read.settings.script, read.settings.profile.name) == (
        "kohya_ss GUI",
        "sdxl_train_network.py",
        "sdxl-lora",
    )
    found = arguments(read)
    assert found["network_module"] == "lycoris.kohya"
    assert set(found["network_args"]) >= {"algo=locon", "conv_dim=8", "conv_alpha=4", "preset=full"}
    assert found["optimizer_type"] == "Prodigy" and found["optimizer_args"] == ("decouple=True", "weight_decay=0.01")
    assert found["network_train_unet_only"] is True and "text_encoder_lr" not in found
    assert found["multires_noise_iterations"] == 6 and "noise_offset" not in found
    assert found["lr_warmup_steps"] == "10%" and found["max_train_epochs"] == 12
    assert found["lr_scheduler_args"] == ("T_max=10", "eta=1") and found["max_grad_norm"] == 0
    assert found["no_half_vae"] is True and "cache_text_encoder_outputs" not in found
    assert found["gradient_accumulation_steps"] == 2 and found["clip_skip"] == 2
    assert read.settings["sdpa"] is True and read.settings["xformers"] is False
    assert left(read).keys() == {"sample_prompts", "train_data_dir"}
    assert read.settings["gpus"] == "0,1" and read.settings["num_machines"] is None
    spread = gui(tmp_path, num_machines=2, main_process_port="29600", gpu_ids="all").settings
    assert (spread["num_machines"], spread["main_process_port"], spread["gpus"]) == (2, 29600, None)


def test_the_gui_counts_steps_by_another_rule_and_that_is_said(tmp_path: Path) -> None:
    assert any("12 epochs" in note for note in gui(tmp_path).notes)
    assert arguments(gui(tmp_path, max_train_epochs="3"))["max_train_epochs"] == 3
    assert arguments(gui(tmp_path, max_train_steps=500))["max_train_steps"] == 500
    with_config = gui(tmp_path, dataset_config="/d.toml")
    assert "max_train_epochs" not in arguments(with_config) and "1,600" in left(with_config)["epoch"]


def test_rates_decide_what_the_gui_trains(tmp_path: Path) -> None:
    both = arguments(gui(tmp_path, text_encoder_lr=5e-5))
    assert both["text_encoder_lr"] == 5e-5 and "network_train_unet_only" not in both
    assert arguments(gui(tmp_path, text_encoder_lr=5e-5, unet_lr=0))["network_train_text_encoder_only"] is True


@pytest.mark.parametrize(
    ("kind", "module"),
    [("Standard", "networks.lora"), ("LoRA-FA", "networks.lora_fa"), ("Kohya DyLoRA", "networks.dylora")],
)
def test_each_kind_of_network_has_its_module(tmp_path: Path, kind: str, module: str) -> None:
    assert arguments(gui(tmp_path, LoRA_type=kind))["network_module"] == module
    assert "LoRA_type" in left(gui(tmp_path, LoRA_type="Tomorrow's"))


EASY = """
[[subsets]]
num_repeats = 10
image_dir = "F:/data/10_cat"

[general_args.args]
pretrained_model_name_or_path = "nai.safetensors"
sdxl = true
max_train_epochs = 2
seed = 0

[general_args.dataset_args]
resolution = 768
batch_size = 2

[network_args.args]
network_dim = 8
[network_args.args.network_args]
algo = "lokr"
preset = ""
block_dims = [1, 2]

[optimizer_args.args]
optimizer_type = "AdamW8bit"
lr_scheduler = "cosine"
warmup_ratio = 0.05
[optimizer_args.args.optimizer_args]
weight_decay = 0.1
bias = "true"
"""


def test_a_file_of_lora_easy_gives_what_its_backend_hands_on(tmp_path: Path) -> None:
    read = imported(tmp_path, EASY)
    assert read.settings.script == "sdxl_train_network.py"
    found = arguments(read)
    assert found["network_module"] == "lycoris.kohya" and found["network_args"] == ("algo=lokr", "block_dims=1,2")
    assert found["optimizer_args"] == ("weight_decay=0.1", "bias=True") and found["lr_warmup_steps"] == "0.05"
    assert read.settings.text("width") == "768" and found["train_batch_size"] == 2
    assert left(read).keys() == {"subsets[0].num_repeats", "subsets[0].image_dir"}


def test_a_file_that_holds_no_settings_is_refused_by_name(tmp_path: Path) -> None:
    for name, text, error, words in (
        ("a.toml", '[[datasets]]\n[[datasets.subsets]]\nimage_dir = "x"\n', UsageError, "dataset config"),
        ("a.json", '{"a": 1}', UsageError, "kohya_ss"),
        ("a.json", "{", SyntaxProblem, "no JSON"),
        ("a.json", "[" * 10_000, SyntaxProblem, "no JSON"),
        ("a.toml", "", UsageError, "no setting"),
        ("a.yaml", "a: 1", UsageError, ".toml"),
    ):
        with pytest.raises(error, match=words):
            imported(tmp_path, text, name)


def test_settings_are_for_the_script_and_profile_that_are_named(tmp_path: Path) -> None:
    text = "network_dim = 8\n"
    assert imported(tmp_path, text, script="flux_train_network").settings.script == "flux_train_network.py"
    assert imported(tmp_path, text, profile="sdxl-lora").settings.script == "sdxl_train_network.py"
    for options in ({"script": "train_nothing"}, {"profile": "rehearsal"}, {"profile": "nothing"}):
        with pytest.raises(UsageError):
            imported(tmp_path, text, **options)
