"""Asks sd-scripts what it trains on: ``python what_is_trained.py SD_SCRIPTS ASKED.json``, where it runs.

``ASKED.json`` is a list of ``{"config": path or null, "words": [...], "control": bool, "folder": path}``: the words of
a training command, and the folder that it would be started in. ``ASKED.answers.json`` gets for each the datasets that
train_network.py (or a ControlNet script) would train on, or the error at which it stops.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "trainer" / "data"), sys.argv[1]]
os.environ |= {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
logging.disable(logging.CRITICAL)

from operators import declare_missing_operators  # noqa: E402 -- this script runs where the trainer runs

declare_missing_operators()

import train_network  # noqa: E402
from library import config_util, strategy_base, strategy_sd, train_util  # noqa: E402

OPTIONS = (
    *("shuffle_caption", "keep_tokens", "keep_tokens_separator", "caption_separator", "secondary_separator"),
    *("caption_prefix", "caption_suffix", "enable_wildcard", "flip_aug", "color_aug", "random_crop"),
    *("face_crop_aug_range", "caption_dropout_rate", "caption_tag_dropout_rate", "token_warmup_step"),
)


def described(made: Any) -> dict[str, Any]:
    inner = getattr(made, "dreambooth_dataset_delegate", made)
    manager = inner.bucket_manager
    return {
        "batch_size": inner.batch_size,
        "resolution": [inner.width, inner.height],
        "batches": len(inner),
        "buckets": sorted([list(size), len(keys)] for size, keys in zip(manager.resos, manager.buckets, strict=True)),
        "images": sorted(
            [
                Path(info.absolute_path).name,
                list(info.image_size),
                # How often regularization images come follows from the order of folders.
                0 if info.is_reg else info.num_repeats,
                info.is_reg,
                info.caption,
                Path(info.cond_img_path).name if info.cond_img_path else None,
                {option: getattr(inner.image_to_subset[key], option) for option in OPTIONS},
            ]
            for key, info in inner.image_data.items()
        ),
    }


def answer(asked: dict[str, Any]) -> list[dict[str, Any]]:
    os.chdir(asked["folder"])
    arguments = train_network.setup_parser().parse_args(asked["words"])
    train_util.prepare_dataset_args(arguments, True)
    strategy_base.LatentsCachingStrategy._strategy = None
    strategy_base.LatentsCachingStrategy.set_strategy(strategy_sd.SdSdxlLatentsCachingStrategy(True, False, 1, False))
    if asked["config"] is None:
        folders = config_util.generate_dreambooth_subsets_config_by_subdirs(
            arguments.train_data_dir, arguments.reg_data_dir
        )
        user: dict[str, Any] = {"datasets": [{"subsets": folders}]}
    else:
        user = config_util.load_user_config(asked["config"])
    kinds = (False, False, True, True) if asked["control"] else (True, True, True, True)
    blueprint = config_util.BlueprintGenerator(config_util.ConfigSanitizer(*kinds)).generate(user, arguments)
    group, _ = config_util.generate_dataset_group_by_blueprint(blueprint.dataset_group)
    return [described(one) for one in group.datasets]


def main() -> None:
    answers = []
    for asked in json.loads(Path(sys.argv[2]).read_text("utf-8")):
        try:
            answers.append({"datasets": answer(asked)})
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"})
    Path(sys.argv[2]).with_suffix(".answers.json").write_text(json.dumps(answers), "utf-8")


if __name__ == "__main__":
    main()
