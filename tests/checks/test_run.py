"""What would stop a run or make it another one than was meant, found before it starts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.settings import UserSettings
from sdtui.base.work import WorkCancelled, finish
from sdtui.checks import outputs
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.run import run_findings
from sdtui.dataset.scan import open_project
from sdtui.machine.gpu import Gpu
from sdtui.trainer.location import TrainerInstall
from sdtui.trainer.profiles import parse_settings
from tests.weights import SD1, SDXL, write_weights

FACTS = {"python": "3.11.9", "accelerate": "1.6.0", "torch": "2.7.0", "transformers": "4.54.1"}
CARD = Gpu(0, "RTX 4090", 0, 400 << 20, 24 << 30, 40, 20.0, 450.0)

Check = Callable[..., dict[str, Finding]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``cats``: 2 images with captions, 10 repeats."""
    root = tmp_path / "cats"
    (root / "10_cat").mkdir(parents=True)
    for name in "ab":
        Image.new("RGB", (512, 512)).save(root / "10_cat" / f"{name}.png")
        (root / "10_cat" / f"{name}.txt").write_text("a cat")
    return root


@pytest.fixture
def install(tmp_path: Path) -> TrainerInstall:
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    facts = {**FACTS, "xformers": None, "bitsandbytes": None, "prodigyopt": "1.1"}
    python.write_text(f"#!/bin/sh\necho '{json.dumps(facts)}'\n")
    python.chmod(0o755)
    scripts = tmp_path / "sd-scripts"
    (scripts / "networks").mkdir(parents=True)
    (scripts / "networks" / "lora.py").touch()
    return TrainerInstall(
        folder=scripts,
        python=python,
        accelerate="1.6.0",
        scripts=("sdxl_train.py", "sdxl_train_network.py", "train_network.py"),
        commit=None,
        transformers_version="4.54.1",
        has_xformers=False,
        torch_version="2.7.0+cu128",
    )


@pytest.fixture
def check(folder: Path, install: TrainerInstall, tmp_path: Path) -> Check:
    """``check("sdxl-lora", "key=value")``: the findings by code."""
    sd1 = write_weights(tmp_path / "models" / "sd1.safetensors", SD1)
    sdxl = write_weights(tmp_path / "models" / "sdxl.safetensors", SDXL)

    def look(
        profile: str,
        *texts: str,
        project: Path = folder,
        trainer: TrainerInstall | None = install,
        cards: tuple[Gpu, ...] = (CARD,),
    ) -> dict[str, Finding]:
        base = sd1 if profile.startswith("sd15") else sdxl
        based = [] if profile == "rehearsal" else [f"pretrained_model_name_or_path={base}"]
        settings = parse_settings(profile, [*based, "sample_every_n_steps=", *texts])
        if profile == "sd15-lora" and not any(text.startswith("sample_every_n_epochs") for text in texts):
            settings = settings.with_text("sample_every_n_epochs", "")
        work = run_findings(open_project(project), settings, trainer, user=UserSettings(), read_gpus=lambda: cards)
        return {finding.code: finding for finding in finish(work)}

    return look


@pytest.mark.parametrize("profile", ["sd15-lora", "sdxl-lora"])
def test_nothing_is_found_where_nothing_is_wrong(profile: str, check: Check) -> None:
    assert check(profile) == {}


def test_what_the_trainer_refuses_is_an_error_with_its_remedy(check: Check) -> None:
    found = check("sd15-lora", "full_bf16=true", "optimizer_args=a=F,b=F", "lr_warmup_steps=10", "network_args=rank=4")
    refused = {code for code, finding in found.items() if finding.severity is Severity.ERROR}
    assert refused == {"full-precision", "optimizer-args-form", "needless-warm-up"}
    assert found["full-precision"].message == "full_bf16 needs mixed_precision=bf16."
    assert found["full-precision"].fix == "Set mixed_precision=bf16, or full_bf16=false."
    assert found["network-option-unknown"].severity is Severity.WARNING


