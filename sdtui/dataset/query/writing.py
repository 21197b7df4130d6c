"""Filters made by the program instead of a person."""

from __future__ import annotations

import re


def quoted(text: str) -> str:
    """``text`` as it stands in a filter to be found letter by letter (but for case)."""
    return '"' + re.sub(r'(["*?\\])', r"\\\1", text) + '"'


def tag_filter(tag: str) -> str:
    """The filter that finds the images with just this tag, spelled this way."""
    return f"tag:{quoted(tag)}"


def all_of(*filters: str) -> str:
    """The filter that means what all of ``filters`` mean; empty ones ask for nothing."""
    asked = [one.strip() for one in filters if one.strip()]
    return asked[0] if len(asked) == 1 else " AND ".join(f"({one})" for one in asked)
