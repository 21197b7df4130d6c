"""On which images a bulk edit works: what the screen that asks for it has to offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sdtui.base.text import plural, safe
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.edits.trigger import without_regularization as subjects_of


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a screen knows: the images that are selected, those that its filter left, the subset that it shows."""

    selected: tuple[Sample, ...] = ()
    filtered: tuple[Sample, ...] | None = None
    """None where no filter is set."""
    filter_text: str = ""
    subset: Subset | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """One choice: safe words, and the images in the order of the project."""

    title: str
    samples: tuple[Sample, ...]

    @property
    def words(self) -> str:
        """``subset 10_circle · 40 images``."""
        return f"{self.title} · {plural(len(self.samples), 'image')}"


def choices(project: Project, scopes: Scopes) -> tuple[Scope, ...]:
    """The scopes that hold an image, the narrowest first."""
    subset = scopes.subset
    everything = tuple(sample for each in project.subsets for sample in each.samples)
    offered = [
        Scope("selected", scopes.selected),
        Scope(f"filtered by {safe(scopes.filter_text)}".strip(), scopes.filtered or ()),
        Scope(
            f"subset {safe(subset.name)}" if subset is not None else "", subset.samples if subset is not None else ()
        ),
        Scope("project", everything),
    ]
    return tuple(scope for scope in offered if scope.samples)


def without_regularization(project: Project, scopes: Sequence[Scope]) -> tuple[Scope, ...]:
    """``scopes`` with subject images alone; as they are where there is no other than regularization images."""
    subjects = (replace(scope, samples=subjects_of(project, scope.samples)) for scope in scopes)
    return tuple(scope for scope in subjects if scope.samples) or tuple(scopes)
