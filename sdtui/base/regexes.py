"""What a person types as a regular expression must not eat the machine that it is compiled on."""

from __future__ import annotations

import re

_LARGEST = 1_000_000
_COUNT = re.compile(r"\{\s*(\d+)")


def too_large(pattern: str) -> int | None:
    """Where in ``pattern`` its repetitions come to more than a million characters; None where they do not.

    The package regex writes repetitions out: it makes ten thousand copies of ``(a{100}){100}``, and fills the memory
    over ``((a{1000}){1000}){1000}``.
    """
    size = len(pattern)
    for number in _COUNT.finditer(pattern):
        size *= max(1, int(number.group(1)[:9]))
        if size > _LARGEST:
            return number.start()
    return None
