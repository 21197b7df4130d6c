"""What a filter can ask of one image, worked out when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sdtui.dataset.marks import Mark
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.tags import loosened, separators_of, tags_of


@dataclass(frozen=True, slots=True)
class Family:
    """What the images of one subset have in common."""

    name: str
    """Case folded, as all text that is searched."""
    num_repeats: int
    is_reg: bool
    separators: tuple[str, ...]
    root: str
    """The project's folder with a slash after it, which paths are told without."""
    limit: int
    """Tokens; an image beyond it is over."""

    @classmethod
    def of(cls, subset: Subset, root: Path, limit: int) -> Family:
        return cls(
            name=subset.name,
            num_repeats=subset.num_repeats,
            is_reg=subset.is_reg,
            separators=separators_of(subset),
            root=f"{root}/",
            limit=limit,
        )


@dataclass
class Subject:
    """One image as a filter sees it: its text and where it stands in the project, its marks, its subset."""

    sample: Sample
    mark: Mark
    family: Family

    @classmethod
    def of(cls, project: Project, sample: Sample, mark: Mark, limit: int = 75) -> Subject:
        """An image of ``project``, for asking about a single one."""
        subset = project.subset(sample.subset)
        assert subset is not None
        return cls(sample, mark, Family.of(subset, project.root, limit))

    @cached_property
    def caption(self) -> str:
        """What the trainer reads from the caption file; nothing where it reads nothing."""
        return self.sample.caption or ""

    @cached_property
    def folded_caption(self) -> str:
        return self.caption.casefold()

    @cached_property
    def name(self) -> str:
        return self.sample.name

    @cached_property
    def path(self) -> str:
        """The path beneath the project's folder; from the root where the image is elsewhere."""
        return str(self.sample.path).removeprefix(self.family.root)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        return tags_of(self.caption, *self.family.separators)

    @cached_property
    def folded_tags(self) -> tuple[str, ...]:
        return tuple(tag.casefold() for tag in self.tags)

    @cached_property
    def loose_tags(self) -> tuple[str, ...]:
        return tuple(loosened(tag) for tag in self.tags)

    @cached_property
    def has_no_byte(self) -> bool:
        """Whether the caption file is there and holds nothing at all."""
        sample = self.sample
        if sample.caption is not None or sample.caption_read_from is None:
            return False
        try:
            return sample.caption_read_from.stat().st_size == 0
        except OSError:
            return False
