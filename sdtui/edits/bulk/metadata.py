"""An operation on captions that stand in metadata files: one change of each file, whatever number of captions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.files import read_bytes
from sdtui.base.work import Pace, Progress
from sdtui.dataset.metadata import parse_entries
from sdtui.dataset.project import Sample, Subset
from sdtui.dataset.reading import chunks
from sdtui.edits.bulk.copies import beside
from sdtui.edits.bulk.drafts import Draft, Drafts, standing
from sdtui.edits.bulk.fields import Fields, changed_fields, objection
from sdtui.edits.caption_file import parse
from sdtui.edits.metadata_text import storable, with_fields
from sdtui.edits.operations import CopyFrom, CopyTo, CreateMissing, Operation, Setting
from sdtui.plans.plan import Write
from sdtui.trainer.metadata import caption_of


@dataclass(frozen=True, slots=True)
class _Choice:
    subset: Subset
    sample: Sample
    key: str


class MetadataDrafting:
    """Drafts for images whose captions stand in a metadata file."""

    def __init__(self, operation: Operation, into: Drafts, *, all_lines: bool) -> None:
        self._operation = operation
        self._into = into
        self._all_lines = all_lines
        self._chosen: dict[Path, dict[str, _Choice]] = defaultdict(dict)
        self._keys: dict[str, Mapping[Path, str]] = {}
        self._targets: set[Path] = set()

    def choose(self, subset: Subset, sample: Sample) -> None:
        """Take ``sample`` in; its file is read when all are known."""
        assert subset.metadata_file is not None
        if subset.name not in self._keys:
            paths = (each.path for each in subset.samples)
            self._keys[subset.name] = dict(zip(paths, subset.keys, strict=True))
        key = self._keys[subset.name].get(sample.path, "")
        self._chosen[subset.metadata_file].setdefault(key, _Choice(subset, sample, key))

    def draft(self, pace: Pace) -> Iterator[Progress]:
        """What the operation makes of all that were chosen. Raises UsageError and WorkCancelled."""
        for path, choices in self._chosen.items():
            try:
                yield from self._file(path, list(choices.values()), pace)
            except UsageError:
                raise
            except SdtuiError as error:
                self._into.left_out.append((path, error.sentence()))

    def _file(self, path: Path, choices: list[_Choice], pace: Pace) -> Iterator[Progress]:
        data = read_bytes(path)
        entries = parse_entries(path, data)
        wanted: dict[str, Mapping[str, str]] = {}
        drafts: list[Draft] = []
        for part in chunks(choices):
            for choice in part:
                draft = self._entry(path, choice, entries.get(choice.key), wanted)
                drafts += [draft] if draft is not None else []
            yield from pace.step(0)
        if wanted:
            self._into.writes.append(Write(path, data, with_fields(path, data, wanted)))
        self._into.changes += drafts

    def _entry(self, path: Path, choice: _Choice, entry: Any, wanted: dict[str, Mapping[str, str]]) -> Draft | None:
        """The draft for one entry; what its fields are to be goes into ``wanted``."""
        problem = _problem(entry)
        if problem is not None:
            self._into.left_out.append((choice.sample.path, problem))
            return None
        setting = Setting.of(choice.subset, choice.sample, all_lines=self._all_lines)
        fields = Fields(entry.get("caption") or "", entry.get("tags") or "")
        if isinstance(self._operation, CreateMissing):
            self._into.skipped["with the caption in a metadata file, where none can be missing"] += 1
            return None
        if isinstance(self._operation, CopyTo):
            return self._copied_out(choice, setting, fields)
        new = self._copied_in(choice, fields) if isinstance(self._operation, CopyFrom) else None
        new = new or changed_fields(self._operation, fields, setting)
        changes = new.changes_from(fields)
        if not changes:
            reason = objection(self._operation, fields, setting)
            if reason is not None:
                self._into.left_out.append((choice.sample.path, reason))
            return None
        wanted[choice.key] = changes
        return self._draft(choice, setting, path, fields, new)

    def _draft(self, choice: _Choice, setting: Setting, path: Path, fields: Fields, new: Fields) -> Draft:
        before, after = fields.read(setting), new.read(setting)
        return Draft(choice.sample, choice.subset, setting, path, before, after, before, after)

    def _copied_in(self, choice: _Choice, fields: Fields) -> Fields:
        """The caption as it stands in the file beside the image; unchanged where that is not to be."""
        assert isinstance(self._operation, CopyFrom)
        source = beside(choice.sample, self._operation.extension)
        try:
            data = standing(source)
        except SdtuiError as error:
            self._into.left_out.append((source, f"{error.what}."))
            return fields
        if data is None:
            self._into.skipped[f"without a {self._operation.extension} file"] += 1
            return fields
        text = parse(source, data)
        if text.undecodable:
            self._into.left_out.append((source, "It is not UTF-8 text, so it was not copied."))
            return fields
        if fields.caption.strip() and fields.caption != text.text.rstrip("\n") and not self._operation.overwrite:
            self._into.left_out.append((choice.sample.path, "It has another caption already, so it was not replaced."))
            return fields
        return replace(fields, caption=text.text.rstrip("\n"))

    def _copied_out(self, choice: _Choice, setting: Setting, fields: Fields) -> Draft | None:
        """The caption, with its tags, as a file beside the image."""
        assert isinstance(self._operation, CopyTo)
        read = fields.read(setting)
        target = beside(choice.sample, self._operation.extension)
        if not read.strip():
            self._into.skipped["without a caption to copy"] += 1
            return None
        if target in self._targets:
            reason = "The caption of another image of this name is copied there."
            self._into.left_out.append((choice.sample.path, reason))
            return None
        self._targets.add(target)
        try:
            there = parse(target, standing(target))
            if there.text.rstrip("\n") == read:
                return None
            if there.text.strip() and not self._operation.overwrite:
                self._into.left_out.append((target, "Another text stands there already, so it was not replaced."))
                return None
            self._into.writes.append(Write(target, there.data, there.with_text(f"{read}\n")))
        except SdtuiError as error:
            self._into.left_out.append((target, f"{error.what}."))
            return None
        return Draft(choice.sample, choice.subset, setting, target, there.text, f"{read}\n", read, read)


def _problem(entry: Any) -> str | None:
    """Why this entry is not edited."""
    if entry is None:
        return "The metadata file no longer names it."
    found = caption_of(entry).problem
    if found is not None:
        return found
    if not all(storable(entry.get(name) or "") for name in ("caption", "tags")):
        return "Its entry in the metadata holds half a character (a lone \\ud800 to \\udfff); mend it in the file."
    return None
