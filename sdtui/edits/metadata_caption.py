"""The caption of one image that stands in a metadata file: only its own bytes there are ever changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import ChangedOutsideError, SyntaxProblem, UnreadableError, WriteError
from sdtui.base.files import read_bytes
from sdtui.dataset.metadata import parse_entries
from sdtui.dataset.project import Sample, Subset
from sdtui.edits.captions import plan_of
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.caches import stale_text_caches
from sdtui.trainer.metadata import caption_of

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class MetadataCaption:
    """The caption of the entry ``key`` of the metadata file at ``path``."""

    path: Path
    key: str
    """How the file names the image: absolute, or relative to the subset's ``image_dir``."""
    text: str
    """The caption alone, as the editor shows it."""
    tags: str = ""
    """What the trainer joins after it; never edited here."""
    separator: str = ","
    wildcard: bool = False

    def trained(self, text: str) -> str:
        """``text`` with the tags of the entry, as the trainer joins them."""
        return caption_of({"caption": text, "tags": self.tags or None}, self.separator, self.wildcard).text or ""


def open_metadata_caption(subset: Subset, sample: Sample) -> MetadataCaption:
    """The caption of ``sample``, whose ``subset`` is read from a metadata file, as it stands there now.

    Raises UnreadableError where the file cannot be read, or its entry is gone or holds no text.
    """
    assert subset.metadata_file is not None
    by_sample = list(zip(subset.samples, subset.keys, strict=True))
    key = next((key for each, key in by_sample if each is sample), None)
    if key is None:
        key = next((key for each, key in by_sample if each.path == sample.path), "")
    options = subset.options
    separator, wildcard = options.get("caption_separator") or ",", bool(options.get("enable_wildcard"))
    return reread(MetadataCaption(subset.metadata_file, key, "", separator=separator, wildcard=wildcard))


def reread(caption: MetadataCaption) -> MetadataCaption:
    """``caption`` as it stands in the file now. Raises UnreadableError."""
    return _current(caption, read_bytes(caption.path))


def save_metadata_plan(caption: MetadataCaption, new_text: str, image: Path, delete_stale: bool = True) -> Plan:
    """The Plan that makes the entry's caption ``new_text``, every other byte of the file left as it is now.

    Other entries may have changed since ``caption`` was read. Raises ChangedOutsideError when this caption has,
    UnreadableError when its entry can no longer be read, WriteError when ``new_text`` cannot be stored.
    """
    title = f"edit the caption of {image.name}"
    if new_text == caption.text:
        return Plan(title, ())
    before = read_bytes(caption.path)
    if _current(caption, before).text != caption.text:
        raise ChangedOutsideError(
            f"The caption of {image.name} was changed outside since it was read, so nothing was written",
            path=caption.path,
            remedy="Look at it again, then decide.",
        )
    after = _with_caption(caption, before, new_text)
    return plan_of(title, Write(caption.path, before, after), stale_text_caches(image), delete_stale=delete_stale)


def _current(caption: MetadataCaption, data: bytes) -> MetadataCaption:
    entries = parse_entries(caption.path, data)
    if caption.key not in entries:
        raise UnreadableError(
            "This metadata file no longer names the image, so its caption cannot be edited", path=caption.path
        )
    entry = entries[caption.key]
    problem = caption_of(entry).problem
    if problem is not None:
        raise SyntaxProblem(problem, path=caption.path, remedy="Mend it in the file; it is not edited here.")
    text = entry.get("caption") or ""
    if not _storable(text):
        raise SyntaxProblem(
            "Its caption in the metadata holds half a character (a lone \\ud800 to \\udfff)",
            path=caption.path,
            remedy="Mend it in the file; it is not edited here.",
        )
    return replace(caption, text=text, tags=entry.get("tags") or "")


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _with_caption(caption: MetadataCaption, before: bytes, new: str) -> bytes:
    """``before`` with ``new`` as the one caption, proved by reading the result back. Raises WriteError."""
    if not _storable(new):
        raise WriteError(
            "The caption has half a character in it, which UTF-8 cannot hold",
            path=caption.path,
            remedy="Remove it; it came from a broken paste or file name.",
        )
    text = before.decode("utf-8")
    start, stop = _entry_of_line(caption, text) if _is_lines(caption.path) else _entry_of_document(caption, text)
    literal = json.dumps(new, ensure_ascii=_escapes(text))
    entry = _replaced(text[start:stop], literal)
    after = text[:start] + entry + text[stop:]
    if _parsed(entry) != {**_parsed(text[start:stop]), "caption": new} or not _only_changed(caption, text, after, new):
        raise WriteError(
            "Changing this caption would have changed more than it, so nothing was written",
            path=caption.path,
            remedy="Edit the metadata file by hand; the same key may stand in it more than once.",
        )
    return after.encode("utf-8")


