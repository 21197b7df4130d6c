"""The sample prompts that a log tells of."""

from __future__ import annotations

from sdtui.trainer.prompts import SamplePrompt
from sdtui.trainer.told_prompts import told_prompts

ROUND = (
    "2026-11-21 22:21:47 INFO     generating sample images at step / サンプル画像生成 ステップ: 6  train_util.py:6384"
)


def test_the_newest_round_counts_once_it_is_as_long_as_the_one_before() -> None:
    lines = [
        ROUND,
        "                    INFO     prompt: a cat, sitting: alone  train_util.py:6542",
        "                    INFO     negative_prompt: blurry  train_util.py:6543",
        "                    INFO     width: 832  train_util.py:6545",
        "                    INFO     scale: 7.5  train_util.py:6547",
        "100%|██| 3/3 [00:01<00:00]  INFO     prompt: a dog",
        "                    INFO     negative_prompt: None",
        "                    INFO     seed: -7",
        "                    INFO     sample_sampler: ddim",
    ]
    cat, dog = told_prompts(lines)
    assert cat == SamplePrompt(0, "a cat, sitting: alone", "blurry", width=832, scale=7.5)
    assert dog == SamplePrompt(1, "a dog", seed=-7, sampler="ddim")
    begun = [*lines, ROUND, "INFO     prompt: a bird"]
    assert [one.prompt for one in told_prompts(begun)] == ["a cat, sitting: alone", "a dog"]
    assert [one.prompt for one in told_prompts([*begun, "INFO     prompt: a fish"])] == ["a bird", "a fish"]


def test_what_is_no_prompt_tells_nothing() -> None:
    assert told_prompts(["prompt: x", "INFO     width: 9", "INFO     loading a prompt: x", "", ROUND]) == ()
    (odd,) = told_prompts(
        ["INFO     prompt: ", "INFO     width: many", "INFO     scale: nan", f"INFO     seed: {'9' * 99}"]
    )
    assert odd == SamplePrompt(0, "")
