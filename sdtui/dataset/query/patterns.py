"""Globs and regular expressions made ready to search with, and kept from eating the machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import regex

from sdtui.base.regexes import too_large
from sdtui.dataset.query.errors import QueryError
from sdtui.dataset.query.nodes import Glob

_LONGEST = 2_000
"""Characters of a regular expression."""
_FLAG = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL, "x": regex.VERBOSE}


def glob_test(glob: Glob, spelled: Callable[[str], str], *, whole: bool) -> Callable[[str], bool]:
    """Whether a text that is ``spelled`` the same way fits a Glob: all of it, or a part.

    What stands between two stars is looked for once, from left to right, and never again: time grows with the text
    and not with its power, however many stars there are.
    """
    first, *others = _between_stars(glob, spelled)
    if whole:
        *inner, last = others or [""]
        source = first + "".join(f"(?>.*?{part})" for part in inner) + (f".*{last}" if others else "")
        fits = regex.compile(source, regex.DOTALL).fullmatch
    else:
        source = "".join(f"(?>.*?{part})" for part in (first, *others))
        fits = regex.compile(source, regex.DOTALL).match
    return lambda text: fits(text) is not None


def _between_stars(glob: Glob, spelled: Callable[[str], str]) -> list[str]:
    """Regular expressions of what stands before, between and after the stars."""
    parts = [""]
    for at, piece in enumerate(glob.pieces()):
        if at % 2 == 0:
            parts[-1] += regex.escape(spelled(piece), special_only=True)
        elif piece == "?":
            parts[-1] += "."
        elif parts[-1] or len(parts) == 1:
            parts.append("")
    return parts


def compiled(pattern: str, flags: str, text: str, position: int) -> regex.Pattern[str]:
    """A regular expression that stands at ``position`` of the filter ``text``. Raises QueryError."""
    if len(pattern) > _LONGEST:
        raise QueryError("This regular expression is longer than 2,000 characters", text, position)
    at = too_large(pattern)
    if at is not None:
        raise QueryError(
            "This regular expression repeats too often",
            text,
            position + at,
            remedy="The numbers in braces, multiplied with each other and with its length, may come to a million.",
        )
    try:
        return _compiled(pattern, flags)
    except regex.error as error:
        # types-regex does not know the attributes of the exception.
        said, where = str(getattr(error, "msg", error)), getattr(error, "pos", None) or 0
        raise QueryError(
            f"This is no valid regular expression: {said}",
            text,
            position + where,
            remedy="A backslash before a character takes its meaning: ~/miku \\(vocaloid\\)/",
        ) from error
    except (RecursionError, OverflowError) as error:
        raise QueryError("This regular expression is nested too deeply", text, position) from error


@lru_cache(maxsize=64)
def _compiled(pattern: str, flags: str) -> regex.Pattern[str]:
    number = 0
    for flag in flags:
        number |= _FLAG[flag]
    return regex.compile(pattern, number)
