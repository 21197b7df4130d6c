"""Asks sd-scripts about the inputs of ``inputs.py``: ``python make_golden.py SD_SCRIPTS``, in its environment."""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), sys.argv[1]]
os.environ |= {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
logging.disable(logging.CRITICAL)

import torch  # noqa: E402 -- this script runs where the trainer runs, not in sdtui

for operator in ("nms", "qnms"):
    torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import inputs  # noqa: E402
import toml  # noqa: E402
import train_network  # noqa: E402
from golden import make_files  # noqa: E402
from library import config_util, strategy_base, strategy_sd, train_util  # noqa: E402


def save(name: str, rows: Any) -> None:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    (HERE / name).write_text(f"[\n{lines}\n]\n", "utf-8")


def buckets() -> list[dict[str, Any]]:
    rows = []
    for rules in inputs.bucket_rules():
        row = {**rules, "refused": False, "buckets": None, "places": []}
        rows.append(row)
        steps, no_upscale = rules["steps"], rules["no_upscale"]
        try:
            lowest, highest = train_util.BaseDataset.adjust_min_max_bucket_reso_by_steps(
                SimpleNamespace(), rules["resolution"], rules["minimum"], rules["maximum"], steps
            )
            manager = train_util.BucketManager(no_upscale, rules["resolution"], lowest, highest, steps)
            if not no_upscale:
                manager.make_buckets()
                row["buckets"] = manager.predefined_resos
        except (AssertionError, ZeroDivisionError):
            row["refused"] = True
            continue
        for width, height in inputs.sizes(row["buckets"] or []):
            try:
                bucket, resized, _ = manager.select_bucket(width, height)
            except (AssertionError, ZeroDivisionError):
                bucket = resized = None
            row["places"].append([width, height, bucket, resized])
    return rows


def chosen(lines: list[str], line: str, items: list[str]) -> str:
    return line if items == lines else max(items, key=len)


def captions() -> list[dict[str, Any]]:
    class Dataset(train_util.BaseDataset):
        def __init__(self) -> None:
            self.current_epoch, self.current_step, self.max_train_steps, self.replacements = 1, 10**9, 0, {}

    rnd = random.Random(3)
    shuffle, choice = random.shuffle, random.choice
    random.shuffle = lambda items: None
    rows = []
    for _ in range(160):
        options, caption = inputs.caption_options(rnd), rnd.choice(inputs.CAPTIONS)
        whole = " ".join(
            part for part in (options["caption_prefix"], caption, options["caption_suffix"]) if part or part is caption
        )
        lines = whole.split("\n") if options["enable_wildcard"] else [whole]
        off = {"caption_dropout_rate": 0, "caption_dropout_every_n_epochs": 0, "token_warmup_step": 0}
        texts = []
        for line in lines:
            random.choice = partial(chosen, lines, line)
            texts.append(Dataset().process_caption(SimpleNamespace(**options, **off, token_warmup_min=1), caption))
        rows.append({"options": options, "caption": caption, "texts": texts})
    random.shuffle, random.choice = shuffle, choice
    return rows


def folder_names(folder: Path) -> list[list[Any]]:
    for name in inputs.FOLDER_NAMES:
        (folder / name).mkdir()
    subsets = config_util.generate_dreambooth_subsets_config_by_subdirs(str(folder))
    found = {Path(subset["image_dir"]).name: [subset["num_repeats"], subset["class_tokens"]] for subset in subsets}
    return [[name, found.get(name)] for name in inputs.FOLDER_NAMES]


def configs() -> list[dict[str, Any]]:
    def accepted(text: str, support: tuple[bool, ...]) -> bool:
        try:
            config_util.ConfigSanitizer(*support).sanitize_user_config(toml.loads(text))
        except Exception:
            return False
        return True

    return [{"text": text, "accepted": [accepted(text, each) for each in inputs.SUPPORTS]} for text in inputs.CONFIGS]


def dataset(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    make_files(folder, case["files"])
    os.chdir(folder)
    Path("config.toml").write_text(toml.dumps(case["config"]), "utf-8")
    arguments = train_network.setup_parser().parse_args([])
    train_util.prepare_dataset_args(arguments, True)
    strategy_base.LatentsCachingStrategy._strategy = None
    strategy_base.LatentsCachingStrategy.set_strategy(strategy_sd.SdSdxlLatentsCachingStrategy(True, False, 1, False))
    try:
        sanitizer = config_util.ConfigSanitizer(True, True, True, True)
        blueprint = config_util.BlueprintGenerator(sanitizer).generate(
            config_util.load_user_config("config.toml"), arguments
        )
        group, _ = config_util.generate_dataset_group_by_blueprint(blueprint.dataset_group)
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error).split(" / ")[0][:100]}
    return {"datasets": [described(each) for each in group.datasets], "batches": len(group)}


def described(made: Any) -> dict[str, Any]:
    inner = getattr(made, "dreambooth_dataset_delegate", made)
    images = inner.image_data
    subsets = []
    for subset in inner.subsets:
        used = [info for key, info in images.items() if inner.image_to_subset[key] is subset]
        subsets.append(
            {
                "image_dir": subset.image_dir,
                "num_repeats": subset.num_repeats,
                "is_reg": bool(getattr(subset, "is_reg", False)),
                "class_tokens": getattr(subset, "class_tokens", None),
                "images": len(used),
                "entries": sum(info.num_repeats for info in used),
            }
        )
    manager = inner.bucket_manager
    return {
        "batch_size": inner.batch_size,
        "batches": len(inner),
        "buckets": [[*size, len(keys)] for size, keys in zip(manager.resos, manager.buckets, strict=True) if keys],
        "subsets": subsets,
        "captions": {key: info.caption for key, info in images.items()},
    }


def main() -> None:
    save("buckets.json", buckets())
    save("captions.json", captions())
    save("configs.json", configs())
    with tempfile.TemporaryDirectory() as folder:
        save("folder_names.json", folder_names(Path(folder)))
    cases = inputs.dataset_cases()
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            case["expect"] = dataset(case, Path(folder))
            os.chdir("/")
    save("datasets.json", cases)


if __name__ == "__main__":
    main()
