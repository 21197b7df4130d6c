"""Asks the real validation about random configs: ``python make_generated_configs.py SD_SCRIPTS``, where it runs."""

from __future__ import annotations

import json
import logging
import random
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [sys.argv[1]]
logging.disable(logging.CRITICAL)

import torch  # noqa: E402 -- this script runs where the trainer runs, not in sdtui

for operator in ("nms", "qnms"):
    torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from library import config_util  # noqa: E402

BOOLS = "color_aug flip_aug random_crop shuffle_caption enable_wildcard bucket_no_upscale enable_bucket"
INTS = "num_repeats keep_tokens token_warmup_min caption_dropout_every_n_epochs batch_size bucket_reso_steps"
TEXTS = "keep_tokens_separator secondary_separator caption_separator caption_prefix caption_suffix resize_interpolation"
PATHS = ("image_dir", "metadata_file", "conditioning_data_dir")
RIGHT: dict[str, list[Any]] = {
    **{key: [True, False] for key in (*BOOLS.split(), "cache_info", "is_reg", "alpha_mask")},
    **{key: [1, 0, 64, -1] for key in (*INTS.split(), "max_bucket_reso", "min_bucket_reso", "validation_seed")},
    **{key: ["a", "", ".txt"] for key in (*TEXTS.split(), "caption_extension", "class_tokens", *PATHS)},
    **{key: [0, 0.5, 1] for key in ("caption_dropout_rate", "caption_tag_dropout_rate", "token_warmup_step")},
    **{key: [0.5, 0.0] for key in ("validation_split", "network_multiplier")},
    "face_crop_aug_range": [[1.0, 2.0]],
    "custom_attributes": [{"a": 1}, {}],
    "resolution": [512, [512, 768]],
}
KEYS = [key for key in RIGHT if key not in PATHS]
HIGH = [key for key in KEYS if key not in ("is_reg", "alpha_mask")]
WRONG = [True, 1, 1.5, "x", [1, 2], [1.0, 2.0], [1], {}, [], ["a", "b"]]
UNKNOWN = ["num_repeat", "prior_loss_weight", "train_batch_size", "subsets", ""]
SUPPORTS = [
    (True, True, True, True),
    (True, True, False, True),
    (True, False, False, True),
    (True, False, True, True),
    (False, True, False, True),
    (False, False, True, True),
    (True, True, True, False),
]


class Maker:
    def __init__(self, seed: int) -> None:
        self.rnd = random.Random(seed)

    def value(self, key: str) -> Any:
        return self.rnd.choice(RIGHT[key] if key in RIGHT and self.rnd.random() < 0.97 else WRONG)

    def table(self, keys: list[str], most: int) -> dict[str, Any]:
        names = [
            self.rnd.choice(UNKNOWN if self.rnd.random() < 0.02 else keys) for _ in range(self.rnd.randint(0, most))
        ]
        return {name: self.value(name) for name in names}

    def subset(self, kind: str) -> dict[str, Any]:
        made = self.table(KEYS, 3)
        wanted = {"images": PATHS[:1], "metadata": PATHS[1:2], "masks": (PATHS[0], PATHS[2])}[kind]
        return {**made, **{key: self.value(key) for key in wanted if self.rnd.random() < 0.97}}

    def dataset(self) -> Any:
        if self.rnd.random() < 0.01:
            return self.rnd.choice(WRONG)
        kinds = ["images", "metadata", "masks"]
        kind = self.rnd.choice([*kinds, "images", None])
        subsets = [self.subset(kind or self.rnd.choice(kinds)) for _ in range(self.rnd.choice([0, 1, 1, 2, 3]))]
        return {**self.table(HIGH, 4), **({"subsets": subsets} if subsets or self.rnd.random() < 0.7 else {})}

    def config(self) -> dict[str, Any]:
        made: dict[str, Any] = {"general": self.table(HIGH, 4)} if self.rnd.random() < 0.5 else {}
        if self.rnd.random() < 0.97:
            made["datasets"] = [self.dataset() for _ in range(self.rnd.choice([0, 1, 1, 1, 2]))]
        return made


def accepted(config: dict[str, Any], support: tuple[bool, ...]) -> bool:
    try:
        config_util.ConfigSanitizer(*support).sanitize_user_config(config)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    maker = Maker(7)
    configs = [maker.config() for _ in range(420)]
    rows: list[Any] = [{"supports": SUPPORTS}]
    rows += [{"config": one, "accepted": [accepted(one, support) for support in SUPPORTS]} for one in configs]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    (Path(__file__).parent / "generated_configs.json").write_text(f"[\n{lines}\n]\n", "utf-8")
