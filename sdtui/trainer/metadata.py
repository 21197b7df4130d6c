"""A metadata file of a FineTuning dataset, as the trainer reads it (library/train_util.py, FineTuningDataset)."""

from __future__ import annotations

import json
from typing import Any

from sdtui.trainer.captions import CaptionReading, Written


def entries_of(text: str, *, lines: bool) -> dict[str, Any]:
    """The entries by image path: of a JSON object, or of JSON Lines with ``image_path`` in each.

    Raises json.JSONDecodeError, and ValueError (a sentence's part) where it is other JSON.
    """
    if lines:
        return _lines(text)
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("an object with one key an image was expected")
    return found


def _lines(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() or number < text.count("\n") + 1:
            try:
                entry = json.loads(line)
            except json.JSONDecodeError as error:
                raise json.JSONDecodeError(error.msg, text, start + error.pos) from error
            if not isinstance(entry, dict) or not isinstance(entry.get("image_path"), str):
                raise ValueError(f'line {number} has no "image_path"')
            kept = {key: entry[key] for key in ("image_size", "tags") if key in entry}
            found[entry["image_path"]] = {"caption": entry.get("caption", ""), **kept}
        start += len(line) + 1
    return found


def caption_of(entry: Any, separator: str = ",", wildcard: bool = False) -> CaptionReading:
    """Caption and tags of one entry, joined by the separator without a space."""
    if not isinstance(entry, dict):
        return CaptionReading(None, "Its entry in the metadata is no table, and the trainer stops at that.")
    caption, tags = entry.get("caption"), entry.get("tags")
    caption = "" if caption is None else caption
    if not isinstance(caption, str) or not (tags is None or isinstance(tags, str)):
        return CaptionReading(None, "Its caption or tags in the metadata are no text, and the trainer stops at that.")
    return CaptionReading(caption if tags is None else with_tags(caption, tags, separator, "\n", wildcard), None)


def with_tags(caption: Written, tags: Written, separator: Written, newline: Written, wildcard: bool) -> Written:
    """``tags`` joined after ``caption``; with ``enable_wildcard`` after each of its lines."""
    if not wildcard:
        return separator.join(part for part in (caption, tags) if part)
    tags = tags.replace("\n", str(separator))
    return newline.join(line + separator + tags for line in caption.split("\n") if line.strip())
