"""What every reader of a subset needs: the index, the pace of its progress, and the tokens of its texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sdtui.base.work import Pace
from sdtui.dataset.index import Entry, Index, text_key
from sdtui.dataset.project import Ignored, Subset
from sdtui.tokens.encoder import counts
from sdtui.tokens.encoding import Mode
from sdtui.trainer.captions import CaptionRules, trained_texts

T = TypeVar("T")

CHUNK = 64
"""Images between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One subset, read; None where the trainer would leave it out, which ``ignored`` then explains."""

    subset: Subset | None
    ignored: tuple[Ignored, ...] = ()


@dataclass
class Tools:
    """What the readers share in one scan."""

    index: Index
    pace: Pace
    mode: Mode


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """``items`` in pieces of ``CHUNK``."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def count_tokens(
    captions: Sequence[str | None], known: Sequence[Entry | None], rules: CaptionRules, mode: Mode
) -> list[tuple[bytes, int]]:
    """For each caption the key of its trained text and its tokens; (b"", 0) for None. Counts only what is not known.

    Where a caption can become several texts (wildcards), the longest counts.
    """
    found: list[tuple[bytes, int]] = []
    open_texts: list[tuple[int, tuple[str, ...]]] = []
    for at, (caption, entry) in enumerate(zip(captions, known, strict=True)):
        texts = trained_texts(caption, rules) if caption is not None else ()
        key = text_key("\0".join(texts), mode) if texts else b""
        remembered = entry is not None and entry.text == key and bool(texts)
        found.append((key, entry.tokens if entry is not None and remembered else 0))
        if texts and not remembered:
            open_texts.append((at, texts))
    numbers = iter(counts((text for _, texts in open_texts for text in texts), mode))
    for at, texts in open_texts:
        found[at] = (found[at][0], max(next(numbers) for _ in texts))
    return found
