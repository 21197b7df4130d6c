"""What the trainer reads for one image: the exact texts, where each part comes from, and what else is to be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sdtui.base.text import plural
from sdtui.dataset.project import CaptionSource, Sample, Subset
from sdtui.tokens.encoder import encode
from sdtui.tokens.encoding import LIMITS, Mode
from sdtui.trainer.caches import IMAGE_INFO_CACHE
from sdtui.trainer.caption_notes import notes_of
from sdtui.trainer.captions import EMPTY_FILE, CaptionRules, read_text, trained_texts
from sdtui.trainer.marked import Fate, Marked, Part, PartKind
from sdtui.trainer.trained_text import (
    PartedText,
    as_it_is,
    from_caption,
    from_class_tokens,
    from_metadata,
    parted_texts,
)

__all__ = ["Fate", "Part", "PartKind", "Trained", "TrainedText", "texts_of", "trained"]


@dataclass(frozen=True, slots=True)
class TrainedText:
    """One text that is trained for an image. Offsets are code points of ``text``."""

    text: str
    parts: tuple[Part, ...]
    """Contiguous, from the first character to the last."""
    tokens: int
    """CLIP tokens before truncation."""
    cut: int | None
    """Where the first token stands that the trainer drops; None where all are read."""
    seams: tuple[int, ...]
    """Where a second and third window of 75 tokens begin."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What the trainer reads for one image."""

    texts: tuple[TrainedText, ...]
    """One; with ``enable_wildcard`` one for each line, of which each use takes one. None where the trainer stops."""
    notes: tuple[str, ...]
    """Sentences about it. What they quote from outside (names, captions, keys) is not made safe for a terminal."""
    source: CaptionSource


def trained(
    subset: Subset,
    sample: Sample,
    text: str | None = None,
    *,
    tags: str | None = None,
    cached_text_encoder: bool = False,
    limit: int = LIMITS[0],
    mode: Mode = "ftfy",
) -> Trained:
    """What the trainer reads for ``sample`` of ``subset``, once ``text`` stands in the editor and is saved.

    Without ``text``: as it stood on disk when the dataset was scanned. Of an image that stands in a metadata file,
    ``text`` is the caption alone and ``tags`` are what its entry joins after it; None where ``text`` holds them.
    ``cached_text_encoder``: the run caches text encoder outputs, which encodes the caption as it was read.
    """
    rules = CaptionRules.from_options(subset.options)
    stopped = _stopped(sample, text)
    if stopped is not None:
        return Trained((), (stopped,), sample.caption_source)
    caption, source = _caption(subset, sample, text, tags, rules)
    texts = (as_it_is(caption),) if cached_text_encoder else parted_texts(caption, rules)
    counted = tuple(_counted(each, limit, mode) for each in texts)
    notes = (
        *_about_source(subset, sample, text, tags, source, rules),
        *notes_of(caption.text, texts, rules, cached_text_encoder=cached_text_encoder),
        *_about_tags(caption, texts),
        *_about_cut(counted, rules, limit),
    )
    return Trained(counted, notes, source)


def texts_of(subset: Subset, sample: Sample) -> tuple[str, ...]:
    """The texts of ``trained`` for what stands on disk, for many images at once: their tokens are not counted."""
    if _stopped(sample, None) is not None:
        return ()
    rules = CaptionRules.from_options(subset.options)
    return trained_texts(_caption(subset, sample, None, None, rules)[0].text, rules)


def _stopped(sample: Sample, text: str | None) -> str | None:
    """Why the trainer stops at this caption. An empty file that is written to is none any more."""
    if sample.caption is not None or sample.caption_read_from is None or sample.problem is None:
        return None
    return None if sample.problem == EMPTY_FILE and text else sample.problem


def _caption(
    subset: Subset, sample: Sample, text: str | None, tags: str | None, rules: CaptionRules
) -> tuple[Marked, CaptionSource]:
    """What is read before any rule changes it, and where it comes from."""
    if subset.metadata_file is not None:
        if text is None or tags is None:
            caption = from_caption(sample.caption or "" if text is None else text)
        else:
            caption = from_metadata(text, tags, rules)
        return caption, CaptionSource.OWN if caption else CaptionSource.NONE
    unread = sample.caption_read_from is None
    if unread and not text:
        return from_class_tokens(subset.class_tokens or ""), sample.caption_source
    if text is None:
        return from_caption(sample.caption or ""), sample.caption_source
    read = read_text(text, wildcard=rules.wildcard)
    untouched = not unread and read == sample.caption
    return from_caption(read), sample.caption_source if untouched else CaptionSource.OWN


def _about_source(
    subset: Subset, sample: Sample, text: str | None, tags: str | None, source: CaptionSource, rules: CaptionRules
) -> Iterator[str]:
    if source is CaptionSource.BORROWED and sample.caption_read_from is not None:
        yield f"Borrowed from {sample.caption_read_from.name}: the image has no caption file of its own."
    elif source is CaptionSource.CLASS:
        yield "There is no caption file: the class tokens are trained."
    elif source is CaptionSource.NONE and text is not None and tags:
        yield "With enable_wildcard its tags are read only after a caption: an empty caption is trained."
    elif source is CaptionSource.NONE and subset.metadata_file is not None:
        yield "The metadata gives it no text: an empty caption is trained."
    elif source is CaptionSource.NONE:
        yield "There is no caption file, and no class tokens: an empty caption is trained."
    if subset.options.get("cache_info") and subset.metadata_file is None:
        yield f"cache_info is on: once {IMAGE_INFO_CACHE} stands in its folder, captions are read from there."
    if text is not None and subset.metadata_file is None and not rules.wildcard:
        first, *others = text.split("\n")
        more = sum(1 for line in others if line.strip())
        if more and not first.strip():
            yield "The first line is blank and is all that is read: an empty caption is trained."
        elif more:
            yield f"Only the first line is read: {plural(more, 'line')} below {'is' if more == 1 else 'are'} not."


def _about_tags(caption: Marked, texts: tuple[PartedText, ...]) -> Iterator[str]:
    read = any(part.kind is PartKind.TAGS for text in texts for part in text.parts)
    if not read and any(part.kind is PartKind.TAGS for part in caption.parts()):
        yield "The tags of its entry are not read: they are joined after a line of the caption that is not."


def _counted(each: PartedText, limit: int, mode: Mode) -> TrainedText:
    encoding = encode(each.text, mode)
    return TrainedText(each.text, each.parts, encoding.count, encoding.cut(limit), encoding.seams(limit))


def _about_cut(texts: tuple[TrainedText, ...], rules: CaptionRules, limit: int) -> Iterator[str]:
    if rules.shuffle and any(text.cut is not None for text in texts):
        yield f"Which tags are cut after {limit} tokens changes with their order."
