"""Paths of Windows in the double quotes of a TOML file, where a backslash means something else."""

from __future__ import annotations

import re

_PATH = re.compile(r'^(?P<before>[ \t]*[\w"-]+[ \t]*=[ \t]*)"(?P<path>(?:[A-Za-z]:|\\\\)\\?[^"\n]*)"', re.MULTILINE)
_DOUBLED = re.compile(r"(?:[^\\]|\\\\)*")


def in_single_quotes(text: str) -> str:
    """``text`` with ``"G:\\data"`` as ``'G:\\data'``, which means what it says; doubled backslashes stay.

    In double quotes the trainer's parser stops at ``\\d``, and reads ``\\n`` as the end of a line.
    """

    def mended(found: re.Match[str]) -> str:
        path = found["path"]
        if "'" in path or "\\" not in path or _DOUBLED.fullmatch(path):
            return found[0]
        return f"{found['before']}'{path}'"

    return _PATH.sub(mended, text)
