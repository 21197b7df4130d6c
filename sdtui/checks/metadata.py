"""What is wrong with a metadata file of a full fine-tune."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import read_bytes
from sdtui.base.text import plural
from sdtui.base.there import is_file
from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, never_cancelled
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.metadata import parse_entries
from sdtui.images.header import read_size
from sdtui.trainer.metadata import caption_of
from sdtui.trainer.names import is_image

_STEP = 200
"""Images between two reports of progress."""


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    path: Path
    value: Any
    relative: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    """One kind of finding: every entry that it is about goes into one finding."""

    code: str
    severity: Severity
    what: str
    """After "12 entries"."""
    why: str
    fix: str | None = None


STEM_KEY = _Rule(
    "metadata-stem-key",
    Severity.ERROR,
    "name an image without its ending",
    "The trainer takes the key for the file's name and stops, because there is no such file.",
    "Write the file anew with sdtui metadata write, which names full paths.",
)
DOUBLED = _Rule(
    "metadata-doubled-path",
    Severity.ERROR,
    "repeat the image folder in a relative path",
    "The trainer joins image_dir and the key, so that the folder stands in the path twice.",
    "Make the keys relative to image_dir, or write them as full paths.",
)
WITHOUT_FOLDER = _Rule(
    "metadata-relative-path",
    Severity.WARNING,
    "are relative paths",
    "The trainer asserts that the subset has an image_dir then; here the folder of this file was taken for it.",
    "Name the image_dir in the config, and give it here with --image-dir.",
)
ABSENT = _Rule(
    "missing-image",
    Severity.ERROR,
    "name an image that is not on this machine",
    "The trainer stops at an image that it cannot open.",
)
WRONG_ENTRY = _Rule(
    "metadata-entry",
    Severity.ERROR,
    "are no table with a text as caption and tags",
    "The trainer joins caption and tags as texts, and stops at a list or a number.",
    "Join the tags to one text, separated by commas.",
)
NO_CAPTION = _Rule(
    "caption-none",
    Severity.WARNING,
    "have neither caption nor tags",
    "The image is trained on an empty text.",
)
SIZE_CHANGED = _Rule(
    "metadata-size",
    Severity.WARNING,
    "say another size than the image has",
    "The trainer chooses the bucket by the size in the file, and scales the image to it wrongly.",
    "Write the file anew with sdtui metadata write.",
)
WRONG_SIZE = _Rule(
    "metadata-size-form",
    Severity.ERROR,
    "have an image_size that is not two whole numbers",
    "The trainer takes it for width and height.",
)


def check_metadata(
    path: Path, image_dir: Path | None = None, *, cancelled: Cancelled = never_cancelled
) -> Work[tuple[Finding, ...]]:
    """Look at the metadata file at ``path`` as library/train_util.py, FineTuningDataset, reads it.

    ``image_dir`` is the subset's; without, the folder of the file stands in for relative keys. Raises UnreadableError,
    WorkCancelled.
    """
    try:
        entries = parse_entries(path, read_bytes(path))
    except SyntaxProblem as error:
        finding = Finding("metadata-syntax", Severity.ERROR, f"{error.what}.", path, error.line, fix=error.remedy)
        return (finding,)
    if not entries:
        why = "The trainer leaves the subset out, and says so in a line of its log."
        return (Finding("metadata-empty", Severity.ERROR, "There is no image in it.", path, why=why),)
    found: dict[_Rule, list[_Entry]] = {}
    for number, (key, value) in enumerate(sorted(entries.items())):
        if number % _STEP == 0:
            if cancelled():
                raise WorkCancelled
            yield Progress(number, len(entries), "images")
        entry = _Entry(key, (image_dir or path.parent) / key, value, relative=not Path(key).is_absolute())
        for rule in _broken(entry, image_dir):
            found.setdefault(rule, []).append(entry)
    return tuple(_finding(path, rule, about) for rule, about in sorted(found.items(), key=_order))


def _order(found: tuple[_Rule, list[_Entry]]) -> tuple[int, str]:
    return list(Severity).index(found[0].severity), found[0].code


def _finding(path: Path, rule: _Rule, about: list[_Entry]) -> Finding:
    message = f"{plural(len(about), 'entry', 'entries')} {rule.what}: {about[0].key}"
    more = ", ..." if len(about) > 1 else ""
    files = tuple(entry.path for entry in about)
    return Finding(rule.code, rule.severity, f"{message}{more}", path, files=files, why=rule.why, fix=rule.fix)


def _broken(entry: _Entry, image_dir: Path | None) -> Iterator[_Rule]:
    if entry.relative and image_dir is None:
        yield WITHOUT_FOLDER
    yield from _wrong_path(entry)
    if caption_of(entry.value).problem is not None:
        yield WRONG_ENTRY
        return
    if not caption_of(entry.value).text:
        yield NO_CAPTION
    yield from _wrong_size(entry)


def _wrong_path(entry: _Entry) -> Iterator[_Rule]:
    if is_file(entry.path):
        return
    if not is_image(entry.path.name) and not entry.path.suffix:
        yield STEM_KEY
    elif entry.relative and is_file(without_first_folder(entry.path, entry.key)):
        yield DOUBLED
    else:
        yield ABSENT


def without_first_folder(path: Path, key: str) -> Path:
    """Where the image is when the key begins with folders that stand in ``image_dir`` already."""
    parts = Path(key).parts
    base = Path(str(path)[: -len(key)]) if str(path).endswith(key) else path.parent
    for shared in range(1, len(parts)):
        if base.parts[-shared:] == parts[:shared]:
            return base.joinpath(*parts[shared:])
    return path


def _wrong_size(entry: _Entry) -> Iterator[_Rule]:
    said = entry.value.get("image_size") if isinstance(entry.value, Mapping) else None
    if said is None:
        return
    if not (isinstance(said, list) and len(said) == 2 and all(type(side) is int for side in said)):
        yield WRONG_SIZE
        return
    really = read_size(entry.path) if is_file(entry.path) else (0, 0)
    if all(really) and tuple(said) != really:
        yield SIZE_CHANGED
