"""Asks sd-scripts how long random trainings take: ``python make_training_steps.py SD_SCRIPTS``, where it runs.

Each case is a config with its files, and the words of a training command; the answer is what train_network.py makes of
them, counted as it counts (train_network.py, train).
"""

from __future__ import annotations

import json
import logging
import math
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), sys.argv[1]]
os.environ |= {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
logging.disable(logging.CRITICAL)

from operators import declare_missing_operators  # noqa: E402 -- this script runs where the trainer runs

declare_missing_operators()

import inputs  # noqa: E402
import toml  # noqa: E402
import train_network  # noqa: E402
from golden import make_files  # noqa: E402
from library import config_util, strategy_base, strategy_sd, train_util  # noqa: E402

KINDS = {"DreamBoothDataset": "dreambooth", "FineTuningDataset": "finetuning", "ControlNetDataset": "controlnet"}
CASES = 320


def words(rnd: random.Random) -> list[str]:
    """The part of a command that the config leaves open, and the length of the training."""
    length = rnd.choice([["--max_train_epochs", rnd.randint(1, 30)], ["--max_train_steps", rnd.randint(1, 4000)], []])
    size = ["--resolution", rnd.choice(["512", "768,512", "1024,1024"])] if rnd.random() < 0.6 else []
    batch = ["--train_batch_size", rnd.randint(1, 5)] if rnd.random() < 0.5 else []
    buckets = ["--enable_bucket"] if rnd.random() < 0.3 else []
    accumulation = ["--gradient_accumulation_steps", rnd.randint(2, 5)] if rnd.random() < 0.4 else []
    return [str(word) for word in (*length, *size, *batch, *buckets, *accumulation, "--masked_loss")]


def described(made: Any) -> dict[str, Any]:
    inner = getattr(made, "dreambooth_dataset_delegate", made)
    used = {id(subset): [] for subset in inner.subsets}
    for key, info in inner.image_data.items():
        used[id(inner.image_to_subset[key])].append(info.num_repeats)
    manager = inner.bucket_manager
    return {
        "kind": KINDS[type(made).__name__],
        "batch_size": inner.batch_size,
        "batches_per_epoch": len(inner),
        "num_train_images": made.num_train_images,
        "num_reg_images": made.num_reg_images,
        "buckets": [
            {"resolution": list(size), "count": len(keys)}
            for size, keys in zip(manager.resos, manager.buckets, strict=True)
        ],
        "subsets": [
            {
                "image_dir": subset.image_dir,
                "num_repeats": subset.num_repeats,
                "img_count": subset.img_count,
                "entries_per_epoch": sum(used[id(subset)]),
            }
            for subset in inner.subsets
        ],
    }


def answer(case: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    """What the trainer counts; None where it stops."""
    make_files(folder, case["files"])
    os.chdir(folder)
    Path("config.toml").write_text(toml.dumps(case["config"]), "utf-8")
    arguments = train_network.setup_parser().parse_args(case["words"])
    train_util.prepare_dataset_args(arguments, True)
    strategy_base.LatentsCachingStrategy._strategy = None
    strategy_base.LatentsCachingStrategy.set_strategy(strategy_sd.SdSdxlLatentsCachingStrategy(True, False, 1, False))
    try:
        sanitizer = config_util.ConfigSanitizer(True, True, True, True)
        user = config_util.load_user_config("config.toml")
        blueprint = config_util.BlueprintGenerator(sanitizer).generate(user, arguments)
        group, _ = config_util.generate_dataset_group_by_blueprint(blueprint.dataset_group)
    except Exception:
        return None
    count, each = len(group), arguments.gradient_accumulation_steps
    batches = math.ceil(count / case["processes"])
    updates = math.ceil(batches / each)
    steps = arguments.max_train_steps
    if arguments.max_train_epochs is not None:
        steps = arguments.max_train_epochs * math.ceil(count / case["processes"] / each)
    return {
        "datasets": [described(one) for one in group.datasets],
        "totals": {
            "batches_per_epoch": batches,
            "update_steps_per_epoch": updates,
            "max_train_steps": steps,
            "num_epochs": math.ceil(steps / updates) if updates else None,
        },
    }


def main() -> None:
    rnd = random.Random(11)
    rows = []
    while len(rows) < CASES:
        case = {**inputs.random_case(rnd), "words": words(rnd), "processes": rnd.choice([1, 1, 1, 2, 3, 8])}
        # What a caption says changes no number.
        case["files"] = {name: content for name, content in case["files"].items() if not isinstance(content, str)}
        with tempfile.TemporaryDirectory() as folder:
            found = answer(case, Path(folder))
            os.chdir("/")
        if found is not None:
            rows.append({**case, "expect": found})
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    (HERE / "training_steps.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
