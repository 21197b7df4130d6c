"""``propose``: every caption that an operation would change, counted and judged, as one Plan."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sdtui.base.text import plural
from sdtui.base.work import Cancelled, Pace, Work, never_cancelled
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.reading import chunks
from sdtui.edits.bulk.copies import CopyDrafting
from sdtui.edits.bulk.drafts import Drafts, Once
from sdtui.edits.bulk.judging import Judge, tokens_of
from sdtui.edits.bulk.metadata import MetadataDrafting
from sdtui.edits.bulk.stale import Readers, StaleCaches
from sdtui.edits.bulk.texts import TextDrafting
from sdtui.edits.operations import CopyFrom, CopyTo, Operation
from sdtui.edits.proposal import CaptionEdit, Proposal
from sdtui.plans.plan import Plan
from sdtui.tokens.encoding import Mode


def propose(
    project: Project,
    samples: Iterable[Sample],
    operation: Operation,
    *,
    limit: int = 75,
    all_lines: bool = False,
    mode: Mode = "ftfy",
    cancelled: Cancelled = never_cancelled,
) -> Work[Proposal]:
    """What ``operation`` would do to the captions of ``samples``, which are of ``project``, as they stand on disk now.

    A caption that images share changes once. A borrowed one becomes the image's own file. What cannot be read, is not
    UTF-8, or speaks against the operation is in ``left_out``. ``all_lines``: also lines that the trainer does not read.
    Yields Progress. Raises UsageError where the operation cannot be carried out at all, SdtuiError where the tokens'
    vocabulary is not installed, and WorkCancelled.
    """
    chosen = list(samples)
    drafts, once = Drafts(), Once()
    judge = Judge(operation, limit, Readers(project))
    metadata = MetadataDrafting(operation, drafts, all_lines=all_lines)
    files = _file_drafting(operation, drafts, once, all_lines=all_lines)
    pace = Pace(len(chosen), cancelled)
    subsets = {subset.name: subset for subset in project.subsets}
    edits: list[CaptionEdit] = []
    for chunk in chunks(chosen):
        for sample in chunk:
            subset = subsets[sample.subset]
            if subset.metadata_file is not None:
                metadata.choose(subset, sample)
            else:
                files.draft(subset, sample)
        yield from pace.step(len(chunk))
    yield from metadata.draft(pace)
    for part in chunks(drafts.changes):
        tokens = tokens_of(part, mode)
        edits += [
            judge.edit(draft, each, once.shared.get(draft.sample.path, ()))
            for draft, each in zip(part, tokens, strict=True)
        ]
        yield from pace.step(0)
    return Proposal(
        title=operation.title,
        plan=Plan(_title(operation, edits), tuple(drafts.writes), judge.warnings(drafts, project)),
        stale=_stale(operation, judge.readers, edits),
        edits=_in_order(project, edits),
        left_out=tuple(drafts.left_out),
        limit=limit,
    )


def _file_drafting(operation: Operation, drafts: Drafts, once: Once, *, all_lines: bool) -> CopyDrafting | TextDrafting:
    if isinstance(operation, (CopyTo, CopyFrom)):
        return CopyDrafting(operation, drafts, once)
    return TextDrafting(operation, drafts, once, all_lines=all_lines)


def _title(operation: Operation, edits: list[CaptionEdit]) -> str:
    only = f" in {edits[0].image.name}" if len(edits) == 1 else f" in {plural(len(edits), 'caption')}"
    return operation.title + only


def _stale(operation: Operation, readers: Readers, edits: list[CaptionEdit]) -> tuple[Path, ...]:
    if isinstance(operation, CopyTo):
        return ()
    images = (image for edit in edits for image in (edit.image, *(each.path for each in readers.of(edit.path))))
    return StaleCaches().of(images)


def _in_order(project: Project, edits: list[CaptionEdit]) -> tuple[CaptionEdit, ...]:
    order = {subset.name: at for at, subset in enumerate(project.subsets)}
    return tuple(sorted(edits, key=lambda edit: order[edit.subset]))
