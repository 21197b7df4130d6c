"""Captions on their way to the model: what the trainer makes of them for each use, as token ids."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sdtui.tokens.encoder import encode
from sdtui.trainer.caption_use import Moment, one_use
from sdtui.trainer.captions import CaptionRules

_START = 49406
"""CLIP's begin token: stands before every text, so that an empty one has a token too."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One image's caption, and the subset keys that vary it."""

    text: str
    rules: CaptionRules

    def draw(self, chance: random.Random, epoch: int = 1) -> str:
        """The text of one use. Token warm-up is over: a rehearsal is too short for it."""
        return one_use(self.text, self.rules, chance, Moment(epoch))


@functools.lru_cache(maxsize=100_000)
def _ids(text: str, limit: int) -> tuple[int, ...]:
    return (_START, *encode(text).ids[:limit])


def token_ids(texts: Sequence[str], limit: int) -> tuple[Tensor, Tensor]:
    """CLIP ids of ``texts`` cut at ``limit`` tokens, and where they are not padding: both (batch, longest)."""
    rows = [_ids(text, limit) for text in texts]
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    real = torch.zeros(len(rows), longest, dtype=torch.bool)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        real[at, : len(row)] = True
    return ids, real
