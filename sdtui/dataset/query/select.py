"""The images of a project that a filter means."""

from __future__ import annotations

from sdtui.base.work import Cancelled, Progress, Work, WorkCancelled, finish, never_cancelled
from sdtui.dataset.marks import NO_MARKS, Marks
from sdtui.dataset.project import Project, Sample
from sdtui.dataset.query.query import Query, parse
from sdtui.dataset.query.subject import Family, Findings, Subject

_CHUNK = 16
"""Images between two questions whether to go on: a regular expression may take a quarter of a second on each."""


def select(project: Project, query: str | Query, marks: Marks = NO_MARKS, limit: int = 75) -> tuple[Sample, ...]:
    """The images that ``query`` means, in the project's order. ``limit`` in tokens is what ``is:over`` goes by.

    Raises QueryError.
    """
    return finish(selecting(project, query, marks, limit))


def selecting(
    project: Project,
    query: str | Query,
    marks: Marks = NO_MARKS,
    limit: int = 75,
    findings: Findings | None = None,
    *,
    cancelled: Cancelled = never_cancelled,
) -> Work[tuple[Sample, ...]]:
    """``select`` with Progress in images. ``findings`` are what ``finding:`` goes by.

    Raises QueryError and WorkCancelled.
    """
    understood = parse(query) if isinstance(query, str) else query
    total = sum(subset.img_count for subset in project.subsets)
    found: list[Sample] = []
    done = 0
    for subset in project.subsets:
        family = Family.of(subset, project.root, limit, findings)
        for start in range(0, subset.img_count, _CHUNK):
            if cancelled():
                raise WorkCancelled
            chunk = subset.samples[start : start + _CHUNK]
            found += [sample for sample in chunk if understood.matches(Subject(sample, marks.of(sample), family))]
            done += len(chunk)
            yield Progress(done, total, "images")
    return tuple(found)


def matching(project: Project, sample: Sample, query: Query, marks: Marks = NO_MARKS, limit: int = 75) -> bool:
    """Whether ``query`` means this one image of ``project``. Raises QueryError."""
    return query.matches(Subject.of(project, sample, marks.of(sample), limit))
