"""What the real sd-scripts makes of hard images: run with the trainer's own Python, from the root of this project.

    PYTHONPATH=. PYTHON tests/images/data/make_trainer_images.py SD_SCRIPTS > tests/images/data/trainer_images.json

For each file of ``tests/images/hard.py``: whether ``glob_images`` lists it, the size by ``get_image_size`` (asked as
imagesize 1.4.1, which sd-scripts pins, answers), whether ``load_image`` opens it, a hash of its pixels where no decoder
with loss stands in between, and for each of ``DATASETS`` what ends a dataset of this image alone, made and read through
as train_network.py does it without a cache.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.images.hard import write_hard

DATASETS: dict[str, dict[str, Any]] = {
    "buckets": {"resolution": [64, 64], "enable_bucket": True, "min_bucket_reso": 64, "max_bucket_reso": 128},
    "no_upscale": {"resolution": [512, 512], "enable_bucket": True, "bucket_no_upscale": True},
    "off": {"resolution": [96, 64]},
}

LOSSLESS = {".png", ".PNG", ".bmp"}
NOT_THE_SAME = {"jpeg_called.png", "palette.png", "palette_transparent.png"}
"""Their pixels depend on the version of Pillow that makes the files."""


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    answers = os.dup(1)
    os.dup2(2, 1)
    import imagesize
    from library import strategy_base, train_util

    logging.disable(logging.CRITICAL)
    if "exif_rotation" in inspect.signature(imagesize.get).parameters:
        imagesize.get = functools.partial(imagesize.get, exif_rotation=False)
    strategy_base.TokenizeStrategy.set_strategy(_no_tokens(strategy_base.TokenizeStrategy))
    found = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "images")
        write_hard(folder)
        listed = {Path(path).name for path in train_util.glob_images(str(folder))}
        for path in sorted(folder.iterdir()):
            found[path.name] = {"listed": path.name in listed}
            if path.name in listed:
                found[path.name] |= _read(train_util, path) | {"ends": _ends(path, Path(place, "alone"))}
    lines = (f" {json.dumps(name)}: {json.dumps(verdict)}" for name, verdict in found.items())
    os.write(answers, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def _read(train_util: Any, path: Path) -> dict[str, Any]:
    size = [int(side) for side in train_util.BaseDataset.get_image_size(None, str(path))]
    try:
        pixels = train_util.load_image(str(path))
    except Exception as error:
        return {"size": size, "opens": False, "error": type(error).__name__}
    known = path.suffix in LOSSLESS and path.name not in NOT_THE_SAME and pixels.size < 1_000_000
    return {"size": size, "opens": True, "pixels": hashlib.sha256(pixels.tobytes()).hexdigest() if known else None}


def _ends(path: Path, folder: Path) -> dict[str, str | None]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if path.is_symlink() or path.is_dir():
        (folder / path.name).symlink_to(path)
    else:
        shutil.copy(path, folder)
    return {name: _end(folder, dataset) for name, dataset in DATASETS.items()}


def _end(folder: Path, dataset: dict[str, Any]) -> str | None:
    import train_network
    from library import config_util

    arguments = train_network.setup_parser().parse_args([])
    sanitizer = config_util.ConfigSanitizer(True, True, False, True)
    config = {"datasets": [{**dataset, "subsets": [{"image_dir": str(folder), "class_tokens": "x"}]}]}
    try:
        blueprint = config_util.BlueprintGenerator(sanitizer).generate(config, arguments)
        group, _ = config_util.generate_dataset_group_by_blueprint(blueprint.dataset_group)
        group.set_current_strategies()
        group.set_current_epoch(1)
        for number in range(len(group)):
            group[number]
    except Exception as error:
        return type(error).__name__
    return None


def _no_tokens(base: Any) -> Any:
    import torch

    class NoTokens(base):
        def __init__(self) -> None:
            pass

        def tokenize(self, text: Any) -> list[Any]:
            return [torch.zeros(1, 77, dtype=torch.long)]

    return NoTokens()


main()
