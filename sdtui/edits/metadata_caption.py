"""The caption of one image that stands in a metadata file: only its own bytes there are ever changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sdtui.base.errors import ChangedOutsideError, SyntaxProblem, UnreadableError
from sdtui.base.files import read_bytes
from sdtui.dataset.metadata import parse_entries
from sdtui.dataset.project import Sample, Subset
from sdtui.edits.captions import plan_of
from sdtui.edits.metadata_text import storable, with_fields
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.caches import stale_text_caches
from sdtui.trainer.metadata import caption_of


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
    separator, wildcard = options.get("caption_separator", ","), bool(options.get("enable_wildcard"))
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
    after = with_fields(caption.path, before, {caption.key: {"caption": new_text}})
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
    if not storable(text):
        raise SyntaxProblem(
            "Its caption in the metadata holds half a character (a lone \\ud800 to \\udfff)",
            path=caption.path,
            remedy="Mend it in the file; it is not edited here.",
        )
    return replace(caption, text=text, tags=entry.get("tags") or "")
