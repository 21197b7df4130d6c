"""Which tag is being typed, if any: a caption that is written as sentences is not to be disturbed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sdtui.dataset.tags import TagCount

_LEAST = 2
"""Characters from which on a tag is guessed."""
_MOST_WORDS = 4
"""Words after which it is a sentence and no tag."""


@dataclass(frozen=True, slots=True)
class TypedTag:
    """The beginning of a tag, up to the cursor."""

    start: int
    """Where it begins in its line, in code points."""
    text: str


def typed_tag(line: str, cursor: int, separators: Sequence[str]) -> TypedTag | None:
    """The tag that ends at ``cursor`` in ``line``; None inside of one, and where too little or a sentence stands."""
    before, after = line[:cursor], line[cursor:]
    starts = [before.rfind(separator) + len(separator) for separator in separators if separator in before]
    start = max(starts, default=0)
    text = before[start:]
    start += len(text) - len(text.lstrip())
    text = text.lstrip()
    rest = min((after.find(separator) for separator in separators if separator in after), default=len(after))
    if after[:rest].strip() or len(text.strip()) < _LEAST or not is_tag(text):
        return None
    return TypedTag(start, text)


def is_tag(text: str) -> bool:
    """Whether it is short enough for a tag: what has more words is a part of a sentence."""
    return text.count(" ") + text.count("_") < _MOST_WORDS


def in_sentences(tags: Iterable[TagCount]) -> bool:
    """Whether the captions that have these ``tags`` are mostly sentences: what stands between commas is long."""
    words = images = 0
    for tag in tags:
        images += tag.total
        words += tag.total * (tag.tag.count(" ") + tag.tag.count("_") + 1)
    return words > _MOST_WORDS * images
