"""What a filter can ask of one image, worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sdtui.dataset.marks import Mark
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.tags import folded, loosened, separators_of, tags_of

Findings: TypeAlias = Mapping[Path, Collection[str]]
"""Codes of what was found of images, by their paths."""


@dataclass(frozen=True, slots=True)
class Family:
    """What the images of one subset have in common."""

    name: str
    num_repeats: int
    is_reg: bool
    separators: tuple[str, ...]
    root: str
    """The project's folder with a slash after it, which paths are told without."""
    limit: int
    """Tokens; an image beyond it is over."""
    findings: Findings | None = None
    """None where the dataset was not checked."""

    @classmethod
    def of(cls, subset: Subset, root: Path, limit: int, findings: Findings | None = None) -> Family:
        return cls(
            name=subset.name,
            num_repeats=subset.num_repeats,
            is_reg=subset.is_reg,
            separators=separators_of(subset),
            root=f"{root}/",
            limit=limit,
            findings=findings,
        )


class Subject:
    """One image as a filter sees it: its text and where it stands in the project, its marks, its subset."""

    __slots__ = ("_folded_caption", "_loose_caption", "_tags", "family", "mark", "sample")

    def __init__(self, sample: Sample, mark: Mark, family: Family) -> None:
        self.sample = sample
        self.mark = mark
        self.family = family
        self._folded_caption: str | None = None
        self._loose_caption: str | None = None
        self._tags: tuple[str, ...] | None = None

    @classmethod
    def of(cls, project: Project, sample: Sample, mark: Mark, limit: int = 75) -> Subject:
        """An image of ``project``, for asking about a single one."""
        subset = project.subset(sample.subset)
        assert subset is not None
        return cls(sample, mark, Family.of(subset, project.root, limit))

    @property
    def caption(self) -> str:
        """What the trainer reads from the caption file, without a byte order mark; nothing where it reads nothing."""
        return (self.sample.caption or "").removeprefix("\ufeff")

    @property
    def folded_caption(self) -> str:
        if self._folded_caption is None:
            self._folded_caption = folded(self.caption)
        return self._folded_caption

    @property
    def loose_caption(self) -> str:
        if self._loose_caption is None:
            self._loose_caption = loosened(self.caption)
        return self._loose_caption

    @property
    def name(self) -> str:
        return str(self.sample.path).rpartition("/")[2]

    @property
    def path(self) -> str:
        """The path beneath the project's folder; from the root where the image is elsewhere."""
        return str(self.sample.path).removeprefix(self.family.root)

    @property
    def tags(self) -> tuple[str, ...]:
        if self._tags is None:
            self._tags = tags_of(self.caption, *self.family.separators)
        return self._tags

    @property
    def has_no_byte(self) -> bool:
        """Whether the caption file is there and holds nothing at all."""
        sample = self.sample
        if sample.caption is not None or sample.caption_read_from is None:
            return False
        try:
            return sample.caption_read_from.stat().st_size == 0
        except OSError:
            return False