def test_what_the_dataset_does_counts_too(check: Check, folder: Path) -> None:
    config = folder.parent / "set.toml"
    subset = f'[[datasets.subsets]]\nimage_dir = "{folder / "10_cat"}"\nshuffle_caption = true\n'
    config.write_text(f'[[datasets]]\nresolution = 512\ncaption_extension = ".txt"\n{subset}')
    cached = ("cache_text_encoder_outputs=true", "network_train_unet_only=true")
    assert "shuffle_caption" in check("sdxl-lora", *cached, project=config)["cached-but-changed"].message
    assert check("sdxl-lora", *cached) == {}


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["optimizer_type=Lion"], "missing-lion-pytorch"),
        (["optimizer_type=AdamW8bit"], "missing-bitsandbytes"),
        (["xformers=true"], "missing-xformers"),
        (["log_with=wandb"], "missing-wandb"),
        (["network_module=networks.nothing"], "missing-network-module"),
        (["network_module=lycoris.kohya"], "missing-lycoris-lora"),
        (["script=sdxl_train_textual_inversion.py"], "missing-script"),
        (["vae=/nowhere/vae.safetensors"], "missing-weights"),
        (["pretrained_model_name_or_path="], "missing-base-model"),
        (["pretrained_model_name_or_path=/nowhere.safetensors"], "missing-base-model"),
        (["sample_every_n_epochs=1", "sample_prompts=/nowhere.txt"], "missing-prompts"),
    ],
)
def test_what_this_machine_lacks_is_called_missing(texts: list[str], code: str, check: Check) -> None:
    assert check("sdxl-lora", *texts)[code].severity is Severity.ERROR


def test_a_package_that_is_there_is_not_missed(check: Check) -> None:
    assert check("sdxl-lora", "optimizer_type=Prodigy", "optimizer_args=", "learning_rate=1") == {}


def test_without_sd_scripts(check: Check) -> None:
    assert check("sdxl-lora", trainer=None)["missing-trainer"].severity is Severity.ERROR
    assert "missing-trainer" not in check("rehearsal", trainer=None)


def test_what_a_large_model_consists_of_must_be_named(check: Check, tmp_path: Path) -> None:
    finding = check("sd15-lora", "script=flux_train_network.py", "clip_l=/nowhere.safetensors")["model-part-unset"]
    assert finding.message == "flux_train_network.py loads t5xxl, ae too, and nothing is set for it."
    chroma = check("sd15-lora", "script=flux_train_network.py", "model_type=chroma")["model-part-unset"]
    assert "clip_l" not in chroma.message
    assert "qwen3" in check("sd15-lora", "script=anima_train_network.py")["model-part-unset"].message
    assert "model-part-unset" not in check("sd15-lora")


