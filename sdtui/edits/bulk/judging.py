"""What a person should know of a bulk operation before agreeing: sentences a caption, and their sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sdtui.base.text import count, plural
from sdtui.dataset.project import Project, Sample
from sdtui.edits.bulk.drafts import Draft, Drafts
from sdtui.edits.bulk.stale import Readers
from sdtui.edits.operations import CopyFrom, CopyTo, Operation, SetText
from sdtui.edits.operations.setting import unread_lines
from sdtui.edits.proposal import CaptionEdit
from sdtui.tokens.encoder import counts
from sdtui.tokens.encoding import Mode
from sdtui.trainer.captions import trained_texts

_NAMED = 3


def tokens_of(drafts: Sequence[Draft], mode: Mode) -> list[tuple[int, int]]:
    """CLIP tokens before and after of what is trained on; where a caption can become several texts, of the longest."""
    texts = [
        trained_texts(read or "", draft.setting.rules)
        for draft in drafts
        for read in (draft.read_before, draft.read_after)
    ]
    numbers = iter(counts((text for each in texts for text in each), mode))
    longest = [max((next(numbers) for _ in each), default=0) for each in texts]
    return list(zip(longest[::2], longest[1::2], strict=True))


@dataclass
class Judge:
    """Collects what there is to say while captions are looked at."""

    operation: Operation
    limit: int
    readers: Readers
    _said: dict[str, list[str]] = field(default_factory=dict)
    """Names of images by what is to be said of them all."""
    _cautions: dict[str, list[str]] = field(default_factory=dict)
    _further_lines: int = 0

    def edit(self, draft: Draft, tokens: tuple[int, int], shared: Sequence[Sample]) -> CaptionEdit:
        """``draft`` as a person sees it, with what there is to say about it."""
        before, after = tokens
        sentences = list(draft.notes)
        sentences += self._on_length(draft, before, after)
        sentences += self._on_text(draft)
        sentences += self._on_others(draft, shared)
        path, subset = draft.sample.path, draft.subset.name
        return CaptionEdit(path, subset, draft.path, draft.before, draft.after, before, after, tuple(sentences))

    def warnings(self, drafts: Drafts, project: Project) -> tuple[str, ...]:
        """The sentences of all, each once, with how many images it goes for."""
        said = [f"{_images(names)} {what}: {_named(names)}." for what, names in self._said.items()]
        said += [f"{_images(names)}: {what} ({_named(names)})" for what, names in self._cautions.items()]
        said += [f"{_images(number)} {what}: nothing to do." for what, number in drafts.skipped.items()]
        if self._further_lines:
            those = plural(self._further_lines, "caption has", "captions have")
            said.append(f"{those} further lines, which the trainer does not read here; they stay as they are.")
        if isinstance(self.operation, CopyTo):
            said += _other_extension(self.operation, drafts, project)
        return tuple(said)

    def _say(self, draft: Draft, what: str) -> None:
        self._said.setdefault(what, []).append(draft.sample.name)

    def _on_length(self, draft: Draft, before: int, after: int) -> Iterator[str]:
        if after > self.limit >= before:
            self._say(draft, f"would be longer than {self.limit} tokens")
            yield f"It would be {count(after)} tokens long: {plural(after - self.limit, 'token')} over {self.limit}."

    def _on_text(self, draft: Draft) -> Iterator[str]:
        if draft.before.strip() and not draft.after.strip():
            self._say(draft, "would have no text (one line end is written, because the trainer stops at 0 bytes)")
            yield "It would have no text; one line end is written, because the trainer stops at a file of 0 bytes."
        if draft.before == "" and draft.read_before and draft.subset.class_tokens == draft.read_before:
            self._say(draft, "had no caption, so the class tokens of the folder were trained until now")
            yield f"It had no caption and was trained on the class tokens {draft.read_before!r}."
        yield from self._on_unread_lines(draft)
        caution = self.operation.caution(draft.before, draft.after, draft.setting)
        if caution is not None:
            self._cautions.setdefault(caution, []).append(draft.sample.name)
            yield caution

    def _on_unread_lines(self, draft: Draft) -> Iterator[str]:
        lines, now = unread_lines(draft.before, draft.setting), unread_lines(draft.after, draft.setting)
        if isinstance(self.operation, (SetText, CopyFrom)):
            if lines:
                self._say(draft, "with further lines, which the trainer does not read; they are replaced too")
                yield f"{plural(lines, 'further line')}, which the trainer does not read, would be replaced too."
        elif now > lines:
            self._say(draft, "would have more lines that the trainer does not read")
            yield f"The trainer would not read {plural(now - lines, 'line')} of it."
        elif now and not draft.setting.all_lines:
            self._further_lines += 1

    def _on_others(self, draft: Draft, shared: Sequence[Sample]) -> Iterator[str]:
        if draft.subset.metadata_file is not None:
            return
        own = draft.sample
        for sample in self.readers.of(draft.path) if draft.path == own.caption_read_from else ():
            if sample.caption_path != draft.path:
                self._say(draft, "with a caption that an image without one borrows")
                yield f"{sample.name} has no caption of its own and reads this one."
            elif sample.path != own.path:
                self._say(draft, "with a caption file that another image has too")
                yield f"{sample.name} has the same caption file."
        others = sorted({sample.subset for sample in shared} - {own.subset})
        if others:
            self._say(draft, "in several subsets, changed by the rules of the first")
            yield f"It stands in {', '.join(others)} too; the rules of {own.subset} were gone by."


def _other_extension(operation: CopyTo, drafts: Drafts, project: Project) -> Iterator[str]:
    """A folder's ``.caption`` files are read only as long as no ``.txt`` stands beside them (dataset scanning)."""
    copied = {draft.subset.name: draft.subset for draft in drafts.changes}
    for subset in copied.values():
        if operation.extension == ".txt" and subset.caption_extension == ".caption" and project.toml is None:
            yield (
                f"From then on the .txt files of {subset.name} are read and no longer its .caption files; "
                "images whose caption was not copied would have none."
            )


def _images(names: Sequence[str] | int) -> str:
    return plural(names if isinstance(names, int) else len(names), "image")


def _named(names: Sequence[str]) -> str:
    rest = f" and {count(len(names) - _NAMED)} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + rest
