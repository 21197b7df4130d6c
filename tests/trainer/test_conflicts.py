"""What is refused of a run's arguments: the verdicts of the real scripts on more than a thousand argument sets.

``data/conflicts.json.gz`` says itself how it was made (``made``); ``data/make_conflicts.py`` asks the scripts again.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest

from sdtui.trainer.arguments import script_arguments
from sdtui.trainer.conflicts import conflicts
from sdtui.trainer.doubts import doubts
from sdtui.trainer.fields import Field, Value
from sdtui.trainer.run_arguments import DatasetFacts, RunArguments
from tests.trainer.golden import DATA

GOLDEN = json.loads(gzip.decompress((DATA / "conflicts.json.gz").read_bytes()))
FALLING_BACK = (
    *("color_aug", "random_crop", "shuffle_caption", "caption_dropout_rate", "caption_tag_dropout_rate"),
    "token_warmup_step",
)
BEFORE_THE_MODEL = {
    *("adaptive-noise", "v-prediction", "v2-with-sdxl", "offload-and-swap", "t5-alone", "chroma-attention-mask"),
    *("cached-text-trained", "cached-text-weighted", "cached-but-changed", "latents-not-cached"),
    *("dataset-kind", "masks-without-masked-loss", "masks-random-crop", "bucket-steps", "seed", "face-crop-range"),
}
"""What a script asserts before it loads its model."""


def as_value(field: Field | None, words: Sequence[str]) -> Value:
    if field is None or field.kind == "flag":
        return True
    if field.kind == "words":
        return tuple(words)
    return {"int": int, "float": float}.get(field.kind, str)(words[0])


def values(script: str, argv: Sequence[str]) -> dict[str, Value]:
    """What argparse makes of ``argv``."""
    given: dict[str, list[str]] = {}
    for word in argv:
        if word.startswith("--"):
            key, equals, value = word[2:].partition("=")
            given[key] = [value] if equals else []
        else:
            given[key].append(word)
    fields = script_arguments(script)
    return {key: as_value(fields.get(key), words) for key, words in given.items()}


def run_of(case: dict[str, Any]) -> RunArguments:
    """One case as the rules take it: two images of one subset, in batches of one."""
    script = f"{case['script']}.py"
    base = {key: value for key, value in GOLDEN["base"][case["script"]].items() if key not in case.get("without", ())}
    given = {**base, **values(script, case["argv"])}
    kind = case.get("kind", "dreambooth")
    subset = {key: given[key] for key in FALLING_BACK if key in given} | case.get("subset", {})
    if kind == "controlnet":
        subset["conditioning_data_dir"] = "masks"
    dataset = {"enable_bucket": True, "bucket_reso_steps": 64, **case.get("dataset", {})}
    asked = dataset["enable_bucket"] and kind != "controlnet"
    steps = (dataset["bucket_reso_steps"],) if asked else ()
    return RunArguments(script, given, 1, DatasetFacts(frozenset({kind}), (subset,), steps, 2))


BY_SCRIPT: dict[str, list[dict[str, Any]]] = defaultdict(list)
for one in GOLDEN["cases"]:
    BY_SCRIPT[one["script"]].append(one)


def test_there_are_verdicts_of_all_families() -> None:
    assert len(GOLDEN["cases"]) > 1000
    assert len(BY_SCRIPT) >= 15


@pytest.mark.parametrize("script", sorted(BY_SCRIPT))
def test_what_the_script_refuses_is_refused_and_nothing_else(script: str) -> None:
    wrong = []
    for case in BY_SCRIPT[script]:
        found = {conflict.code for conflict in conflicts(run_of(case))}
        if case["verdict"] == "reached":
            found &= BEFORE_THE_MODEL
        if bool(found) != (case["verdict"] == "refused"):
            wrong.append((case, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("script", "given", "code"),
    [
        ("train_network.py", {"noise_offset": 0.0, "adaptive_noise_scale": 0.01}, "adaptive-noise-idle"),
        ("train_network.py", {"zero_terminal_snr": True}, "zero-terminal-snr"),
        ("train_network.py", {"optimizer_type": "Adafactor", "learning_rate": 1e-4}, "rate-ignored"),
        ("train_network.py", {"optimizer_type": "Prodigy", "learning_rate": 1e-4}, "rate-low"),
        ("sdxl_train_network.py", {"clip_skip": 2}, "clip-skip"),
        (
            "train_network.py",
            {"network_module": "networks.lora", "network_args": ("rank=4",)},
            "network-option-unknown",
        ),
        ("train_network.py", {"xformers": True, "sdpa": True}, "two-attentions"),
        ("train_network.py", {"save_last_n_epochs": 2}, "saving-idle"),
        ("train_network.py", {"vae_batch_size": 4}, "vae-batch-idle"),
    ],
)
def test_what_the_trainer_takes_and_does_not_do_is_doubted(script: str, given: dict[str, Value], code: str) -> None:
    run = RunArguments(script, given)
    assert [doubt.code for doubt in doubts(run)] == [code]


def test_what_is_cached_is_not_changed_in_subsets_with_masks() -> None:
    subset = {"conditioning_data_dir": "masks", "shuffle_caption": True, "color_aug": True}
    facts = DatasetFacts(frozenset({"controlnet"}), (subset,))
    given: dict[str, Value] = {"cache_latents": True, "cache_text_encoder_outputs": True, "train_text_encoder": False}
    run = RunArguments("sdxl_train_network.py", {**given, "network_train_unet_only": True}, dataset=facts)
    assert [doubt.code for doubt in doubts(run)] == ["cached-idle", "cached-idle"]
    assert not {"cached-but-changed"} & {conflict.code for conflict in conflicts(run)}


def test_an_argument_that_the_script_does_not_have() -> None:
    run = RunArguments("sdxl_train.py", {"network_dim": 4, "xformers": False, "sdpa": None})
    (conflict,) = conflicts(run)
    assert (conflict.code, "network_dim" in conflict.what) == ("argument-unknown", True)
