"""Byte-pair encoding of one word."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from sdtui.tokens.vocabulary import END_OF_WORD, PAIR_SHIFT, Vocabulary


def word_ids(word: bytes, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The ids of ``word`` (UTF-8, at least one byte), made by merging the earliest pair of the vocabulary first.

    Takes n log n steps, so that a caption of one endless word cannot hold up the program.
    """
    ids = [vocabulary.byte_ids[byte] for byte in word]
    ids[-1] += END_OF_WORD
    merges = vocabulary.merges
    following = list(range(1, len(ids) + 1))
    preceding = list(range(-1, len(ids) - 1))
    # (merged id, place of the left one): a merged id names its pair, so equal ids are met from left to right.
    waiting: list[tuple[int, int]] = []
    for at in range(len(ids) - 1):
        merged = merges.get(ids[at] << PAIR_SHIFT | ids[at + 1])
        if merged is not None:
            waiting.append((merged, at))
    heapify(waiting)
    while waiting:
        merged, at = heappop(waiting)
        right = following[at]
        # One of the two was merged with another neighbour meanwhile.
        if ids[at] < 0 or right >= len(ids) or merges.get(ids[at] << PAIR_SHIFT | ids[right]) != merged:
            continue
        ids[at], ids[right] = merged, -1
        after = following[at] = following[right]
        if after < len(ids):
            preceding[after] = at
            joined = merges.get(merged << PAIR_SHIFT | ids[after])
            if joined is not None:
                heappush(waiting, (joined, at))
        before = preceding[at]
        if before >= 0:
            joined = merges.get(ids[before] << PAIR_SHIFT | merged)
            if joined is not None:
                heappush(waiting, (joined, before))
    return tuple(each for each in ids if each >= 0)
