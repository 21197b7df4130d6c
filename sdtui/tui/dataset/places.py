"""Where a cursor belongs after the lists under it have changed, and where it can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sdtui.base.text import plural, safe
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.tui.finder import Candidate


def matching(samples: Sequence[Sample], query: str) -> Sequence[Sample]:
    """The samples whose name or caption holds ``query``, large and small letters alike."""
    wanted = query.casefold().strip()
    if not wanted:
        return samples
    return tuple(
        sample for sample in samples if wanted in sample.name.casefold() or wanted in (sample.caption or "").casefold()
    )


def place_of(path: Path | None, samples: Sequence[Sample], otherwise: int) -> int:
    """The row of the image at ``path``; where it is gone, of one with its name; else ``otherwise``."""
    if path is None or not samples:
        return otherwise
    same_name = None
    for row, sample in enumerate(samples):
        if sample.path == path:
            return row
        if same_name is None and sample.name == path.name:
            same_name = row
    return otherwise if same_name is None else same_name


def successor(before: Project, subset: Subset, row: int, project: Project) -> int:
    """The row of ``subset`` of ``before`` in ``project``, also where its folder has been renamed meanwhile."""
    names = [each.name for each in project.subsets]
    if subset.name in names:
        return names.index(subset.name)
    known = {each.name for each in before.subsets}
    held = {sample.name for sample in subset.samples}
    best, most = min(row, max(0, len(names) - 1)), 0
    for place, each in enumerate(project.subsets):
        if each.name not in known:
            shared = len(held & {sample.name for sample in each.samples})
            if shared > most or (shared == most == 0 and each.class_tokens == subset.class_tokens):
                best, most = place, shared
    return best


def places_to_go(project: Project) -> tuple[list[tuple[int, Sample | None]], list[Candidate]]:
    """Every subset and every image: the subset's row and the image, and what is shown of it, in the same order."""
    places: list[tuple[int, Sample | None]] = []
    candidates: list[Candidate] = []
    for row, subset in enumerate(project.subsets):
        places.append((row, None))
        candidates.append(Candidate(f"{safe(subset.name)}/", plural(subset.img_count, "image")))
    for row, subset in enumerate(project.subsets):
        folder = safe(subset.name)
        for sample in subset.samples:
            places.append((row, sample))
            candidates.append(Candidate(f"{folder}/{safe(sample.name)}"))
    return places, candidates
