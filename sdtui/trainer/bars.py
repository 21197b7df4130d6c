"""tqdm's progress bars, as the trainer prints them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FRAME = re.compile(
    r"[\s\v]*(?P<title>[^|]{0,200}?):?\s*\d+%\|[^|]{0,500}\|\s*(?P<done>\d+)/(?P<total>\d+)\s"
    r"\[(?P<elapsed>[\d:]+)<(?P<left>[\d:?]+),\s*(?P<rate>[^,\]]+)(?P<notes>,[^\]]*)?\]"
)
_RATE = re.compile(r"([\d.]+)(s/it|it/s)")
_LOSS = re.compile(r"(?:^|[,\s])(?:\w*av[rg]_(?:\w+_)?loss|loss)=([^,\s]+)")
LONGEST_FRAME = 1500


@dataclass(frozen=True, slots=True)
class Bar:
    """One frame of a bar. ``end`` is the offset behind its closing bracket; what follows is other text."""

    title: str
    done: int
    total: int
    it_per_s: float | None
    loss: float | None
    end: int


def find_bar(text: str) -> Bar | None:
    """The bar that ``text`` begins with, None where it begins otherwise or the bar is not whole yet.

    A bar that was found in a text is found in every longer one that begins with it. Without a total (``0it [00:00,
    ?it/s]``) it is not a bar here.
    """
    head = text[:LONGEST_FRAME]
    if "%|" not in head:
        return None
    close = head.find("]")
    while close >= 0:
        if found := _FRAME.fullmatch(head, 0, close + 1):
            return _bar(found)
        close = head.find("]", close + 1)
    return None


def _bar(found: re.Match[str]) -> Bar:
    loss = _LOSS.search(found["notes"] or "")
    return Bar(
        title=found["title"].strip(),
        done=int(found["done"]),
        total=int(found["total"]),
        it_per_s=_it_per_s(found["rate"]),
        loss=_number(loss.group(1)) if loss else None,
        end=found.end(),
    )


def _it_per_s(text: str) -> float | None:
    found = _RATE.fullmatch(text.strip())
    value = _number(found.group(1)) if found else None
    if found is None or not value:
        return None
    return 1 / value if found.group(2) == "s/it" else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
