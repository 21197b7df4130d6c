"""The lines over a caption: what the picture is to the trainer, and where its text comes from."""

from __future__ import annotations

from rich.text import Text

from sdtui.base.text import plural, safe
from sdtui.dataset.epoch import placement
from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks


def facts_text(project: Project | None, sample: Sample, format: str, ink: Inks) -> Text:
    """``832×1216 · bucket 832×1216 · webp``. ``project`` decides about buckets; None while that is being worked out."""
    text = Text(no_wrap=True, overflow="ellipsis")
    if not sample.width:
        text.append("size unknown", ink.dim)
        return text
    text.append(f"{sample.width}×{sample.height}", ink.text)
    bucket = placement(project, sample).bucket if project is not None else None
    if bucket is not None:
        text.append(" · bucket ", ink.dim)
        text.append(f"{bucket[0]}×{bucket[1]}", ink.text)
    if sample.mask_path is not None:
        text.append(f" · {marks().mask} mask", ink.dim)
    if format:
        text.append(f" · {format.lower()}", ink.dim)
    return text


def source_text(sample: Sample, subset: Subset | None, ink: Inks) -> Text:
    """Where the text comes from when that is not plain: a sentence, or nothing."""
    text = Text(no_wrap=True, overflow="ellipsis")
    if sample.problem is not None:
        text.append(f"{marks().broken} {safe(sample.problem)}", ink.bad)
    elif sample.caption_source is CaptionSource.BORROWED and sample.caption_read_from is not None:
        text.append(f"{marks().borrowed} borrowed from {safe(sample.caption_read_from.name)}", ink.warn)
    elif sample.caption_source is CaptionSource.CLASS and subset is not None:
        text.append(f"no caption: trained as “{safe(subset.class_tokens or '')}”", ink.dim)
    elif sample.caption_source is CaptionSource.NONE:
        text.append(f"{marks().missing} no text is trained for it; {key_of('dataset.edit')} writes one", ink.warn)
    elif subset is not None and subset.metadata_file is not None:
        text.append(f"kept in {safe(subset.metadata_file.name)}", ink.dim)
    elif subset is not None and (subset.options.get("caption_prefix") or subset.options.get("caption_suffix")):
        text.append(around_text(subset), ink.dim)
    return text


def with_unread(source: Text, unread: int, ink: Inks) -> Text:
    """``source`` and, where the caption goes on after the line that is trained, that it does."""
    if not unread:
        return source
    is_not = "is" if unread == 1 else "are"
    note = f"{plural(unread, 'line')} below the first {is_not} not read by the trainer"
    return Text(" · ").join([*([source] if source else []), Text(note, ink.warn)])


def around_text(subset: Subset) -> str:
    """What the config puts before and after each caption of ``subset``."""
    before = safe(str(subset.options.get("caption_prefix") or ""))
    after = safe(str(subset.options.get("caption_suffix") or ""))
    return "trained as " + " ".join(filter(None, [f"“{before}”" if before else "", "…", f"“{after}”" if after else ""]))
