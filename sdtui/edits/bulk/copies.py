"""Captions copied, byte for byte, to and from files of another extension beside them."""

from __future__ import annotations

from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import SdtuiError
from sdtui.dataset.project import Sample, Subset
from sdtui.edits.bulk.drafts import Draft, Drafts, Once, standing
from sdtui.edits.caption_file import parse
from sdtui.edits.operations import CopyFrom, CopyTo, Setting
from sdtui.plans.plan import Write
from sdtui.trainer.captions import read_caption


class CopyDrafting:
    """Drafts for images whose captions stand in files of their own."""

    def __init__(self, operation: CopyTo | CopyFrom, into: Drafts, once: Once) -> None:
        self._operation = operation
        self._into = into
        self._once = once

    def draft(self, subset: Subset, sample: Sample) -> None:
        """The copy for ``sample``, unless there is nothing to copy, or a text stands where it would go."""
        own = sample.caption_path
        other = beside(sample, self._operation.extension)
        if not self._once.first(own, sample):
            return
        if other == own:
            self._into.skipped[f"with a caption that ends in {self._operation.extension} already"] += 1
            return
        try:
            if isinstance(self._operation, CopyTo):
                self._copy(subset, sample, sample.caption_read_from or own, other)
            else:
                self._copy(subset, sample, other, own)
        except SdtuiError as error:
            self._into.left_out.append((own, f"{error.what}."))

    def _copy(self, subset: Subset, sample: Sample, source: Path, target: Path) -> None:
        data = standing(source)
        if data is None:
            self._into.skipped[
                "without a caption to copy" if self._to else f"without a {self._operation.extension} file"
            ] += 1
            return
        text = parse(source, data)
        if text.undecodable:
            text.with_text("")  # raises the sentence for it
        before = standing(target)
        if before == data:
            return
        there = parse(target, before)
        if there.text.strip() and not self._operation.overwrite:
            self._into.left_out.append((target, "Another text stands there already, so it was not replaced."))
            return
        if there.undecodable:
            there.with_text("")
        setting = Setting.of(subset, sample)
        read = self._read_now(subset, sample, setting)
        after = read if self._to else read_caption(data or b"\n", wildcard=setting.rules.wildcard).text
        self._into.changes.append(Draft(sample, subset, setting, target, there.text, text.text, read, after))
        self._into.writes.append(Write(target, before, data or b"\n"))

    @property
    def _to(self) -> bool:
        return isinstance(self._operation, CopyTo)

    def _read_now(self, subset: Subset, sample: Sample, setting: Setting) -> str | None:
        """What the trainer reads for ``sample`` now; a copy beside it changes nothing of that."""
        data = standing(sample.caption_read_from or sample.caption_path)
        return subset.class_tokens if data is None else read_caption(data, wildcard=setting.rules.wildcard).text


def beside(sample: Sample, extension: str) -> Path:
    """The file of another extension that belongs to ``sample``."""
    return sample.path.with_name(splitext(sample.path.name)[0] + extension)
