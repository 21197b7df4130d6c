"""Which characters of a caption became which characters of its cleaned text, found by aligning their words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

import regex

Span = tuple[int, int]
_WORD = regex.compile(r"\S+")
_MOST_COMPARISONS = 250_000


def align(raw: str, clean: str) -> list[Span]:
    """For each character of ``clean`` the half-open range of ``raw`` that it came from.

    Starts ascend, and every range lies within ``raw``. Exact where a word was not changed or changed in one place;
    otherwise right to the word.
    """
    origin = [(0, 0)] * len(clean)
    raw_words = [match.span() for match in _WORD.finditer(raw)]
    clean_words = [match.span() for match in _WORD.finditer(clean)]
    for raw_span, clean_span in _counterparts(raw, raw_words, clean, clean_words):
        for at, span in enumerate(_spread(raw, raw_span, clean, clean_span), clean_span[0]):
            origin[at] = span
    return origin


def _counterparts(raw: str, raw_words: list[Span], clean: str, clean_words: list[Span]) -> Iterator[tuple[Span, Span]]:
    """Pairs of stretches, in order, that came from one another: word by word where words are the same."""
    before = [_folded(raw[start:end]) for start, end in raw_words]
    after = [clean[start:end] for start, end in clean_words]
    end_of_raw = 0
    for tag, i1, i2, j1, j2 in _opcodes(before, after):
        if tag == "equal" or i2 - i1 == j2 - j1:
            yield from zip(raw_words[i1:i2], clean_words[j1:j2], strict=True)
        elif j1 < j2:
            # Words made of nothing (i1 == i2) stand where the last one ended.
            stretch = (raw_words[i1][0], raw_words[i2 - 1][1]) if i1 < i2 else (end_of_raw, end_of_raw)
            yield stretch, (clean_words[j1][0], clean_words[j2 - 1][1])
        end_of_raw = raw_words[i2 - 1][1] if i2 else 0


def _opcodes(before: list[str], after: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """As difflib's, but the ends that are equal are found first, and long texts of few equal words take no age."""
    head = _common_start(before, after)
    tail = _common_start(before[head:][::-1], after[head:][::-1])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    yield "equal", 0, head, 0, head
    if len(middle_before) * len(middle_after) > _MOST_COMPARISONS:
        yield "replace", head, len(before) - tail, head, len(after) - tail
    else:
        matcher = SequenceMatcher(None, middle_before, middle_after, autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            yield tag, i1 + head, i2 + head, j1 + head, j2 + head
    yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _common_start(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower()


def _spread(raw: str, raw_span: Span, clean: str, clean_span: Span) -> Iterator[Span]:
    """For each character in ``clean_span`` its range: one for one at the equal ends, evenly in between."""
    start, end = raw_span
    size = clean_span[1] - clean_span[0]
    if end - start == size:
        yield from ((at, at + 1) for at in range(start, end))
        return
    old, new = raw[start:end], clean[slice(*clean_span)]
    lowered = old.lower() if len(old.lower()) == len(old) else old
    head = _common_start(lowered, new)
    tail = _common_start(lowered[head:][::-1], new[head:][::-1])
    if head + tail == size:  # what vanished goes with its neighbour
        head, tail = (head - 1, tail) if head else (head, tail - 1)
    width, pieces = len(old) - head - tail, size - head - tail
    yield from ((at, at + 1) for at in range(start, start + head))
    for piece in range(pieces):
        left = start + head + piece * width // pieces
        yield left, min(end, max(left + 1, start + head + (piece + 1) * width // pieces))
    yield from ((at, at + 1) for at in range(end - tail, end))