def test_a_base_model_of_another_kind(check: Check, tmp_path: Path) -> None:
    models = tmp_path / "models"
    assert (
        "a model of SD 1"
        in check("sdxl-lora", f"pretrained_model_name_or_path={models / 'sd1.safetensors'}")["base-model-kind"].message
    )
    lora = write_weights(models / "lora.safetensors", {"lora_unet_a.lora_down.weight": (4, 320)})
    assert "a LoRA" in check("sdxl-lora", f"pretrained_model_name_or_path={lora}")["base-model-kind"].message
    assert check("sd15-lora", "v2=true")["base-model-v2"].fix == "Set v2=false."
    nine = {**SD1, "model.diffusion_model.input_blocks.0.0.weight": (320, 9, 3, 3)}
    inpainting = write_weights(models / "nine.safetensors", nine)
    assert "base-model-inpainting" in check("sd15-lora", f"pretrained_model_name_or_path={inpainting}")
    cut = write_weights(models / "cut.safetensors", SD1, end=-100)
    assert "cut off" in check("sd15-lora", f"pretrained_model_name_or_path={cut}")["base-model-unreadable"].message
    (models / "flux" / "unet").mkdir(parents=True)
    (models / "flux" / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    assert "base-model-kind" in check("sd15-lora", f"pretrained_model_name_or_path={models / 'flux'}")


def test_names_that_are_taken(check: Check, folder: Path) -> None:
    (folder / "model").mkdir()
    (folder / "model" / "mine-000002.safetensors").touch()
    assert check("sdxl-lora") == {}
    found = check("sdxl-lora", "output_name=mine")["output-overwritten"]
    assert (found.severity, found.files) == (Severity.WARNING, (folder / "model" / "mine-000002.safetensors",))


def test_folders_that_cannot_be_written(check: Check, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "model").write_text("a file")
    assert "is no folder" in check("sdxl-lora")["output-unwritable"].message
    (folder / "model").unlink()
    locked = folder.parent / "locked"
    locked.mkdir()
    allowed = os.access
    monkeypatch.setattr(outputs.os, "access", lambda path, mode: Path(path) != locked and allowed(path, mode))
    found = check("sdxl-lora", f"logging_dir={locked / 'deeper' / 'log'}")["output-unwritable"]
    assert str(locked) in found.message
    assert found.message.startswith("logging_dir")


def test_room_for_the_checkpoints(check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = write_weights(tmp_path / "models" / "large.safetensors", SDXL, size=6_940_000_000)
    full = ("script=sdxl_train.py", *(f"{key}=" for key in ("network_dim", "network_alpha", "network_train_unet_only")))
    full += ("unet_lr=", "text_encoder_lr=", f"pretrained_model_name_or_path={large}")
    free = 30_000_000_000
    monkeypatch.setattr(outputs, "free_space", lambda folder: free)
    assert "disk-too-small" not in check("sdxl-lora", *full)  # 3 files of 6.94 GB
    found = check("sdxl-lora", *full, "max_train_epochs=6")["disk-too-small"]
    assert found.severity is Severity.ERROR
    assert "6 files of 6.94 GB, 41.6 GB in all, and 30 GB are free" in found.message
    assert "disk-too-small" not in check("sdxl-lora", *full, "max_train_epochs=6", "save_last_n_epochs=1")
    monkeypatch.setattr(outputs, "kind_of", lambda folder: "vfat")
    assert "file-too-large" in check("sdxl-lora", *full)


def test_cards_that_are_held_or_too_few(check: Check) -> None:
    held = Gpu(0, "RTX 4090", 99, 9 << 30, 24 << 30, 70, 300.0, 450.0)
    assert "9.66 GB of its 25.8 GB" in check("sdxl-lora", cards=(held,))["gpu-memory-held"].message
    found = check("sdxl-lora", "num_processes=2")["missing-gpu"]
    assert (found.severity, found.fix) == (Severity.ERROR, "Set num_processes=1.")
    assert check("sdxl-lora", cards=())["missing-gpu"].severity is Severity.WARNING
    unknown = Gpu(0, None, None, None, None, None, None, None)
    assert check("sdxl-lora", cards=(unknown,)) == {}


def test_of_several_cards_those_count_that_were_chosen(check: Check) -> None:
    held = Gpu(1, "RTX 4090", 99, 9 << 30, 24 << 30, 70, 300.0, 450.0)
    assert check("sdxl-lora", "gpus=0", cards=(CARD, held)) == {}
    assert "Card 1" in check("sdxl-lora", "gpus=1", cards=(CARD, held))["gpu-memory-held"].message
    absent = check("sdxl-lora", "gpus=2", cards=(CARD, held))["missing-gpu"]
    assert absent.severity is Severity.ERROR
    assert "There is no card 2: this machine has 2 graphics cards" in absent.message


def test_half_precision_without_a_card(check: Check, install: TrainerInstall) -> None:
    from dataclasses import replace

    cpu = replace(install, torch_version="2.7.0+cpu")
    assert check("sd15-lora", trainer=cpu, cards=())["missing-gpu"].severity is Severity.ERROR
    assert check("sdxl-lora", trainer=cpu, cards=())["missing-gpu"].severity is Severity.INFO


def test_samples(check: Check, folder: Path) -> None:
    assert check("sdxl-lora", "sample_every_n_epochs=1")["samples-from-captions"].severity is Severity.INFO
    for caption in (folder / "10_cat").glob("*.txt"):
        caption.unlink()
    found = check("sdxl-lora", "sample_at_first=true")["samples-without-prompts"]
    assert (found.severity, "sample_at_first" in (found.why or "")) == (Severity.WARNING, True)
    prompts = folder / "prompts.txt"
    prompts.write_text("a cat --w 512 --am 3\n")
    assert "samples-never" in check("sdxl-lora", f"sample_prompts={prompts}")
    found = check("sdxl-lora", "sample_every_n_epochs=1", f"sample_prompts={prompts}")["prompt-unknown-flag"]
    assert (found.path, found.line) == (prompts, 1)


@pytest.mark.parametrize("path", ["x" * 5000, "~nosuchuser/x", "/etc/passwd/x"], ids=["long", "nobody", "in a file"])
@pytest.mark.parametrize(
    "key", ["pretrained_model_name_or_path", "vae", "output_dir", "logging_dir", "sample_prompts", "network_weights"]
)
def test_a_path_that_cannot_be_never_crashes(key: str, path: str, check: Check) -> None:
    check("sd15-lora", "sample_every_n_epochs=1", f"{key}={path}")


def test_what_nothing_else_finds_is_said_as_the_start_would(check: Check) -> None:
    assert check("sdxl-lora", "output_name=a/b")["run-refused"].severity is Severity.ERROR


def test_a_limit_of_75_is_left_out_and_that_is_said(check: Check) -> None:
    assert check("sdxl-lora", "max_token_length=75")["max-token-length"].severity is Severity.INFO
    assert check("sdxl-lora", "max_token_length=150") == {}


def test_it_can_be_given_up(folder: Path) -> None:
    work = run_findings(open_project(folder), parse_settings("sdxl-lora"), None, cancelled=lambda: True)
    with pytest.raises(WorkCancelled):
        finish(work)
