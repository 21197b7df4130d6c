"""The caption of the previous image given to the next one: half of a dataset's pictures follow another like it."""

from __future__ import annotations

from dataclasses import replace

from sdtui.base.errors import UsageError
from sdtui.base.work import Cancelled, Work, never_cancelled
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits.bulk import propose
from sdtui.edits.captions import open_caption
from sdtui.edits.metadata_caption import open_metadata_caption
from sdtui.edits.operations import Append, Operation, SetText
from sdtui.edits.proposal import Proposal
from sdtui.tokens.encoding import Mode


def previous(project: Project, sample: Sample) -> Sample | None:
    """The image before ``sample`` in its subset; None where it is the first."""
    subset = project.subset(sample.subset)
    before = None
    for each in subset.samples if subset is not None else ():
        if each.path == sample.path:
            return before
        before = each
    return None


def paste(
    project: Project,
    sample: Sample,
    source: Sample | None = None,
    *,
    append: bool = False,
    limit: int = 75,
    mode: Mode = "ftfy",
    cancelled: Cancelled = never_cancelled,
) -> Work[Proposal]:
    """Give ``sample`` the caption of ``source``, which is the previous image unless another is named.

    It takes the place of all that stands there; with ``append`` the text that the trainer reads of it is put behind. An
    image that borrows its caption gets a file of its own. Raises UsageError where there is no caption to paste,
    UnreadableError, and what ``edits.bulk.propose`` raises.
    """
    source = source if source is not None else previous(project, sample)
    if source is None:
        raise UsageError(f"{sample.name} is the first image of its subset, so there is none before it")
    subset = project.subset(source.subset)
    text = (source.caption or "") if append or subset is None else _whole_text(subset, source)
    if not text.strip():
        raise UsageError(f"{source.name} has no caption to paste")
    operation: Operation = Append(text) if append else SetText(text)
    found = yield from propose(project, (sample,), operation, limit=limit, mode=mode, cancelled=cancelled)
    title = f"{'append' if append else 'paste'} the caption of {source.name} to {sample.name}"
    return replace(found, title=title, plan=replace(found.plan, title=title))


def _whole_text(subset: Subset, source: Sample) -> str:
    if subset.metadata_file is not None:
        return open_metadata_caption(subset, source).text
    caption = open_caption(source.caption_path, source.caption_read_from)
    if caption.undecodable:
        raise UsageError(f"The caption of {source.name} is not UTF-8 text, so it is not pasted")
    return caption.text
