"""``sdtui settings``, as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toml

from tests.conftest import Cli
from tests.dataset.making import image

WRITTEN = """
[model]
pretrained_model_name_or_path = "{model}"
[training]
network_dim = 8
learning_rate = 2e-4
text_encoder_lr = 5e-5
lr_scheduler = "cosine"
lr_warmup_steps = 0.1
max_train_epochs = 2
gradient_checkpointing = true
optimizer_args = ["weight_decay=0.1"]
train_data_dir = "/elsewhere"
no_such_thing = 3
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    image(tmp_path / "data" / "10_cat" / "a.png")
    return tmp_path / "data"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    model = tmp_path / "sd15.safetensors"
    model.touch()
    path = tmp_path / "theirs.toml"
    path.write_text(WRITTEN.format(model=model))
    return path


@pytest.fixture
def trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like sd-scripts, with a Python that answers as one."""
    folder = tmp_path / "sd-scripts"
    (folder / "library").mkdir(parents=True)
    for name in ("library/train_util.py", "train_network.py", "sdxl_train_network.py"):
        (folder / name).touch()
    facts = dict.fromkeys(("accelerate", "torch", "transformers"), "4.0") | {"python": "3.10"}
    facts |= {"diffusers": None, "xformers": None, "bitsandbytes": None}
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho '{json.dumps(facts).replace('None', 'null')}'\n")
    python.chmod(0o755)
    monkeypatch.setenv("SD_SCRIPTS", str(folder))
    return folder


def test_settings_are_shown_and_what_has_no_place_is_listed(inside: Cli, written: Path) -> None:
    result = inside("settings", "import", written)
    assert result.returncode == 0, result.stderr
    assert "sd-scripts --config_file: 9 settings for train_network.py" in result.stdout
    assert "  network_dim=8\n" in result.stdout and "2 settings have no place here:" in result.stdout
    assert "no_such_thing=3\n      train_network.py has no such argument." in result.stdout
    assert "train_data_dir=/elsewhere" in result.stdout


def test_the_document_has_every_part(inside: Cli, written: Path) -> None:
    document = json.loads(inside("settings", "import", written, "--json").stdout)
    assert document.keys() == {"kind", "script", "profile", "settings", "taken", "left", "notes"}
    assert document["profile"] == "sd15-lora" and document["settings"]["learning_rate"] == "0.0002"
    assert [one["key"] for one in document["left"]] == ["train_data_dir", "no_such_thing"]


def test_a_project_takes_them_over_and_writes_them_for_the_trainer(
    inside: Cli, root: Path, written: Path, trainer: Path, tmp_path: Path
) -> None:
    assert inside("settings", "import", written, "--into", root).returncode == 0
    output = tmp_path / "out" / "ours.toml"
    result = inside("settings", "export", root, "--output", output, "--yes")
    assert result.returncode == 0, result.stderr
    assert f"--config_file {output}" in result.stdout
    values = {key: value for section in toml.load(output).values() for key, value in section.items()}
    assert values["network_dim"] == 8 and values["text_encoder_lr"] == [5e-5] and values["lr_warmup_steps"] == 0.1
    assert values["optimizer_args"] == ["weight_decay=0.1"] and values["gradient_checkpointing"] is True
    assert values["sdpa"] is True and "cache_latents" not in values
    dataset = toml.load(values["dataset_config"])
    assert dataset["datasets"][0]["subsets"][0]["num_repeats"] == 10
    again = inside("settings", "export", root, "--output", output, "--json", "--yes")
    assert json.loads(again.stdout)["changes"] == []


def test_a_file_of_others_is_replaced_only_when_that_is_agreed_to(
    inside: Cli, root: Path, written: Path, trainer: Path, tmp_path: Path
) -> None:
    inside("settings", "import", written, "--into", root)
    output = tmp_path / "kept.toml"
    output.write_text("mine = 1\n")
    assert inside("settings", "export", root, "--output", output).returncode == 3
    assert output.read_text() == "mine = 1\n"
    dry = inside("settings", "export", root, "--output", output, "--dry-run", "--set", "network_dim=64")
    assert dry.returncode == 0 and "network_dim = 64" in dry.stdout
    assert output.read_text() == "mine = 1\n" and not (tmp_path / "kept-inputs").exists()


def test_a_secret_is_not_written(inside: Cli, root: Path, written: Path, trainer: Path, tmp_path: Path) -> None:
    inside("settings", "import", written, "--into", root)
    output = tmp_path / "ours.toml"
    result = inside("settings", "export", root, "--output", output, "--set", "wandb_api_key=abc123", "--yes")
    assert result.returncode == 0 and "wandb_api_key is a secret and was left out" in result.stderr
    assert "abc123" not in output.read_text() + result.stdout + result.stderr


@pytest.mark.parametrize(("name", "text"), [("a.json", "{"), ("a.toml", "[["), ("a.txt", ""), ("none.toml", None)])
def test_what_is_no_settings_file_is_refused(inside: Cli, tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    result = inside("settings", "import", tmp_path / name)
    assert result.returncode in (2, 3) and "Traceback" not in result.stderr and name in result.stderr
