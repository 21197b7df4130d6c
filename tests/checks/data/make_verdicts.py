"""Asks sd-scripts whether it can train on the datasets of ``cases.py``: ``python make_verdicts.py SD_SCRIPTS``.

With a SEED and a file after that, it asks about a quarter of others and writes that there. Runs in its environment.
Each dataset is made, put into buckets, and every batch is taken from it once, as in an epoch; the text encoders are the
only thing that stands in. Of each image the size and the caption are kept.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "trainer" / "data"), sys.argv[1]]
os.environ |= {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
logging.disable(logging.CRITICAL)

from operators import declare_missing_operators  # noqa: E402 -- this script runs where the trainer runs

declare_missing_operators()

import torch  # noqa: E402
import train_network  # noqa: E402
from cases import SEED, cases, write  # noqa: E402
from library import config_util, strategy_base, strategy_sd, train_util  # noqa: E402


class NoTokens(strategy_base.TokenizeStrategy):
    def tokenize(self, text: Any) -> list[torch.Tensor]:
        return [torch.zeros(1, 77, dtype=torch.long)]


def verdict(case: dict[str, Any], root: Path) -> dict[str, Any]:
    config = write(case, root)
    os.chdir(root)
    random.seed(0)
    arguments = train_network.setup_parser().parse_args(["--masked_loss"])
    train_util.prepare_dataset_args(arguments, True)
    made: dict[str, Any] = {"error": None}
    try:
        sanitizer = config_util.ConfigSanitizer(True, True, True, True)
        blueprint = config_util.BlueprintGenerator(sanitizer).generate(
            config_util.load_user_config(str(config)), arguments
        )
        group, _ = config_util.generate_dataset_group_by_blueprint(blueprint.dataset_group)
        group.set_current_strategies()
        images = {}
        for dataset in group.datasets:
            inner = getattr(dataset, "dreambooth_dataset_delegate", dataset)
            for info in inner.image_data.values():
                images[os.path.relpath(info.absolute_path, root)] = [list(info.image_size), info.caption]
        made["images"] = images
        for at in range(len(group)):
            group[at]
    except Exception as error:
        made["error"] = f"{type(error).__name__}: {str(error).split(' / ')[0].replace(str(root), '')[:90]}"
    return made


def main() -> None:
    strategy_base.LatentsCachingStrategy.set_strategy(strategy_sd.SdSdxlLatentsCachingStrategy(True, False, 1, False))
    strategy_base.TokenizeStrategy.set_strategy(NoTokens())
    if sys.argv[2:]:
        asked, target = cases(int(sys.argv[2]))[::4], Path(sys.argv[3])
    else:
        asked, target = cases(SEED), HERE / "verdicts.json"
    rows = []
    for case in asked:
        # Without an underscore: those of the whole path decide about captions that are borrowed, and about caches.
        folder = Path(tempfile.gettempdir()).resolve() / f"verdict{os.getpid()}"
        rows.append({"name": case["name"], **verdict(case, folder)})
        os.chdir("/")
        shutil.rmtree(folder)
    text = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    target.write_text(f"[\n{text}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
