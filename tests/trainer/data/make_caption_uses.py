"""Asks sd-scripts what becomes of captions over many uses: as ``make_golden.py``, which must lie beside it."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import make_golden
from make_golden import train_util

DRAWS = 6000
MOST = 40
"""Distinct outcomes that a row may have: more would not all be drawn."""
STEPS = 20
EPOCHS = 6
CAPTIONS = [
    "a, b, c, d",
    "one tag",
    "a red hat, {blue|green} eyes, z",
    "{red|blue} hat\nsecond, line\n{x|yy|zzz}",
    "{a|b}{a|b} c, d",
    "fixed, too ||| b, c ||| end, last",
    "fixed ||| b,, c, d",
    "||| b, c |||",
    "a;;;b, c, d;;;e;;;f",
    "a. b. c",
    "a, , b",
    "z",
    "{{x}}, {unclosed, ⦅odd⦆",
    "日本, ü, x",
]


class Dataset(train_util.BaseDataset):
    def __init__(self, step: int = 0, epoch: int = 1) -> None:
        self.current_epoch, self.current_step, self.max_train_steps, self.replacements = epoch, step, STEPS, {}


def options(rnd: random.Random) -> dict[str, Any]:
    return {
        "caption_prefix": rnd.choice([None, None, "best,", "p q", "in, front,"]),
        "caption_suffix": rnd.choice([None, None, "end", ", fin"]),
        "enable_wildcard": rnd.random() < 0.5,
        "shuffle_caption": rnd.random() < 0.5,
        "keep_tokens": rnd.choice([0, 0, 1, 2]),
        "keep_tokens_separator": rnd.choice(["", None, "|||", "|||"]),
        "secondary_separator": rnd.choice([None, ";;;"]),
        "caption_separator": rnd.choice([",", ",", "."]),
        "caption_tag_dropout_rate": rnd.choice([0, 0, 0.5]),
        "caption_dropout_rate": rnd.choice([0, 0, 0.3]),
        "caption_dropout_every_n_epochs": rnd.choice([0, 0, 0, 2]),
        "token_warmup_min": rnd.choice([1, 2]),
        "token_warmup_step": rnd.choice([0, 0, 0, 7, 0.5]),
    }


def outcomes(caption: str, keys: dict[str, Any]) -> list[str]:
    rnd = random.Random(caption)
    found = set()
    for draw in range(DRAWS):
        random.seed(draw)
        made = Dataset(rnd.randrange(STEPS), rnd.randint(1, EPOCHS))
        found.add(made.process_caption(SimpleNamespace(**keys), caption))
    return sorted(found)


def uses(number: int) -> list[dict[str, Any]]:
    rnd = random.Random(11)
    rows: list[dict[str, Any]] = []
    while len(rows) < number:
        keys, caption = options(rnd), rnd.choice(CAPTIONS)
        if len(found := outcomes(caption, keys)) <= MOST:
            rows.append({"options": keys, "caption": caption, "uses": found})
    return rows


def joined() -> list[dict[str, Any]]:
    """Captions and tags of metadata entries, as the trainer joins them."""
    rows = []
    for caption in (None, "", "a cat", "two\nlines", "\n blank \n\n"):
        for tags in (None, "", "x, y", "two\ntags"):
            for wildcard in (False, True):
                entry = {key: value for key, value in (("caption", caption), ("tags", tags)) if value is not None}
                subset = {"image_dir": "d", "metadata_file": "m.json", "enable_wildcard": wildcard}
                subset["caption_separator"] = "; "
                config = {"datasets": [{"resolution": 64, "subsets": [subset]}]}
                case = {"config": config, "files": {"d/x.png": [64, 64], "m.json": {"json": {"x.png": entry}}}}
                with tempfile.TemporaryDirectory() as folder:
                    (text,) = make_golden.dataset(case, Path(folder))["datasets"][0]["captions"].values()
                    os.chdir("/")
                rows.append({**entry, "wildcard": wildcard, "joined": text})
    return rows


if __name__ == "__main__":
    make_golden.save("caption_uses.json", uses(180))
    make_golden.save("metadata_captions.json", joined())
