"""An operation on the text of caption files, each read anew from disk."""

from __future__ import annotations

from dataclasses import replace

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.dataset.project import CaptionSource, Sample, Subset
from sdtui.edits.bulk.drafts import Draft, Drafts, Once, standing
from sdtui.edits.caption_file import CaptionFile, parse
from sdtui.edits.operations import CreateMissing, Operation, Setting
from sdtui.plans.plan import Write
from sdtui.trainer.captions import read_caption

_NEWLINE = b"\n"


class TextDrafting:
    """Drafts for images whose captions stand in files of their own."""

    def __init__(self, operation: Operation, into: Drafts, once: Once, *, all_lines: bool) -> None:
        self._operation = operation
        self._into = into
        self._once = once
        self._all_lines = all_lines

    def draft(self, subset: Subset, sample: Sample) -> None:
        """What the operation makes of the caption of ``sample``. Raises UsageError where it cannot be carried out."""
        if not self._once.first(sample.caption_path, sample):
            return
        setting = Setting.of(subset, sample, all_lines=self._all_lines)
        try:
            change = self._change(subset, sample, setting)
        except UsageError as error:  # a pattern that would hang on it
            raise UsageError(error.what, path=sample.caption_path, remedy=error.remedy) from error
        except SdtuiError as error:
            self._leave(sample, error.what)
            return
        if change is not None:
            draft, write = change
            self._into.changes.append(draft)
            self._into.writes.append(write)

    def _leave(self, sample: Sample, what: str) -> None:
        self._into.left_out.append((sample.caption_path, what if what.endswith(".") else f"{what}."))

    def _change(self, subset: Subset, sample: Sample, setting: Setting) -> tuple[Draft, Write] | None:
        own = standing(sample.caption_path)
        if isinstance(self._operation, CreateMissing):
            return self._made(subset, sample, setting, own)
        data = own
        if own is None and sample.caption_read_from is not None:
            data = standing(sample.caption_read_from)
            if data is None:
                self._leave(sample, "Its caption is gone since the dataset was read.")
                return None
        caption = parse(sample.caption_path, data)
        if own is None:
            caption = replace(caption, data=None)
        if caption.undecodable:
            caption.with_text("")  # raises the sentence for it
        after = self._operation.apply(caption.text, setting)
        if after == caption.text:
            objection = self._operation.objection(caption.text, setting)
            if objection is not None:
                self._leave(sample, objection)
            return None
        return self._edited(subset, sample, setting, caption, data, after)

    def _edited(
        self, subset: Subset, sample: Sample, setting: Setting, caption: CaptionFile, data: bytes | None, after: str
    ) -> tuple[Draft, Write] | None:
        written = caption.with_text(after)
        if written == caption.data:
            return None
        wildcard = setting.rules.wildcard
        before = subset.class_tokens if data is None else read_caption(data, wildcard=wildcard).text
        draft = Draft(
            sample,
            subset,
            setting,
            caption.path,
            caption.text,
            after,
            before,
            read_caption(written, wildcard=wildcard).text,
            tuple(self._notes(sample, caption, data)),
        )
        return draft, Write(caption.path, caption.data, written)

    def _notes(self, sample: Sample, caption: CaptionFile, data: bytes | None) -> list[str]:
        if caption.data is None and data is not None and sample.caption_read_from is not None:
            return [f"Its text was borrowed from {sample.caption_read_from.name}; it gets a file of its own."]
        return []

    def _made(self, subset: Subset, sample: Sample, setting: Setting, own: bytes | None) -> tuple[Draft, Write] | None:
        """One line end where there is no caption, or one of 0 bytes."""
        if own or (own is None and sample.caption_source is CaptionSource.BORROWED):
            return None
        before = subset.class_tokens if own is None else None
        draft = Draft(sample, subset, setting, sample.caption_path, "", "\n", before, "")
        return draft, Write(sample.caption_path, own, _NEWLINE)
