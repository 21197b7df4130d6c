"""A small dataset with everything that a rehearsal reads, and the rehearsal as the process that it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

COLOURS = ("red", "green", "blue", "gold", "purple", "white")


@dataclass(frozen=True)
class Small:
    """Twelve pictures: ``circle`` (4 repeats), ``star`` (masked, 2 repeats), ``shape`` (regularization)."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "dataset.toml"

    def arguments(self, output: Path, *more: object) -> list[str]:
        """What most runs here are started with."""
        words = ("--dataset_config", self.config, "--output_dir", output, "--output_name", "tiny", "--masked_loss",
                 "--train_batch_size", 4, "--seed", 7, "--sample_prompts", self.root / "prompt.txt", *more)  # fmt: skip
        return [str(word) for word in words]


def draw(path: Path, size: tuple[int, int], colour: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", size, "black")
    ImageDraw.Draw(picture).ellipse([20, 20, size[0] - 20, size[1] - 20], fill=colour)
    picture.save(path)


def make_small(root: Path) -> Small:
    for number, colour in enumerate(COLOURS):
        size = (128, 128) if number % 2 else (320, 128)
        draw(root / f"circle/{number}.png", size, colour)
        (root / f"circle/{number}.txt").write_text(f"a {colour} circle", "utf-8")
    for number in range(3):
        draw(root / f"star/{number}.webp", (128, 128), COLOURS[number])
        (root / f"star/{number}.txt").write_text("a star", "utf-8")
        draw(root / f"masks/{number}.png", (128, 128), "white")
        draw(root / f"shape/{number}.jpg", (128, 128), "gray")
    (root / "prompt.txt").write_text(
        "a red circle --w 128 --h 128 --d 5 --s 2\n# no prompt\na star --w 192 --h 128 --s 2 --l 1\n", "utf-8"
    )
    (root / "dataset.toml").write_text(
        f"""
[general]
enable_bucket = true
caption_extension = ".txt"

[[datasets]]
resolution = 128
min_bucket_reso = 64
max_bucket_reso = 256
[[datasets.subsets]]
image_dir = "{root}/circle"
num_repeats = 4
[[datasets.subsets]]
image_dir = "{root}/shape"
class_tokens = "shape"
is_reg = true

[[datasets]]
resolution = 128
min_bucket_reso = 64
max_bucket_reso = 256
batch_size = 3
[[datasets.subsets]]
image_dir = "{root}/star"
num_repeats = 2
conditioning_data_dir = "{root}/masks"
""",
        "utf-8",
    )
    return Small(root)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return make_small(tmp_path_factory.mktemp("small"))


Rehearse = Callable[..., "subprocess.CompletedProcess[bytes]"]
LAUNCHER = ("accelerate.commands.launch", "--num_processes", "1", "--num_machines", "1", "--dynamo_backend", "no",
            "--mixed_precision", "no", "--num_cpu_threads_per_process", "1", "-m", "sdtui.rehearsal")  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "400", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def rehearse(*words: str, launcher: bool = False) -> subprocess.CompletedProcess[bytes]:
    """Run it to its end; both streams in one, as a run's log file has them. Through accelerate, or straight."""
    module = LAUNCHER if launcher else ("sdtui.rehearsal",)
    return subprocess.run(
        [sys.executable, "-m", *module, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        timeout=240,
        check=False,
    )
