"""The images that are selected for what is done to several at once. A move never changes it, nor does a refresh."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sdtui.dataset.project import Project, Sample, Subset
from sdtui.tui.dataset.places import successor


class Selection:
    """Images of any subsets, by path; what was given up last can be had again."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()
        """Those of images that are gone for now too: they are selected when they come back."""
        self._given_up: set[Path] = set()
        self._gone: set[Path] = set()

    def __len__(self) -> int:
        return len(self.paths - self._gone)

    def __contains__(self, path: Path) -> bool:
        return path in self.paths

    def toggle(self, sample: Sample) -> None:
        """Select ``sample``, or select it no longer."""
        self.paths ^= {sample.path}

    def toggle_all(self, samples: Sequence[Sample]) -> None:
        """Select all of ``samples``; where all are selected already, none of them."""
        paths = {sample.path for sample in samples}
        if paths <= self.paths:
            self._give_up(self.paths - paths)
        else:
            self.paths |= paths

    def invert(self, samples: Iterable[Sample]) -> None:
        """Select those of ``samples`` that are not selected, and not those that are."""
        self._give_up(self.paths ^ {sample.path for sample in samples})

    def clear(self) -> None:
        """Select nothing."""
        self._give_up(set())

    def again(self) -> bool:
        """Select what was selected before the last ``clear`` or ``invert``; False where there was nothing."""
        if not self._given_up:
            return False
        self.paths, self._given_up = self._given_up, self.paths
        return True

    def _give_up(self, paths: set[Path]) -> None:
        if self.paths:
            self._given_up = self.paths
        self.paths = paths

    def samples(self, project: Project) -> tuple[Sample, ...]:
        """What is selected, in the project's order."""
        if not self.paths:
            return ()
        return tuple(sample for subset in project.subsets for sample in subset.samples if sample.path in self.paths)

    def within(self, subset: Subset) -> int:
        """How many images of ``subset`` are selected."""
        return sum(sample.path in self.paths for sample in subset.samples) if self.paths else 0

    def follow(self, before: Project | None, project: Project) -> None:
        """``before`` has become ``project``: images go with a folder that was renamed."""
        if not self.paths and not self._given_up:
            return
        there = {sample.path for subset in project.subsets for sample in subset.samples}
        moved: dict[Path, Path] = {}
        for row, subset in enumerate(before.subsets if before is not None else ()):
            if before is not None and project.subset(subset.name) is None and project.subsets:
                folder = project.subsets[successor(before, subset, row, project)].image_dir
                targets = ((sample.path, folder / sample.name) for sample in subset.samples)
                moved |= {path: target for path, target in targets if target in there}
        self.paths = {moved.get(path, path) for path in self.paths}
        self._given_up = {moved.get(path, path) for path in self._given_up}
        self._gone = self.paths - there
