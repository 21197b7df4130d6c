"""The texts that are trained for a caption, in parts: where each comes from, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.trainer.captions import CaptionRules, processed
from sdtui.trainer.marked import Fate, Mark, Marked, Part, PartKind
from sdtui.trainer.metadata import with_tags

_CAPTION = Mark(PartKind.CAPTION)
_PREFIX = Mark(PartKind.PREFIX)
_SUFFIX = Mark(PartKind.SUFFIX)
_TAGS = Mark(PartKind.TAGS)
_CLASS_TOKENS = Mark(PartKind.CLASS_TOKENS)
_SEPARATOR = Mark(PartKind.SEPARATOR)
_GLUE = {fate: Marked.of(", ", Mark(PartKind.SEPARATOR, fate)) for fate in Fate}


@dataclass(frozen=True, slots=True)
class PartedText:
    """One text that is trained; its parts cover it without a gap."""

    text: str
    parts: tuple[Part, ...]


def from_caption(caption: str) -> Marked:
    """A caption as it was read (``read_text``)."""
    return Marked.of(caption, _CAPTION)


def from_class_tokens(tokens: str) -> Marked:
    """What is trained for an image without a caption."""
    return Marked.of(tokens, _CLASS_TOKENS)


def from_metadata(caption: str, tags: str, rules: CaptionRules) -> Marked:
    """Caption and tags of a metadata entry, joined as the trainer does."""
    return with_tags(
        from_caption(caption),
        Marked.of(tags, _TAGS),
        Marked.of(rules.separator, _SEPARATOR),
        Marked.of("\n", _CAPTION),
        rules.wildcard,
    )


def parted_texts(caption: Marked, rules: CaptionRules) -> tuple[PartedText, ...]:
    """The texts of ``captions.trained_texts``, in parts."""
    whole = Marked.of(rules.before, _PREFIX) + caption + Marked.of(rules.after, _SUFFIX)
    return tuple(map(as_it_is, processed(whole, rules, _MARKING)))


def as_it_is(caption: Marked) -> PartedText:
    """The text that is encoded with cached text encoder outputs: no rule changes it (library/strategy_sdxl.py)."""
    return PartedText(caption.text, caption.parts())


class _Marking:
    def choice(self, alternatives: list[Marked]) -> Marked:
        longest = max(alternatives, key=len)
        # One mark for this choice alone, so that it stays one part beside another.
        return Marked.of(longest.text, Mark(PartKind.CHOICE, alternatives=tuple(map(str, alternatives))))

    def joined(self, head: list[Marked], loose: list[Marked], tail: list[Marked]) -> Marked:
        ranges = [(head, Fate.KEPT), (loose, Fate.LOOSE), (tail, Fate.KEPT)]
        written = [_GLUE[fate].join(tag.with_fate(fate) for tag in tags) for tags, fate in ranges if tags]
        return _GLUE[Fate.KEPT].join(written)

    def separated(self, caption: Marked, old: str, new: str) -> Marked:
        return caption.replaced(old, new, lambda mark: Mark(PartKind.SECONDARY, mark.fate))


_MARKING = _Marking()
