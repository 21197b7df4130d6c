"""One use of a caption, held against what the trainer made of it over thousands of uses."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from sdtui.trainer.caption_use import Moment, one_use
from sdtui.trainer.captions import CaptionRules
from tests.trainer.golden import load

STEPS, EPOCHS = 20, 6
"""Of the run that the outcomes in ``caption_uses.json`` were drawn from."""


@pytest.mark.parametrize("case", load("caption_uses.json"), ids=lambda case: case["caption"][:12])
def test_uses_are_those_of_the_trainer(case: dict[str, Any]) -> None:
    rules, chance = CaptionRules.from_options(case["options"]), random.Random(1)
    missing = set(case["uses"])
    for draw in range(6000):
        moment = Moment(chance.randint(1, EPOCHS), chance.randrange(STEPS), STEPS)
        use = one_use(case["caption"], rules, chance, moment)
        assert use in case["uses"]
        missing.discard(use)
        if not missing and draw > 100:
            break
    assert not missing


def test_chances_are_those_that_were_asked_for() -> None:
    chance = random.Random(1)
    whole = Counter(one_use("a", CaptionRules(dropout=0.1), chance) for _ in range(4000))
    tags = Counter(one_use("a, b", CaptionRules(tag_dropout=0.25, keep_tokens=1), chance) for _ in range(4000))
    assert 340 < whole[""] < 460
    assert 900 < tags["a"] < 1100
    assert set(tags) == {"a", "a, b"}


def test_after_the_warm_up_all_tags_are_read() -> None:
    rules, chance = CaptionRules(warmup_step=10, warmup_min=1), random.Random(1)
    read = [one_use("a, b, c", rules, chance, Moment(step=step)) for step in (0, 4, 5, 9, 10, None)]
    assert read == ["a", "a", "a, b", "a, b", "a, b, c", "a, b, c"]
