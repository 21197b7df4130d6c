"""Takes most of a progress bar's drawings out of a console, so that what is left tells the same story in less room.

A run of 800,000 steps leaves 140 MB of console, nearly all of it ``\\rsteps: ...`` drawn twice a step
(``progress_bar.update`` and ``set_postfix``, train_network.py). Nothing but drawings of bars is taken out, and of each
row of them the first and the last steps, the lowest and the highest loss of every group, and each change to a loss that
is no number stay, each step with all its drawings.
"""

from __future__ import annotations

import re
from itertools import compress

_FRAME = re.compile(
    rb"[^|\r\n]{0,200}?\d+%\|[^|\r\n]{0,500}\| *\d+/\d+ \[[\d:]+<[\d:?]+,[^\]\r\n]{0,300}\] *(?:\x1b\[A)?"
)
_DONE = re.compile(rb"\| *(\d+)/")
_LOSS = re.compile(rb"loss=([^,\]\s]+)")
_VARIES = b"0123456789 .%|<:,/[]?e+-\xe2\x96" + bytes(range(0x80, 0x90))
"""What differs between two drawings of one bar: numbers and the bar's cells; beside that it/s may become s/it."""
_UP = b"\x1b[A"
_GROUPS = 4_000
_SMALLEST_GROUP = 40
_BYTES = 90
"""Of one drawing."""
_FEWEST = 16
_LONGEST = 1 << 16


class Thinner:
    """Feed it a console's bytes in any cuts; it gives back fewer."""

    def __init__(self, size: int) -> None:
        """``size`` of the whole console in bytes: of a long one a smaller share is left."""
        self._group = max(_SMALLEST_GROUP, size // _BYTES // _GROUPS)
        """Drawings in a row of which two steps stay."""
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """What is left of the whole drawings and lines in ``data``; the last, unfinished one is kept for later."""
        data = self._rest + data
        cut = max(data.rfind(b"\r"), data.rfind(b"\n"))
        if cut < len(data) - _LONGEST:
            cut = len(data)  # no bar is that long
        self._rest = data[cut:]
        return self._thin(data[:cut])

    def close(self) -> bytes:
        """The last, unfinished piece, as it is."""
        rest, self._rest = self._rest, b""
        return rest

    def _thin(self, data: bytes) -> bytes:
        if b"%|" not in data:
            return data
        if data.count(b"\r") < _FEWEST:
            return data
        rows = data.split(b"\n")
        if _UP in data:
            rows = _without_overdrawn(rows)
        return b"\n".join(map(self._row, rows))

    def _row(self, row: bytes) -> bytes:
        """A line with all that was drawn over it."""
        drawn = row.split(b"\r")
        last = len(drawn) - 1
        if last < _FEWEST:
            return row
        stays = bytearray(len(drawn))
        # What stands before the first return and behind the last may be more than a bar, or less; the first drawing
        # may be of the bar that stood below this one.
        stays[0] = stays[last] = True
        for at in (1, 2, _before(drawn, last), last):
            _keep_step(drawn, stays, at)
        for start in range(2, last, self._group):
            end = min(last, start + self._group)
            if not _is_one_bar(drawn[start:end]):
                stays[start:end] = b"\1" * (end - start)
                continue
            for at in _telling(drawn[start:end]):
                _keep_step(drawn, stays, start + at)
        return b"\r".join(compress(drawn, stays))


def _without_overdrawn(rows: list[bytes]) -> list[bytes]:
    """A bar below another one goes up a line after each drawing, so that the next one stands in its place."""
    return [
        row
        for row, below in zip(rows, [*rows[1:], b""], strict=True)
        if not (row[:1] == b"\r" and row.endswith(_UP) and below.endswith(_UP) and _is_one_bar([row[1:], below[1:]]))
    ]


def _is_one_bar(drawn: list[bytes]) -> bool:
    """Whether all are drawings of the same bar, and nothing else."""
    if not (_FRAME.fullmatch(drawn[0]) and _FRAME.fullmatch(drawn[-1])):
        return False
    joined = b"\r".join(drawn).replace(b"s/it", b"it/s")
    alike = drawn[0].replace(b"s/it", b"it/s").translate(None, _VARIES)
    one_each = joined.count(b"%|") == joined.count(b"]") == len(drawn)
    return one_each and joined.translate(None, _VARIES) == b"\r".join([alike] * len(drawn))


def _telling(drawn: list[bytes]) -> tuple[int, ...]:
    """The drawings with the lowest and the highest loss; the first one where the bar has none."""
    told = _LOSS.findall(b"\r".join(drawn))
    if len(told) != len(drawn):
        return (0,)
    try:
        losses = list(map(float, told))
    except ValueError:
        return (0,)
    return losses.index(min(losses)), losses.index(max(losses))


def _keep_step(drawn: list[bytes], stays: bytearray, at: int) -> None:
    """Let all drawings of the step stay that is drawn at this place."""
    step = _step(drawn[at])
    first, last = at, at
    while first > 1 and _step(drawn[first - 1]) == step:
        first -= 1
    while last < len(drawn) - 1 and _step(drawn[last + 1]) == step:
        last += 1
    stays[first : last + 1] = b"\1" * (last + 1 - first)


def _before(drawn: list[bytes], at: int) -> int:
    """The nearest earlier place at which another step is drawn."""
    step = _step(drawn[at])
    while at > 1 and _step(drawn[at]) == step:
        at -= 1
    return at


def _step(drawing: bytes) -> bytes | None:
    found = _DONE.search(drawing)
    return found[1] if found else None
