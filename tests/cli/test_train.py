"""``sdtui train`` as a user's script runs it, with a scripted trainer in the place of sd-scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from sdtui.runs import store
from tests.conftest import Cli

FACTS = {
    "python": "3.11", "accelerate": "1.6.0", "torch": "2.13.0", "transformers": "4.54.1", "xformers": None,
    "bitsandbytes": None, "diffusers": "0.32.1",
}  # fmt: skip

PYTHON = f"""#!/bin/sh
# Stands for the trainer's Python: says what is installed, and skips the launcher's own options.
if [ "$1" = "-I" ]; then echo '{json.dumps(FACTS)}'; exit 0; fi
while [ "${{1%.py}}" = "$1" ]; do shift; done
exec {sys.executable} "$@"
"""

TRAINER = """
import sys, toml
from pathlib import Path
words = dict(zip(sys.argv[1:], sys.argv[2:]))
config = toml.load(words["--dataset_config"])
images = sum(len(list(Path(one["image_dir"]).glob("*.png"))) for one in config["datasets"][0]["subsets"])
if words.get("--training_comment") == "fail":
    raise ValueError("the moon is wrong")
print("running training")
print(f"  num train images * repeats / x: {images}")
print("  total optimization steps / x: 2", flush=True)
print("epoch 1/1", flush=True)
for step in (1, 2):
    print(f"\\rsteps: 50%|#| {step}/2 [00:01<00:01, 2.0it/s, avr_loss=0.{step}]", end="", file=sys.stderr)
out = Path(words["--output_dir"])
out.mkdir(exist_ok=True)
print(f"\\nsaving checkpoint: {out / words['--output_name']}.safetensors")
(out / f"{words['--output_name']}.safetensors").write_bytes(b"x")
print("model saved.")
"""


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    images = tmp_path / "cats" / "2_cat"
    images.mkdir(parents=True)
    for number in range(3):
        Image.new("RGB", (64, 64), (number * 80, 0, 0)).save(images / f"{number}.png")
        (images / f"{number}.txt").write_text(f"cat {number}")
    return images.parent


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An sd-scripts folder with a Python of its own, and a base model."""
    folder = tmp_path / "sd-scripts"
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "train_util.py").touch()
    (folder / "train_network.py").write_text(TRAINER)
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    models = tmp_path / "models"
    models.mkdir()
    with (models / "base.safetensors").open("wb") as file:
        file.truncate(600_000_000)
    return {"SD_SCRIPTS": str(folder), "SD_MODELS_PATH": str(models)}


LORA = ("--profile", "sd15-lora", "--set", "pretrained_model_name_or_path=base.safetensors")


