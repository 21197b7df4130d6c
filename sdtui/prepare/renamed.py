"""Images renamed, with all that belongs to them, as a Plan."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from posixpath import splitext

from sdtui.base.text import plural
from sdtui.dataset.project import Project, Sample
from sdtui.edits.companions import CompanionFinder, by_stem
from sdtui.edits.metadata_moves import MetadataMoves
from sdtui.edits.proposal import Proposal
from sdtui.edits.relocation import Relocation
from sdtui.plans.names import is_other_case
from sdtui.plans.plan import Change, Plan
from sdtui.prepare.rewriting import samples_at
from sdtui.trainer.caches import IMAGE_INFO_CACHE

_STANDS = "Something called {} stands there already."


def with_endings(project: Project, endings: Mapping[Path, str]) -> Proposal:
    """Give images another ending (``.png``). The stem stays, and so captions, masks and caches are found as before.

    Metadata files follow. Raises UnreadableError, WriteError.
    """
    renamed = _Renamed(project)
    for path, ending in endings.items():
        target = path.with_name(splitext(path.name)[0] + ending)
        if not os.path.lexists(path):
            renamed.left_out.append((path, "It is no longer there."))
        elif target in renamed.targets or (os.path.lexists(target) and not is_other_case(path, target)):
            renamed.left_out.append((path, _STANDS.format(target.name)))
        else:
            renamed.rename(path, target)
    return renamed.proposal()


def with_own_stems(project: Project, paths: Iterable[Path]) -> Proposal:
    """Give images that share a name but for the ending names of their own: all but the first get a number.

    Each takes a copy of the caption and of the mask along; latents that were cached under the shared name are removed.
    Raises UnreadableError, WriteError.
    """
    renamed, finder = _Renamed(project), CompanionFinder(project)
    sharing: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples_at(project, paths):
        sharing[splitext(sample.path)[0]].append(sample)
    names = _Names(finder)
    for samples in sharing.values():
        for sample in sorted(samples, key=lambda one: one.path)[1:]:
            stem = names.free(sample, finder.of(sample).masks)
            renamed.rename(sample.path, sample.path.with_name(stem + splitext(sample.name)[1]))
            renamed.copy_companions(sample, stem, finder)
    return renamed.proposal()


class _Renamed:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._metadata = MetadataMoves(project)
        self._relocation = Relocation()
        self._samples = {one.path: one for subset in project.subsets for one in subset.samples}
        self.targets: dict[Path, Path] = {}
        """Where each comes from."""
        self.left_out: list[tuple[Path, str]] = []

    def rename(self, path: Path, target: Path) -> None:
        """``path`` becomes ``target``, in the metadata files too."""
        self.targets[target] = path
        self._relocation.move(path, target)
        for subset in self._project.subsets:
            if subset.metadata_file is not None and subset.metadata_file in self._metadata.files_of(path):
                self._metadata.enter(self._samples[path], target, subset)
                self._metadata.leave(path)
        if (path.parent / IMAGE_INFO_CACHE).is_file():
            self._relocation.remove(path.parent / IMAGE_INFO_CACHE)

    def copy_companions(self, sample: Sample, stem: str, finder: CompanionFinder) -> None:
        """What was shared is copied under the new name, but for latents, which belong to nobody knows whom."""
        companions = finder.of(sample)
        for file in (*((companions.caption,) if companions.caption else ()), *companions.masks):
            self._relocation.copy(file, file.with_name(stem + file.suffix))
        for cache in companions.latents:
            self._relocation.remove(cache)

    def proposal(self) -> Proposal:
        changes: tuple[Change, ...] = (*self._metadata.changes(), *self._relocation.changes())
        if len(self.targets) == 1:
            [(target, source)] = self.targets.items()
            title = f"rename {source.name} to {target.name}"
        else:
            title = f"rename {plural(len(self.targets), 'image')}" if self.targets else "nothing to do"
        return Proposal(title, Plan(title, changes), left_out=tuple(self.left_out))


class _Names:
    """Finds stems that nothing has in the folder of an image or of its masks, in any case of letters."""

    def __init__(self, finder: CompanionFinder) -> None:
        self._finder = finder
        self._taken: dict[Path, set[str]] = {}

    def free(self, sample: Sample, masks: Iterable[Path]) -> str:
        """A stem for ``sample``, which is taken from now on. Raises UnreadableError."""
        folders = [self._in(folder) for folder in {sample.path.parent, *(mask.parent for mask in masks)}]
        stem = splitext(sample.name)[0]
        number, found = 2, f"{stem}-2"  # not with an underscore: those decide whose caption is borrowed
        while any(found.casefold() in taken for taken in folders):
            number += 1
            found = f"{stem}-{number}"
        for taken in folders:
            taken.add(found.casefold())
        return found

    def _in(self, folder: Path) -> set[str]:
        if folder not in self._taken:
            self._taken[folder] = {stem.casefold() for stem in by_stem(self._finder.names_in(folder))}
        return self._taken[folder]
