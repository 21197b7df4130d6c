"""Takes from an endless console what tells how a run went: a log of gigabytes is not read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_SIGNS = (
    b"\r",
    b"running training",
    b"  num ",
    b"epoch ",
    b"checkpoint",
    b"save trained",
    b"current state",
    b"model saved",
)
"""Parts of what ``ConsoleParser`` understands; what only tells what the trainer did for a while is not among them."""
_TROUBLE = re.compile(rb"WARNING|ERROR|CRITICAL|Traceback|Error|Killed")
_MOST = 500
"""Of each in one piece: a flood says the same again and again."""
_MOST_ROWS = 200
"""That belong to one: of a traceback, or of a wrapped message."""


def skim(data: bytes) -> bytes:
    """The rows of ``data`` (whole ones) that may tell something, each with the indented ones below it and one more."""
    places = {found.start() for found in islice(_TROUBLE.finditer(data), _MOST)}
    for sign in _SIGNS:
        places.update(islice(_places(data, sign), _MOST))
    parts = []
    last = done = 0
    for place in sorted(places):
        if place < last:
            continue
        start = max(done, data.rfind(b"\n", 0, place) + 1)
        last, done = _end(data, place)
        parts.append(data[start:done])
    return b"".join(parts)


def _places(data: bytes, sign: bytes) -> Iterator[int]:
    at = data.find(sign)
    while at >= 0:
        yield at
        at = data.find(sign, at + len(sign))


def _end(data: bytes, at: int) -> tuple[int, int]:
    """Where the last row begins and ends that belongs to the one in which ``at`` stands."""
    start, end = at, data.find(b"\n", at) + 1
    for _ in range(_MOST_ROWS):
        if not end:
            break
        start, indented = end, data[end : end + 1] in (b" ", b"\t")
        end = data.find(b"\n", end) + 1
        if not indented:
            break
    return start, end or len(data)
