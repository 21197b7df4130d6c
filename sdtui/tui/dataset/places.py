"""Where a cursor belongs after the lists under it have changed, and where it can be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sdtui.base.text import plural, safe
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.tui.finder import Candidate, Finder


class Places:
    """Where the cursor stood last in each subset."""

    def __init__(self) -> None:
        self._paths: dict[str, Path] = {}

    def of(self, subset: Subset | None) -> Path | None:
        """The image where it stood in ``subset``; None where it never was there."""
        return self._paths.get(subset.name) if subset is not None else None

    def stand(self, subset: Subset, image: Path) -> None:
        """It stands on ``image`` now."""
        self._paths[subset.name] = image

    def follow(self, before: Project, project: Project) -> None:
        """``before`` has become ``project``: the images of a folder that was renamed are elsewhere now."""
        for name, path in list(self._paths.items()):
            subset = before.subset(name)
            if subset is not None and project.subset(name) is None and project.subsets:
                moved = project.subsets[successor(before, subset, 0, project)]
                self._paths[moved.name] = moved.image_dir / path.name


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


def next_of(found: Sequence[Sample], sample: Sample | None, subset: Subset, project: Project, direction: int) -> Sample:
    """The image of ``found`` (in the project's order, not empty) after the one at the cursor, or with -1 before it."""
    rows = {each.name: row for row, each in enumerate(project.subsets)}
    here = rows.get(subset.name, 0)
    at = next((place for place, each in enumerate(found) if sample is not None and each.path == sample.path), None)
    if at is not None:
        return found[(at + direction) % len(found)]
    if direction > 0:
        return next((each for each in found if rows[each.subset] > here), found[0])
    return next((each for each in reversed(found) if rows[each.subset] < here), found[-1])


def jump_finder(
    project: Project, title: str, chosen: Callable[[int, Sample | None], None]
) -> tuple[Finder, Callable[[int | None], None]]:
    """What to push to ask for a subset or an image: ``chosen`` gets the subset's row, and the image where it is one."""
    places: list[tuple[int, Sample | None]] = []

    def load() -> list[Candidate]:
        found, candidates = places_to_go(project)
        places.extend(found)
        return candidates

    def found(index: int | None) -> None:
        if index is not None:
            chosen(*places[index])

    return Finder(title, load), found


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