def _is_lines(path: Path) -> bool:
    return path.name.endswith(".jsonl")


def _entry_of_document(caption: MetadataCaption, text: str) -> tuple[int, int]:
    """Where the entry stands; of equal keys the last one, as JSON readers take it."""
    found = [member for member in _members(text, _space(text, 0)) if member.key == caption.key]
    return found[-1].value, found[-1].stop


def _entry_of_line(caption: MetadataCaption, text: str) -> tuple[int, int]:
    """Where the last line stands that is about the image."""
    found = start = 0
    length = 0
    for line in text.split("\n"):
        if line.strip() and _DECODER.decode(line).get("image_path") == caption.key:
            found, length = start, len(line)
        start += len(line) + 1
    opening = _space(text, found)
    return opening, opening + len(text[opening : found + length].rstrip(" \t\r"))


def _replaced(entry: str, literal: str) -> str:
    """The JSON object ``entry`` with ``literal`` as its caption, put in front of all where it has none."""
    members = list(_members(entry, 0))
    captions = [member for member in members if member.key == "caption"]
    if captions:
        return entry[: captions[-1].value] + literal + entry[captions[-1].stop :]
    if not members:
        return '{"caption": ' + literal + "}"
    first = members[0]
    colon, gap = entry[first.key_stop : first.value], entry[1 : first.start]
    return "".join((entry[: first.start], '"caption"', colon, literal, ",", gap or " ", entry[first.start :]))


@dataclass(frozen=True, slots=True)
class _Member:
    """A key of a JSON object and its value: where the key begins and stops, and where the value does."""

    key: str
    start: int
    key_stop: int
    value: int
    stop: int


def _members(text: str, opening: int) -> Iterator[_Member]:
    """The members of the well-formed JSON object that begins at ``opening``."""
    at = _space(text, opening + 1)
    while text[at] != "}":
        key, key_stop = _DECODER.raw_decode(text, at)
        value = _space(text, _space(text, key_stop) + 1)
        stop = _DECODER.raw_decode(text, value)[1]
        yield _Member(key, at, key_stop, value, stop)
        at = _space(text, stop)
        if text[at] == ",":
            at = _space(text, at + 1)


def _space(text: str, at: int) -> int:
    """Where what follows white space begins."""
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _escapes(text: str) -> bool:
    """Whether the file writes é as ``\\u00e9``, as the trainer's own tools do: unless a plain one stands in it."""
    return text.isascii()


def _only_changed(caption: MetadataCaption, before: str, after: str, new: str) -> bool:
    if _is_lines(caption.path):
        old, fresh = before.split("\n"), after.split("\n")
        changed = [at for at, (one, two) in enumerate(zip(old, fresh, strict=False)) if one != two]
        return len(old) == len(fresh) and len(changed) == 1
    entries = _parsed(before)
    return bool(_parsed(after) == {**entries, caption.key: {**entries[caption.key], "caption": new}})


def _parsed(text: str) -> Any:
    # NaN is unlike itself, which would look like a change.
    return json.loads(text, parse_constant=str)
