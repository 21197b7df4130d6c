"""The tags of a project as they are listed: counted in all, under the filter and in each subset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.tags import TagCount, TagTogether, counting_tags, separators_of, tags_of

_CHUNK = 2_000


class Order(Enum):
    """How the list is sorted."""

    COUNT = "count"
    NAME = "name"
    FILTER = "filter"
    SUBSET = "subset"


@dataclass(frozen=True, slots=True)
class Counted:
    """The tags of a project, and of the images that a filter left, if there is one."""

    rows: tuple[TagCount, ...]
    """The most frequent first."""
    filtered: Mapping[str, int] | None
    """How many of the filtered images have a tag; None without a filter."""
    tagged: Sequence[tuple[str, ...]]
    """The tags of each image that has any."""

    totals: Mapping[str, int]
    """How many images have a tag."""


def count(project: Project, samples: Sequence[Sample] | None, cancelled: Cancelled) -> Work[Counted]:
    """Count the tags of ``project``, and those of ``samples`` where a filter left only them."""
    rows = yield from counting_tags(project, cancelled=cancelled)
    filtered = None
    if samples is not None:
        here = yield from counting_tags(project, samples, cancelled=cancelled)
        filtered = {row.tag: row.total for row in here}
    tagged = yield from _tagged(project, cancelled)
    return Counted(rows, filtered, tagged, {row.tag: row.total for row in rows})


def _tagged(project: Project, cancelled: Cancelled) -> Work[list[tuple[str, ...]]]:
    known: dict[str, str] = {}
    found: list[tuple[str, ...]] = []
    for subset in project.subsets:
        separators = separators_of(subset)
        for at, sample in enumerate(subset.samples):
            if at % _CHUNK == 0:
                if cancelled():
                    raise WorkCancelled
                yield Progress(at, subset.img_count, "images")
            tags = tags_of(sample.caption, *separators) if sample.caption else ()
            if tags:
                found.append(tuple(known.setdefault(tag, tag) for tag in tags))
    return found


def beside(counted: Counted, tag: str, cancelled: Cancelled) -> Work[tuple[TagTogether, ...]]:
    """Which tags stand in the captions that have ``tag``, the most frequent first."""
    found: Counter[str] = Counter()
    for start in range(0, len(counted.tagged), _CHUNK):
        if cancelled():
            raise WorkCancelled
        for tags in counted.tagged[start : start + _CHUNK]:
            if tag in tags:
                found.update(set(tags))
        yield Progress(start, len(counted.tagged), "images")
    del found[tag]
    return tuple(TagTogether(other, here, counted.totals[other]) for other, here in found.most_common())


def arranged(counted: Counted, order: Order, letters: str, subset: str) -> list[TagCount]:
    """The rows that hold ``letters``, in ``order``; of equal counts by name."""
    letters = letters.casefold().strip()
    rows = [row for row in counted.rows if letters in row.tag.casefold()] if letters else list(counted.rows)
    if order is Order.NAME:
        rows.sort(key=lambda row: (row.tag.casefold(), row.tag))
    elif order is Order.SUBSET:
        rows.sort(key=lambda row: -row.by_subset.get(subset, 0))
    elif order is Order.FILTER and counted.filtered is not None:
        here = counted.filtered
        rows.sort(key=lambda row: -here.get(row.tag, 0))
    return rows
