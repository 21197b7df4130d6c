"""Every script of the real sd-scripts that can be rehearsed, where ``SD_SCRIPTS`` names a checkout."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.paths import cache_dir
from sdtui.tokens.vocabulary import vocabulary_path
from tests.trainer import real

pytestmark = [pytest.mark.slow, real.needs_sd_scripts]

DOOR = Path(__file__).parent.parent.parent / "sdtui" / "rehearsal" / "shrunken" / "run.py"
EMBEDDING = ("--token_string", "zyxwvut", "--init_word", "cat")
LORA = ("--network_module", "networks.lora", "--network_dim", "4", "--cache_latents_to_disk")
SCRIPTS = {
    "train_network.py": ("sd", "images", *LORA, "--validation_split", "0.3"),
    "train_db.py": ("sd", "images", "--cache_latents"),
    "fine_tune.py": ("sd", "metadata", "--cache_latents", "--train_text_encoder"),
    "train_textual_inversion.py": ("sd", "images", *EMBEDDING),
    "train_control_net.py": ("sd", "controlled"),
    "sdxl_train.py": ("sdxl", "metadata", "--cache_latents_to_disk", "--cache_text_encoder_outputs_to_disk"),
    "sdxl_train_network.py": ("sdxl", "images", *LORA),
    "sdxl_train_control_net.py": ("sdxl", "controlled", "--cache_latents"),
    "sdxl_train_control_net_lllite.py": ("sdxl", "controlled", "--network_dim", "8", "--cond_emb_dim", "8"),
}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the first script that needs them."""
    return tmp_path_factory.mktemp("models")


def configs(folder: Path) -> dict[str, Path]:
    """The same six images as each kind of dataset."""
    images, masks = folder / "images", folder / "masks"
    for part in (images, masks):
        part.mkdir(parents=True)
    entries = {}
    for number in range(6):
        size = (300 + 20 * number, 280)
        Image.new("RGB", size, (number * 40, 10, 90)).save(images / f"{number}.png")
        (images / f"{number}.txt").write_text(f"a square, number {number}")
        Image.new("L", size, 128).save(masks / f"{number}.png")
        entries[str(images / f"{number}.png")] = {"caption": f"a square, number {number}", "image_size": size}
    (folder / "metadata.json").write_text(json.dumps(entries))
    subsets = {
        "images": f'image_dir = "{images}"\ncaption_extension = ".txt"\ncache_info = true',
        "metadata": f'metadata_file = "{folder / "metadata.json"}"\nimage_dir = "{images}"',
        "controlled": f'image_dir = "{images}"\ncaption_extension = ".txt"\nconditioning_data_dir = "{masks}"',
    }
    for kind, subset in subsets.items():
        head = "[[datasets]]\nresolution = 256\nenable_bucket = true\nbatch_size = 2\n"
        (folder / f"{kind}.toml").write_text(f"{head}[[datasets.subsets]]\n{subset}\n")
    return {kind: folder / f"{kind}.toml" for kind in subsets}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_trains_two_steps_and_leaves_the_dataset_alone(script: str, models: Path, tmp_path: Path) -> None:
    kind, dataset, *more = SCRIPTS[script]
    config = configs(tmp_path / "data")[dataset]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*")}
    trainer = real.install()
    own = {"kind": kind, "models": models, "vocabulary": vocabulary_path(), "scratch": tmp_path / "scratch"}
    own["report"] = tmp_path / "report.json"
    words = [
        *(str(trainer.python), "-m", "accelerate.commands.launch", "--num_processes", "1", "--num_machines", "1"),
        *("--dynamo_backend", "no", "--mixed_precision", "no", "--num_cpu_threads_per_process", "1", str(DOOR)),
        *(str(word) for key, value in own.items() for word in (f"--{key}", value)),
        *("--", str(trainer.folder / script), "--pretrained_model_name_or_path", "/models/base.safetensors"),
        *("--dataset_config", str(config), "--output_dir", "/nowhere", "--output_name", "tiny", "--sdpa"),
        *("--max_train_epochs", "3", "--save_every_n_epochs", "1", "--save_state", "--learning_rate", "1e-4"),
        *("--logging_dir", "/nowhere", "--max_data_loader_n_workers", "1", "--vae", "/models/vae.pt", *more),
    ]
    (tmp_path / "scratch").mkdir()
    environment = {**os.environ, **real.environment(), "OMP_WAIT_POLICY": "PASSIVE", "XDG_CACHE_HOME": str(cache_dir())}
    with (tmp_path / "console.log").open("wb") as console:
        arguments = {"stdin": subprocess.PIPE, "stdout": console, "stderr": console}
        with subprocess.Popen(words, cwd=trainer.folder, env=environment, **arguments) as process:  # type: ignore[call-overload]
            status = process.wait()
    said = (tmp_path / "console.log").read_text("utf-8", errors="replace")
    assert status == 0, said[-3000:]
    assert "model saved." in said and "2/2" in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["stage"], report["left_out"]) == ("ready", {"vae": "/models/vae.pt"})
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*")} == before
