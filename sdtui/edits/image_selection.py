"""Which images go and which stay, and so which files the ones that stay still need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.text import plural
from sdtui.dataset.project import Project, Sample
from sdtui.edits.companions import Companions

_NAMED_AT_MOST = 3
_GONE = "It is no longer there."


@dataclass(frozen=True, slots=True)
class Selection:
    """The images that something is done to."""

    project: Project
    samples: tuple[Sample, ...]
    """Each file once, in the order asked for."""
    left_out: tuple[tuple[Path, str], ...] = ()

    @classmethod
    def of(cls, project: Project, samples: Iterable[Sample]) -> Selection:
        """``samples``, without those that no longer stand on disk. One that two subsets have counts once."""
        chosen = {sample.path: sample for sample in samples}
        return cls(project, tuple(chosen.values())).without(lambda one: None if os.path.lexists(one.path) else _GONE)

    def without(self, refusal: Callable[[Sample], str | None]) -> Selection:
        """The selection without the images that ``refusal`` has a sentence about."""
        kept, refused = [], list(self.left_out)
        for sample in self.samples:
            reason = refusal(sample)
            if reason is None:
                kept.append(sample)
            else:
                refused.append((sample.path, reason))
        return Selection(self.project, tuple(kept), tuple(refused))

    def staying(self) -> StayingImages:
        return StayingImages(frozenset(sample.path for sample in self.samples))

    def emptied(self) -> Iterator[str]:
        """A sentence for each subset that would have no image left."""
        going = {sample.path for sample in self.samples}
        left = 0
        for subset in self.project.subsets:
            staying = sum(sample.path not in going for sample in subset.samples)
            left += staying
            if not staying:
                yield f"{subset.name} has no image left then, so the trainer leaves it out."
        if self.project.subsets and not left:
            yield "No image is left in the whole project, so it cannot be opened until there are some."

    @property
    def counted(self) -> str:
        """``3 images``; the name where there is one only."""
        return self.samples[0].name if len(self.samples) == 1 else plural(len(self.samples), "image")


@dataclass(frozen=True, slots=True)
class StayingImages:
    """Knows of every image that is not in ``going`` that it stays."""

    going: frozenset[Path]

    def need(self, file: Path, companions: Companions) -> bool:
        """Whether an image that stays needs ``file``, an image that goes or one of its files."""
        if file in self.going:
            return False
        readers = companions.namesakes
        if file == companions.caption:
            readers += companions.borrowers
        return any(reader not in self.going for reader in readers)


def named(names: Iterable[str]) -> str:
    """``a.png, b.png, c.png and 12 more``, each name once."""
    each = list(dict.fromkeys(names))
    more = len(each) - _NAMED_AT_MOST
    return ", ".join(each[:_NAMED_AT_MOST]) + (f" and {more:,} more" if more > 0 else "")
