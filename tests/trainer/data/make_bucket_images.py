"""Asks sd-scripts what it makes of each image: ``python make_bucket_images.py SD_SCRIPTS``, where that runs.

``bucket_images.json``: for each case of ``training_steps.json`` and each of its ``[[datasets]]``, every image with how
often it is used, its bucket, the size that it is scaled to, and left and top of what is cut out of that. The cutting is
the trainer's own (library/train_util.py, trim_and_resize_if_required), done to a picture of coordinates.

``crops.json``: pictures of coordinates that the trainer itself scaled and cut; the two numbers at each end are
coordinates of the picture as it was, at the middle of the first and the last pixel that is left.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import numpy as np  # noqa: E402 -- this script runs where the trainer runs, not in sdtui
from make_training_steps import answer, inputs, train_util  # noqa: E402

CROPS = 60


def described(dataset: Any) -> dict[str, Any]:
    """In place of what make_training_steps asks for."""
    inner = getattr(dataset, "dreambooth_dataset_delegate", dataset)
    images = [
        [key, info.num_repeats, *info.bucket_reso, *info.resized_size, *offset(info)]
        for key, info in inner.image_data.items()
        if info.num_repeats
    ]
    return {"kind": type(dataset).__name__, "images": sorted(images)}


def offset(info: Any) -> tuple[int, int]:
    """Left and top of what is cut out of the scaled picture."""
    (width, height), found = info.image_size, []
    for axis in (1, 0):
        picture = coordinates(width, height, axis)
        cut, _, _ = train_util.trim_and_resize_if_required(False, picture, info.bucket_reso, info.resized_size)
        found.append(int(cut[0, 0, 0]))
    return found[0], found[1]


def coordinates(width: int, height: int, axis: int) -> Any:
    """A picture of which each pixel holds its own place along ``axis`` (1 is from left to right)."""
    line = np.arange((height, width)[axis])
    return np.broadcast_to(line[None, :, None] if axis else line[:, None, None], (height, width, 3))


def images() -> list[Any]:
    import make_training_steps

    make_training_steps.described = described
    scaled = train_util.resize_image
    train_util.resize_image = lambda image, width, height, wide, high, how: coordinates(
        wide, high, int(image.strides[1] != 0)
    )
    rows = []
    for case in json.loads((HERE / "training_steps.json").read_text("utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            found = answer(case, Path(folder))
            os.chdir("/")
        rows.append(found["datasets"] if found else None)
    train_util.resize_image = scaled
    return rows


def crops() -> list[Any]:
    rnd = random.Random(5)
    rows = []
    for rules in inputs.bucket_rules()[:CROPS]:
        manager = (
            train_util.BucketManager(
                rules["no_upscale"], rules["resolution"], rules["minimum"], rules["maximum"], rules["steps"]
            )
            if sound(rules)
            else None
        )
        if manager is None:
            continue
        if not rules["no_upscale"]:
            manager.make_buckets()
        for _ in range(4):
            width, height = rnd.randint(200, 2200), rnd.randint(200, 2200)
            bucket, resized, _ = manager.select_bucket(width, height)
            how = "area" if resized[0] <= width and resized[1] <= height else "linear"
            ends = []
            for axis in (1, 0):
                picture = np.array(coordinates(width, height, axis), np.float32)
                cut, _, _ = train_util.trim_and_resize_if_required(False, picture, bucket, resized, how)
                ends.append([round(float(cut[at, at, 0]), 4) for at in (0, -1)])
            rows.append({**rules, "size": [width, height], "ends": ends})
    return rows


def sound(rules: dict[str, Any]) -> bool:
    """Whether the trainer would take them: not refused, and of whole steps."""
    width, height = rules["resolution"]
    whole = rules["minimum"] % rules["steps"] == 0 == rules["maximum"] % rules["steps"]
    return whole and rules["minimum"] <= min(width, height) and rules["maximum"] >= max(width, height)


def save(name: str, rows: list[Any]) -> None:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    (HERE / name).write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    save("bucket_images.json", images())
    save("crops.json", crops())
