"""One use of a caption in training: the text that chance makes of it (library/train_util.py, process_caption)."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from sdtui.trainer.captions import CaptionRules, processed


@dataclass(frozen=True, slots=True)
class Moment:
    """When a caption is used."""

    epoch: int = 1
    """From 1."""
    step: int | None = None
    """Of the whole run, from 0; None: after any token warm-up."""
    steps: int = 0
    """Of the whole run; what a warm-up below 1 is a share of."""


def one_use(caption: str, rules: CaptionRules, chance: random.Random, moment: Moment = Moment()) -> str:
    """One of the texts that ``trained_text.parted_texts`` describes, as likely as it is in training."""
    if chance.random() < rules.dropout or (rules.dropout_every > 0 and moment.epoch % rules.dropout_every == 0):
        return ""
    whole = f"{rules.before}{caption}{rules.after}"
    if rules.wildcard:
        whole = chance.choice(whole.split("\n"))
    return processed(whole, rules, _Chance(rules, chance, moment))[0]


@dataclass(frozen=True, slots=True)
class _Chance:
    rules: CaptionRules
    chance: random.Random
    moment: Moment

    def choice(self, alternatives: list[str]) -> str:
        return self.chance.choice(alternatives)

    def joined(self, head: list[str], loose: list[str], tail: list[str]) -> str:
        read = loose[: self._warm(len(loose))]
        if self.rules.shuffle:
            self.chance.shuffle(read)
        dropout = self.rules.tag_dropout
        read = [tag for tag in read if dropout <= 0 or self.chance.random() >= dropout]
        return ", ".join([*head, *read, *tail])

    def separated(self, caption: str, old: str, new: str) -> str:
        return caption.replace(old, new)

    def _warm(self, loose: int) -> int:
        """How many of the loose tags are read at this step."""
        until, least, step = self.rules.warmup_step, self.rules.warmup_min, self.moment.step
        if until < 1:
            until = math.floor(until * self.moment.steps)
        return loose if step is None or step >= until else math.floor(step * ((loose - least) / until)) + least
