"""The text of a prompt without the syntax that weighs its parts."""

from __future__ import annotations

import re

_SYNTAX = re.compile(r"\\([()\[\]\\])|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)|[()\[\]]")


def unweighted_segments(prompt: str) -> tuple[str, ...]:
    """What is tokenized, each part for itself: ``(red:1.2) circle`` gives ``red`` and `` circle``.

    As library/lpw_stable_diffusion.py and strategy_base.py, parse_prompt_attention: brackets and weights cost no token,
    an escaped bracket is text.
    """
    segments, start, text = [], 0, ""
    for match in _SYNTAX.finditer(prompt):
        text += prompt[start : match.start()]
        start = match.end()
        if match.group(1) is not None:
            text += match.group(1)
        else:
            segments.append(text)
            text = ""
    segments.append(text + prompt[start:])
    return tuple(segment for segment in segments if segment)
