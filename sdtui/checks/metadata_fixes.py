"""Mending a metadata file as a Plan, for findings of ``checks.metadata``: no other byte of it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.base.files import folder_entries, read_bytes
from sdtui.base.there import is_file
from sdtui.base.work import Progress, Work
from sdtui.checks import metadata as rules
from sdtui.checks.finding import Finding
from sdtui.dataset.metadata import parse_entries
from sdtui.dataset.project import Project
from sdtui.edits.metadata_keys import with_keys
from sdtui.edits.metadata_text import with_fields
from sdtui.edits.proposal import Proposal
from sdtui.images.header import read_size
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.names import is_image


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    value: Any
    folder: Path
    """The subset's image_dir."""

    @property
    def path(self) -> Path:
        return self.folder / self.key


_Mend: TypeAlias = Callable[[_Entry], Any]
"""The new key, or the fields to be set. Raises ValueError, whose text is a sentence, where it is left."""
_Rewrite: TypeAlias = Callable[[Path, bytes, dict[str, Any]], bytes]


def _each(title: str, mend: _Mend, rewrite: _Rewrite) -> Callable[[Project, Finding], Work[Proposal]]:
    def mended(project: Project, finding: Finding) -> Work[Proposal]:
        if finding.path is None:
            raise UsageError("This finding names no metadata file")
        before = read_bytes(finding.path)
        wanted: dict[str, Any] = {}
        left_out: list[tuple[Path, str]] = []
        for number, entry in enumerate(_entries(project, finding, before)):
            if number % 100 == 0:
                yield Progress(number, len(finding.files), "images")
            try:
                wanted[entry.key] = mend(entry)
            except ValueError as error:
                left_out.append((entry.path, str(error)))
        after = rewrite(finding.path, before, wanted) if wanted else before
        named = f"{title} in {finding.path.name}"
        changes = (Write(finding.path, before, after),) if after != before else ()
        return Proposal(named, Plan(named, changes), left_out=tuple(left_out))

    return mended


def _entries(project: Project, finding: Finding, data: bytes) -> Iterator[_Entry]:
    """The entries that ``finding`` is about."""
    assert finding.path is not None
    subset = next((one for one in project.subsets if one.metadata_file == finding.path), None)
    folder = subset.image_dir if subset is not None else finding.path.parent
    about = frozenset(finding.files)
    for key, value in parse_entries(finding.path, data).items():
        entry = _Entry(key, value, folder)
        if entry.path in about:
            yield entry


def _with_ending(entry: _Entry) -> str:
    """The key with the ending of the one image that has its stem."""
    try:
        with folder_entries(entry.path.parent) as files:
            names = [file.name for file in files if is_image(file.name) and Path(file.name).stem == entry.path.name]
    except UnreadableError as error:
        raise ValueError(f"{error.what}.") from error
    if len(names) != 1:
        raise ValueError(f"{'Several images have' if names else 'No image has'} this name.")
    return entry.key + names[0][len(entry.path.name) :]


def _not_doubled(entry: _Entry) -> str:
    found = rules.without_first_folder(entry.path, entry.key)
    if not is_file(found) or not found.is_relative_to(entry.folder):
        raise ValueError("The image is not there any more.")
    return str(found.relative_to(entry.folder))


def _real_size(entry: _Entry) -> dict[str, Any]:
    size = read_size(entry.path)
    if not all(size):
        raise ValueError("Its size cannot be read.")
    return {"image_size": list(size)}


def _as_text(entry: _Entry) -> dict[str, Any]:
    """Lists of texts as one text; what is otherwise no text cannot be told."""
    if not isinstance(entry.value, dict):
        raise ValueError("Its entry is no table with a caption and tags.")
    joined: dict[str, Any] = {}
    for name in ("caption", "tags"):
        value = entry.value.get(name)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            joined[name] = ", ".join(value)
        elif value is not None and not isinstance(value, str):
            raise ValueError(f"Its {name} is neither a text nor a list of texts.")
    return joined


METADATA_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    rules.STEM_KEY.code: _each("name images with their endings", _with_ending, with_keys),
    rules.DOUBLED.code: _each("take doubled folders out of paths", _not_doubled, with_keys),
    rules.SIZE_CHANGED.code: _each("set the sizes of images", _real_size, with_fields),
    rules.WRONG_SIZE.code: _each("set the sizes of images", _real_size, with_fields),
    rules.WRONG_ENTRY.code: _each("join lists of tags", _as_text, with_fields),
}
"""By the code of the finding."""
