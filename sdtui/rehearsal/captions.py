"""Captions on their way to the model: what the trainer makes of them for each use, as token ids."""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from sdtui.tokens.encoder import encode
from sdtui.trainer.captions import CaptionRules, trained_texts

_START = 49406
"""CLIP's begin token: stands before every text, so that an empty one has a token too."""


@dataclass(frozen=True, slots=True)
class CaptionTexts:
    """One image's caption with the subset keys that vary it (library/train_util.py, process_caption)."""

    texts: tuple[str, ...]
    """More than one with ``enable_wildcard``: one is chosen for each use."""
    dropout: float
    shuffle: bool
    tag_dropout: float
    keep_tokens: int
    separator: str

    @classmethod
    def of(cls, caption: str, options: Mapping[str, Any]) -> CaptionTexts:
        """The caption of an image in a subset with these keys."""
        return cls(
            texts=trained_texts(caption, CaptionRules.from_options(options)),
            dropout=options.get("caption_dropout_rate") or 0.0,
            shuffle=bool(options.get("shuffle_caption")),
            tag_dropout=options.get("caption_tag_dropout_rate") or 0.0,
            keep_tokens=options.get("keep_tokens") or 0,
            separator=options.get("caption_separator") or ",",
        )

    def draw(self, chance: random.Random) -> str:
        """The text of one use."""
        if chance.random() < self.dropout:
            return ""
        text = chance.choice(self.texts)
        if not self.shuffle and not self.tag_dropout:
            return text
        tags = [tag.strip() for tag in text.split(self.separator)]
        kept, loose = tags[: self.keep_tokens], tags[self.keep_tokens :]
        if self.shuffle:
            chance.shuffle(loose)
        return ", ".join([*kept, *(tag for tag in loose if chance.random() >= self.tag_dropout)])


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
