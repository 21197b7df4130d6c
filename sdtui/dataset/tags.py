"""The tags of captions: what stands between separators in the text that the trainer reads."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, finish, never_cancelled
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.trainer.captions import CaptionRules

_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, letter by letter as it is written, and how many images have it."""

    tag: str
    total: int
    """Images of all subsets that were counted."""
    by_subset: Mapping[str, int]
    """The same by the names of the subsets; those without it are left out."""


@dataclass(frozen=True, slots=True)
class TagTogether:
    """How many of some images have a tag, and how many of all have it."""

    tag: str
    here: int
    total: int

    @property
    def share(self) -> float:
        """The part of all images with the tag that is here, 0 to 1."""
        return self.here / self.total if self.total else 0.0


def separators_of(subset: Subset) -> tuple[str, ...]:
    """What parts the tags of a subset's captions: ``caption_separator`` first, then what its other keys say.

    ``keep_tokens_separator`` and ``secondary_separator`` are no part of a tag (library/train_util.py, process_caption).
    """
    rules = CaptionRules.from_options(subset.options)
    others = (rules.keep_tokens_separator, rules.secondary_separator)
    return tuple(dict.fromkeys([rules.separator, *(other for other in others if other)]))


def tags_of(text: str, separator: str = ",", *more: str) -> tuple[str, ...]:
    """The tags of a caption in their order, without the white space around them; empty ones are left out.

    Lines part tags too: the trainer reads more than one only as alternatives of each other (enable_wildcard). A byte
    order mark, which the trainer reads and its tokenizer drops, belongs to none.
    """
    text = text.removeprefix("\ufeff")
    if not more and "\n" not in text and separator != "\n":
        return tuple(tag for part in text.split(separator) if (tag := part.strip()))
    return tuple(tag for part in _splitter((separator, *more)).split(text) if (tag := part.strip()))


def folded(text: str) -> str:
    """``text`` as it is compared: without case, and with letters composed, as the cleaning of tokens does it."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def loosened(tag: str) -> str:
    """A tag, or a text of tags, in the one spelling that all common ones share: folded, blanks, no backslash."""
    return folded(tag).replace("_", " ").replace("\\(", "(").replace("\\)", ")")


def tag_table(project: Project, samples: Iterable[Sample] | None = None) -> tuple[TagCount, ...]:
    """The tags of ``samples`` (default: all images of ``project``), the most frequent first; an image counts once."""
    return finish(counting_tags(project, samples))


def counting_tags(
    project: Project, samples: Iterable[Sample] | None = None, *, cancelled: Cancelled = never_cancelled
) -> Work[tuple[TagCount, ...]]:
    """``tag_table`` with Progress in images. Raises WorkCancelled."""
    separators = {subset.name: separators_of(subset) for subset in project.subsets}
    counted: dict[str, Counter[str]] = {name: Counter() for name in separators}
    chosen = [each for subset in project.subsets for each in subset.samples] if samples is None else list(samples)
    for done, sample in enumerate(chosen):
        if done % _CHUNK == 0:
            if cancelled():
                raise WorkCancelled
            yield Progress(done, len(chosen), "images")
        if sample.caption:
            counted[sample.subset].update(set(tags_of(sample.caption, *separators[sample.subset])))
    return _table(counted)


def tags_together(project: Project, samples: Iterable[Sample]) -> tuple[TagTogether, ...]:
    """What tags the images of a filter have beside each other, the most frequent first, against all of ``project``."""
    everywhere = {row.tag: row.total for row in tag_table(project)}
    return tuple(TagTogether(row.tag, row.total, everywhere[row.tag]) for row in tag_table(project, samples))


def _table(counted: Mapping[str, Counter[str]]) -> tuple[TagCount, ...]:
    by_tag: dict[str, dict[str, int]] = {}
    for name, counter in counted.items():
        for tag, number in counter.items():
            by_tag.setdefault(tag, {})[name] = number
    rows = [TagCount(tag, sum(numbers.values()), numbers) for tag, numbers in by_tag.items()]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.tag.casefold(), row.tag)))


@lru_cache(maxsize=64)
def _splitter(separators: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first: of "," and ",," both may be set.
    longest_first = sorted({*separators, "\n"}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
