"""The command that trains: what it says, what it leaves out, and what is refused before a GPU is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sdtui.base.errors import TrainerError, UsageError
from sdtui.trainer.command import RunPaths, build, shell_text, train_script
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import PROFILES, parse_settings
from sdtui.trainer.run_arguments import DatasetFacts

SCRIPTS = ("fine_tune.py", "sdxl_train.py", "sdxl_train_network.py", "train_network.py")
PATHS = RunPaths(Path("/p/set.toml"), Path("/p/model"), Path("/p/log"), Path("/p/prompt.txt"))


def install(*, xformers: bool = False, scripts: tuple[str, ...] = SCRIPTS) -> TrainerInstall:
    return TrainerInstall(
        folder=Path("/k/sd-scripts"),
        python=Path("/k/venv/bin/python"),
        accelerate="1.6.0",
        scripts=scripts,
        commit="48d368fa",
        transformers_version="4.54.1",
        has_xformers=xformers,
    )


def command(
    profile: str, *texts: str, paths: RunPaths = PATHS, masked: bool = False, xformers: bool = False
) -> tuple[str, ...]:
    return build(parse_settings(profile, texts), install(xformers=xformers), paths, masked=masked).words


def value(words: tuple[str, ...], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None


def test_the_launcher_of_the_trainer_s_own_python_runs_the_script() -> None:
    words = command("sdxl-lora")
    assert words[:3] == ("/k/venv/bin/python", "-m", "accelerate.commands.launch")
    script = words.index("/k/sd-scripts/sdxl_train_network.py")
    launcher, script_words = words[:script], words[script:]
    assert value(launcher, "--mixed_precision") == "bf16"
    assert value(launcher, "--num_cpu_threads_per_process") == "4"
    assert value(script_words, "--mixed_precision") == "bf16"
    assert value(script_words, "--dataset_config") == "/p/set.toml"
    assert value(script_words, "--network_module") == "networks.lora"
    assert value(script_words, "--logging_dir") == "/p/log"


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "rehearsal"])
def test_every_option_is_one_that_the_script_has(profile: str) -> None:
    from sdtui.trainer.arguments import script_arguments

    settings = parse_settings(profile)
    words = command(profile, masked=True)
    options = [word[2:] for word in words[words.index(f"/k/sd-scripts/{settings.script}") :] if word.startswith("--")]
    assert not set(options) - set(script_arguments(settings.script))
    assert len(options) == len(set(options))


def test_what_the_dataset_config_says_is_not_said_again() -> None:
    words = command("sdxl-lora", "width=832", "height=1216", "bucket_no_upscale=true", "bucket_reso_steps=64")
    for name in (
        "--width",
        "--height",
        "--resolution",
        "--min_bucket_reso",
        "--bucket_no_upscale",
        "--bucket_reso_steps",
    ):
        assert name not in words


def test_a_limit_of_75_is_left_out_because_the_trainer_refuses_it() -> None:
    assert "--max_token_length" not in command("sdxl-lora", "max_token_length=75")
    assert value(command("sdxl-lora", "max_token_length=225"), "--max_token_length") == "225"


def test_optimizer_arguments_are_words_of_their_own() -> None:
    words = command("sdxl-finetune")
    at = words.index("--optimizer_args")
    assert words[at + 1 : at + 4] == ("scale_parameter=False", "relative_step=False", "warmup_init=False")


def test_sdpa_where_xformers_is_not() -> None:
    assert "--sdpa" in command("sdxl-lora")
    assert "--xformers" not in command("sdxl-lora")
    assert "--xformers" in command("sdxl-lora", xformers=True)
    assert "--sdpa" not in command("sdxl-lora", xformers=True)
    assert "--xformers" not in command("sdxl-lora", "sdpa=true", xformers=True)
    neither = command("sdxl-lora", "sdpa=false", "xformers=false", xformers=True)
    assert not {"--sdpa", "--xformers"} & set(neither)


def test_masked_loss_where_there_are_masks() -> None:
    assert "--masked_loss" not in command("sdxl-lora")
    assert "--masked_loss" in command("sdxl-lora", masked=True)
    assert "--masked_loss" not in command("sdxl-lora", "masked_loss=false", masked=True)
    assert "--masked_loss" in command("sdxl-lora", "masked_loss=true")


def test_without_prompts_nothing_is_said_of_samples() -> None:
    words = command("sdxl-lora", paths=RunPaths(Path("/p/set.toml"), Path("/p/model"), Path("/p/log"), None))
    assert not [word for word in words if "sample" in word]


def test_steps_count_where_they_are_set_and_epochs_are_not() -> None:
    assert value(command("sdxl-lora"), "--max_train_epochs") == "3"
    words = command("sdxl-lora", "max_train_steps=500")
    assert value(words, "--max_train_steps") == "500"
    assert "--max_train_epochs" not in words
    words = command("sdxl-lora", "max_train_steps=500", "max_train_epochs=2")
    assert value(words, "--max_train_epochs") == "2"
    assert "--max_train_steps" not in words


def test_several_gpus() -> None:
    words = command("sdxl-lora", "num_processes=2")
    assert value(words, "--num_processes") == "2"
    assert "--multi_gpu" in words
    assert "--multi_gpu" not in command("sdxl-lora")


def test_a_rehearsal_runs_with_sdtui_s_own_python() -> None:
    words = build(parse_settings("rehearsal"), None, PATHS).words
    assert words[0] == sys.executable
    assert words[words.index("sdtui.rehearsal") - 1] == "-m"
    assert not {"--sdpa", "--xformers", "--network_module"} & set(words)


def test_a_script_that_this_version_lacks() -> None:
    with pytest.raises(TrainerError, match=r"There is no script sdxl_train\.py"):
        build(parse_settings("sdxl-finetune"), install(scripts=("train_network.py",)), PATHS)


@pytest.mark.parametrize(
    ("profile", "texts", "says"),
    [
        ("sdxl-lora", ["cache_text_encoder_outputs=true"], "network_train_unet_only=true"),
        ("sdxl-finetune", ["mixed_precision=fp16"], "full_bf16 needs"),
        ("sdxl-finetune", ["train_text_encoder=true"], "cannot be trained"),
        ("sdxl-finetune", ["noise_offset="], "adaptive_noise_scale needs a noise_offset"),
        ("sd15-lora", ["lr_warmup_steps=100"], "constant_with_warmup"),
        ("sd15-lora", ["lr_warmup_steps=5%"], "constant_with_warmup"),
        ("sdxl-lora", ["optimizer_args=a=F,b=F"], "name=value, separated by spaces"),
        ("sdxl-lora", ["optimizer_args=relative_step"], "name=value, separated by spaces"),
        ("sdxl-lora", ["optimizer_args=relative_step=false"], "relative_step=False"),
        ("sd15-lora", ["full_fp16=true", "mixed_precision=bf16"], "full_fp16 needs"),
        ("sdxl-finetune", ["persistent_data_loader_workers=true"], "1 or more"),
        ("sdxl-finetune", ["weighted_captions=true"], "does not go with cache_text_encoder_outputs"),
        (
            "sdxl-finetune",
            ["cache_text_encoder_outputs=false", "train_text_encoder=true"],
            "cannot be trained",
        ),
        ("sd15-lora", ["fused_backward_pass=true"], "needs the optimizer Adafactor"),
        ("sdxl-lora", ["fused_backward_pass=true", "gradient_accumulation_steps=2"], "accumulation"),
        ("sdxl-lora", ["scale_v_pred_loss_like_noise_pred=true"], "needs v_parameterization"),
        ("sdxl-lora", ["fp8_base=true", "mixed_precision=no"], "fp8_base needs"),
        ("sdxl-lora", ["fp8_base=true", "mixed_precision="], "fp8_base needs"),
        ("sdxl-lora", ["fp8_base_unet=true", "mixed_precision="], "fp8_base_unet needs"),
        ("sdxl-finetune", ["mixed_precision="], "full_bf16 needs mixed_precision=bf16"),
        ("sdxl-finetune", ["mixed_precision=no"], "full_bf16 needs mixed_precision=bf16"),
        ("sdxl-finetune", ["full_bf16=false", "full_fp16=true", "mixed_precision="], "full_fp16 needs"),
        ("sdxl-lora", ["full_bf16=true", "mixed_precision="], "full_bf16 needs"),
        ("sdxl-finetune", ["v2=true"], "v2 is for models of SD 2"),
        ("sdxl-finetune", ["block_lr=1e-5,1e-5"], "block_lr needs 23 rates"),
        (
            "sd15-lora",
            ["network_train_unet_only=true", "network_train_text_encoder_only=true"],
            "Nothing would be left",
        ),
        ("sd15-lora", ["network_args=conv_dim"], "network_args cannot hold 'conv_dim'"),
        ("sd15-lora", ["use_8bit_adam=true"], "Set optimizer_type=AdamW8bit"),
        ("sd15-lora", ["use_lion_optimizer=true"], "Set optimizer_type=Lion"),
        ("sd15-lora", ["optimizer_type=", "use_lion_optimizer=true", "use_8bit_adam=true"], "Set one of them to false"),
        ("sd15-lora", ["lr_scheduler=adafactor:1e-4"], "The scheduler adafactor needs the optimizer Adafactor"),
        (
            "sdxl-lora",
            ["lr_scheduler=adafactor:1e-4", "lr_warmup_steps=10"],
            "The scheduler adafactor takes no warm-up",
        ),
        (
            "sdxl-lora",
            ["lr_scheduler_type=CosineAnnealingLR", "lr_scheduler_args=T_max=10", "lr_warmup_steps=10"],
            "CosineAnnealingLR takes no",
        ),
        ("sdxl-lora", ["lr_scheduler_type=CosineAnnealingLR"], "CosineAnnealingLR needs T_max"),
        ("sdxl-lora", ["script=sdxl_train.py"], "sdxl_train.py has no argument network_"),
        ("sdxl-lora", ["optimizer_args=", "lr_warmup_steps=10"], "Adafactor with relative_step"),
        ("sdxl-lora", ["optimizer_args=relative_step=False warmup_init=True", "lr_warmup_steps=5%"], "relative_step"),
        ("sdxl-lora", ["optimizer_args=betas=high"], "must be one of Python"),
        ("sdxl-lora", ["lr_scheduler_args=T_max="], "must be one of Python"),
    ],
)
def test_settings_that_the_trainer_refuses_are_refused_first(profile: str, texts: list[str], says: str) -> None:
    with pytest.raises(UsageError) as error:
        command(profile, *texts)
    assert says in error.value.sentence()


def test_a_dataset_of_metadata_files_needs_cached_latents_in_a_full_fine_tune() -> None:
    settings = parse_settings("sdxl-finetune", ["cache_latents=false", "cache_latents_to_disk=false"])
    assert build(settings, install(), PATHS, facts=DatasetFacts(kinds=frozenset({"dreambooth"})))
    with pytest.raises(UsageError, match="needs cached latents"):
        build(settings, install(), PATHS, facts=DatasetFacts(kinds=frozenset({"finetuning"})))


@pytest.mark.parametrize(
    ("profile", "texts"),
    [
        ("sdxl-lora", ["lr_warmup_steps=10"]),
        ("sdxl-lora", ["xformers=true", "sdpa=true"]),
        ("sdxl-lora", ["lr_warmup_steps=1e-3"]),
        ("sd15-lora", ["lr_warmup_steps=0.0%"]),
        ("sd15-lora", ["optimizer_type=AdamWScheduleFree", "lr_warmup_steps=10"]),
        ("sd15-lora", ["optimizer_type=", "use_8bit_adam=true"]),
        ("sd15-lora", ["optimizer_args=betas=0.9,0.99 weight_decay=0.1"]),
        ("sd15-lora", ["network_args=conv_dim=4 preset=a=b"]),
        ("sd15-lora", ["full_fp16=true"]),
        ("sd15-lora", ["full_fp16=true", "full_bf16=true"]),
        ("sd15-lora", ["mixed_precision="]),
        ("sd15-lora", ["v2=true"]),
        ("sdxl-finetune", ["block_lr=" + ",".join(["1e-5"] * 23)]),
        ("sdxl-finetune", ["fp8_base=true", "full_bf16=false", "mixed_precision=no"]),
    ],
)
def test_settings_that_the_trainer_takes_are_not_refused(profile: str, texts: list[str]) -> None:
    assert command(profile, *texts)


HARD = "/m/my model's $HOME `x` \\ ü.safetensors"


@pytest.mark.parametrize("way", ["shell", "script"])
def test_the_text_runs_as_the_same_words_in_a_real_shell(way: str, tmp_path: Path) -> None:
    code = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), os.environ['EXTRA']]))"
    words = (sys.executable, "-c", code, "--name", HARD, "--flag", "--optimizer_args", "a=1", "b=2")
    env = {"EXTRA": "two words"}
    cwd = str(tmp_path / "a folder")
    Path(cwd).mkdir()
    make = shell_text if way == "shell" else train_script
    file = tmp_path / "train.sh"
    file.write_text(make(words, cwd=cwd, env=env), "utf-8")
    result = subprocess.run(["bash", str(file)], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == [list(words[3:]), cwd, "two words"]


def test_the_shell_text_has_one_argument_a_line() -> None:
    lines = shell_text(command("sdxl-lora")).split(" \\\n  ")
    assert "--sdpa" in lines
    assert "--optimizer_args scale_parameter=False relative_step=False warmup_init=False" in lines
    assert "/k/sd-scripts/sdxl_train_network.py" in lines
    assert max(map(len, lines)) < 100
