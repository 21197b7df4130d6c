"""What the rehearsal says, in the trainer's own words, so that whatever reads the trainer's console reads this too.

(train_network.py, train; library/train_util.py)
"""

from __future__ import annotations

import logging

from rich.console import Console
from rich.logging import RichHandler

from sdtui.dataset.project import Project

CACHING = "caching latents..."
NO_DATA = (
    "No data found. Please verify arguments (train_data_dir must be the parent of folders with images) / "
    "画像がありません。引数指定を確認してください"
)
SAVED = "model saved."


def set_up_logging() -> None:
    """Log messages on standard error, drawn by rich as the trainer's are."""
    handler = RichHandler(console=Console(stderr=True))
    logging.basicConfig(format="%(message)s", datefmt="%Y-%m-%d %H:%M:%S", level=logging.INFO, handlers=[handler])


def device(name: str) -> str:
    """The first line."""
    return f"accelerator device: {name}"


def override(epochs: int, steps: int) -> str:
    """``--max_train_epochs`` wins."""
    return f"override steps. steps for {epochs} epochs is / 指定エポックまでのステップ数: {steps}"


def header(project: Project, *, batches: int, epochs: int, accumulation: int, steps: int) -> str:
    """The block before the first epoch."""
    images = {False: 0, True: 0}
    for subset in project.subsets:
        images[subset.is_reg] += subset.num_repeats * subset.img_count
    sizes = ", ".join(str(options.batch_size) for options in project.datasets)
    return "\n".join(
        (
            "running training / 学習開始",
            f"  num train images * repeats / 学習画像の数×繰り返し回数: {images[False]}",
            "  num validation images * repeats / 学習画像の数×繰り返し回数: 0",
            f"  num reg images / 正則化画像の数: {images[True]}",
            f"  num batches per epoch / 1epochのバッチ数: {batches}",
            f"  num epochs / epoch数: {epochs}",
            f"  batch size per device / バッチサイズ: {sizes}",
            f"  gradient accumulation steps / 勾配を合計するステップ数 = {accumulation}",
            f"  total optimization steps / 学習ステップ数: {steps}",
        )
    )


def epoch(number: int, epochs: int) -> str:
    """Before each epoch, counted from 1."""
    return f"\nepoch {number}/{epochs}\n"


def saving(path: str) -> str:
    """Before a checkpoint is written."""
    return f"\nsaving checkpoint: {path}"


def sampling(step: int) -> str:
    """Before samples are drawn."""
    return f"generating sample images at step / サンプル画像生成 ステップ: {step}"