def tree(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def test_dry_run_shows_the_command_and_what_would_be_written(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    before = tree(dataset)
    result = sdtui("train", dataset, *LORA, "--set", "seed=7", "--dry-run", env=env)
    assert result.returncode == 0, result.stderr
    assert "  --seed 7 \\\n" in result.stdout
    assert "--optimizer_type AdamW" in result.stdout
    assert "write new" in result.stdout
    assert "num_repeats = 2" in result.stdout
    assert "18 steps, 6 an epoch" in result.stderr
    assert tree(dataset) == before


def test_dry_run_as_json_lists_every_setting_with_its_help(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    result = sdtui("train", dataset, *LORA, "--dry-run", "--json", env=env)
    document = json.loads(result.stdout)
    assert document["total_steps"] == 18
    assert document["command"][1:3] == ["-m", "accelerate.commands.launch"]
    settings = {one["key"]: one for one in document["settings"]}
    assert settings["max_train_epochs"]["value"] == "3"
    assert settings["train_batch_size"]["limits"] == "1 to 4096"
    assert "1e-4" in settings["learning_rate"]["help"]
    assert (settings["min_timestep"]["group"], settings["ddp_timeout"]["group"]) == ("Network", "Other")


def test_what_only_the_installed_script_knows_is_asked_of_it(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    folder = Path(env["SD_SCRIPTS"])
    python = folder / "venv" / "bin" / "python"
    base = getattr(sys, "_base_executable", sys.executable)
    python.write_text(PYTHON.replace("#!/bin/sh\n", f'#!/bin/sh\nif [ "$2" = "-B" ]; then exec {base} "$@"; fi\n'))
    (folder / "train_network.py").write_text(
        "import argparse\ndef setup_parser():\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--of_tomorrow', type=int)\n    return parser\n"
    )
    result = sdtui("train", dataset, *LORA, "--set", "of_tomorrow=x", "--dry-run", env=env)
    assert "Asking train_network.py of" in result.stderr
    assert result.stderr.endswith("of_tomorrow cannot be 'x'. It takes a whole number.\n")
    unknown = sdtui("train", dataset, *LORA, "--set", "of_never=1", "--dry-run", env=env)
    assert unknown.returncode == 2
    assert "has no setting called 'of_never'" in unknown.stderr
    older = sdtui("train", dataset, *LORA, "--set", "of_tomorrow=1", "--dry-run", env=env)
    assert "train_network.py has no argument" in older.stderr, "nor has it what the form says"


@pytest.mark.slow
def test_a_run_is_started_and_followed_to_its_end(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    result = sdtui("train", dataset, *LORA, "--follow", "--json", env=env)
    assert result.returncode == 0, result.stderr
    last = json.loads(result.stdout.splitlines()[-1])
    assert (last["state"], last["step"], last["avr_loss"]) == ("done", 2, 0.2)
    assert [Path(one["path"]).name for one in last["checkpoints"]] == ["cats.safetensors"]
    record = store.load(dataset / ".sdtui", last["id"])
    assert (record.profile, record.script, record.total_steps) == ("sd15-lora", "train_network.py", 18)
    assert str(dataset / "2_cat") in record.reads
    assert record.settings["seed"] == "12345"


def test_without_following_the_run_s_id_is_all_of_the_output(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    result = sdtui("train", dataset, *LORA, env=env)
    run_id = result.stdout.strip()
    assert result.returncode == 0, result.stderr
    assert store.load(dataset / ".sdtui", run_id).name == "cats"
    assert sdtui("runs", "follow", dataset, run_id, env=env).returncode == 0


@pytest.mark.slow
def test_a_run_that_fails_says_why_and_exits_with_3(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    result = sdtui("train", dataset, *LORA, "--set", "training_comment=fail", "--follow", env=env)
    assert result.returncode == 3
    assert "ValueError: the moon is wrong" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_files_of_an_earlier_run_are_not_overwritten_unasked(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    (dataset / "model").mkdir()
    (dataset / "model" / "best.safetensors").touch()
    named = (*LORA, "--set", "output_name=best", "--follow")
    refused = sdtui("train", dataset, *named, env=env)
    assert refused.returncode == 3
    assert "--yes" in refused.stderr
    assert not (dataset / ".sdtui" / "runs").exists()
    assert sdtui("train", dataset, *named, "--yes", env=env).returncode == 0
    assert (dataset / "model" / "best.safetensors").read_bytes() == b"x"


def test_the_script_trains_without_sdtui(sdtui: Cli, dataset: Path, env: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "train.sh"
    result = sdtui("train", dataset, *LORA, "--script", script, env=env)
    assert result.returncode == 0, result.stderr
    assert not (dataset / ".sdtui" / "runs").exists()
    subprocess.run(["bash", str(script)], check=True, capture_output=True, env={**os.environ})
    assert (dataset / "model" / "cats.safetensors").read_bytes() == b"x"
    again = sdtui("train", dataset, *LORA, "--set", "seed=2", "--script", script, env=env)
    assert again.returncode == 3
    assert "--seed 12345" in script.read_text()


def test_a_config_is_trained_with_as_it_is(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    config = dataset / "mine.toml"
    config.write_text(
        '[[datasets]]\nresolution = 64\n[[datasets.subsets]]\nimage_dir = "2_cat"\ncaption_extension = ".txt"\n'
    )
    result = sdtui("train", config, *LORA, "--set", "min_bucket_reso=64", "--follow", "--json", env=env)
    assert result.returncode == 0, result.stderr
    assert store.load(dataset / ".sdtui", json.loads(result.stdout.splitlines()[-1])["id"]).dataset_config == str(
        config
    )


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--profile", "sdxl"), 2, "no profile called 'sdxl'"),
        ((*LORA, "--set", "learnin_rate=1"), 2, "Did you mean learning_rate"),
        ((*LORA, "--set", "seed"), 2, "key=value"),
        (("--profile", "sd15-lora"), 2, "No base model is chosen"),
        (("--profile", "sd15-lora", "--set", "pretrained_model_name_or_path=bas.safetensors"), 2, "base.safetensors"),
        ((*LORA, "--set", "script=sdxl_train.py"), 3, "no script sdxl_train.py"),
    ],
)
def test_mistakes_are_sentences_and_start_nothing(
    sdtui: Cli, dataset: Path, env: dict[str, str], words: tuple[str, ...], status: int, says: str
) -> None:
    before = tree(dataset)
    result = sdtui("train", dataset, *words, env=env)
    assert result.returncode == status
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert tree(dataset) == before


def test_a_missing_trainer_and_a_folder_without_images(sdtui: Cli, dataset: Path, tmp_path: Path) -> None:
    missing = sdtui("train", dataset, *LORA, env={"SD_SCRIPTS": str(tmp_path)}, cwd=tmp_path)
    assert missing.returncode == 3
    assert "sd-scripts was not found" in missing.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    assert sdtui("train", empty, "--profile", "rehearsal").returncode == 3


def test_secrets_are_not_shown(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    words = (*LORA, "--set", "wandb_api_key=hush-hush-hush", "--dry-run")
    for shape in ((), ("--json",)):
        result = sdtui("train", dataset, *words, *shape, env=env)
        assert result.returncode == 0
        assert "hush" not in result.stdout + result.stderr


@pytest.mark.slow
def test_wsl_says_what_may_end_the_run_before_it_starts(dataset: Path, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "osrelease").write_text("5.15.90.1-microsoft-standard-WSL2\n")
    within_wsl = (
        "import pathlib, sys; from sdtui.machine import wsl; from sdtui.__main__ import main; "
        f"wsl.OSRELEASE = pathlib.Path({str(tmp_path / 'osrelease')!r}); main()"
    )
    command = [sys.executable, "-c", within_wsl, "train", str(dataset), *LORA, "--follow"]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, check=True)
    assert "Leave a window of it open until the run has ended" in result.stderr
    assert result.stderr.index("WSL shuts a distribution down") < result.stderr.index("has started")


@pytest.mark.slow
def test_a_place_to_start_in_that_is_not_there_is_said(sdtui: Cli, dataset: Path, env: dict[str, str]) -> None:
    bare = {**env, "PATH": str(dataset)}
    refused = sdtui("train", dataset, *LORA, "--in", "tmux", env=bare)
    assert refused.returncode == 2 and "tmux was not found" in refused.stderr
    result = sdtui("train", dataset, *LORA, "--in", "none", "--follow", env=bare)
    assert result.returncode == 0, result.stderr
