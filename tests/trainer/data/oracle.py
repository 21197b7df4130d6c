"""Asks sd-scripts about random trainings: ``python oracle.py SD_SCRIPTS FOLDER SEED COUNT``, where it runs.

Makes each dataset in a folder of its own below FOLDER, with the config that it is loaded by, and writes
``answers.json``: how long it would be trained, and the text that is trained for each image.
"""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import make_training_steps
from make_training_steps import answer, inputs, words

_FIXED = ("caption_prefix", "caption_suffix", "keep_tokens_separator", "secondary_separator", "caption_separator")
"""Keys that change a caption in the same way each time."""

described = make_training_steps.described


def described_with_texts(made: Any) -> dict[str, Any]:
    inner = getattr(made, "dreambooth_dataset_delegate", made)
    texts = {}
    for key, info in inner.image_data.items():
        subset = inner.image_to_subset[key]
        if not subset.enable_wildcard:
            texts[os.path.realpath(info.absolute_path)] = inner.process_caption(subset, info.caption)
    return {**described(made), "texts": texts}


def random_training(rnd: random.Random) -> dict[str, Any]:
    case = {**inputs.random_case(rnd), "words": words(rnd), "processes": rnd.choice([1, 1, 2, 3])}
    for dataset in case["config"]["datasets"]:
        for subset in dataset["subsets"]:
            options = inputs.caption_options(rnd)
            subset |= {key: options[key] for key in _FIXED if options[key] is not None and rnd.random() < 0.5}
    return case


def main() -> None:
    folder, seed, count = Path(sys.argv[2]).resolve(), int(sys.argv[3]), int(sys.argv[4])
    make_training_steps.described = described_with_texts
    rnd = random.Random(seed)
    answers = []
    for number in range(count):
        case = random_training(rnd)
        place = folder / str(number)
        place.mkdir()
        expect = answer(case, place)
        answers.append({"words": case["words"], "processes": case["processes"], "expect": expect})
    (folder / "answers.json").write_text(json.dumps(answers), "utf-8")


if __name__ == "__main__":
    main()
