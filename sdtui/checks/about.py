"""Which images of a project findings are about, by their captions, masks, caches and folders too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from sdtui.checks.finding import Finding
from sdtui.dataset.project import Project
from sdtui.trainer.caches import latents_stem, text_stem


def images_about(project: Project, findings: Iterable[Finding]) -> dict[Path, frozenset[str]]:
    """The codes of ``findings`` by the images of ``project`` that they are about.

    A caption, a mask or a cache stands for its images, also for those that borrow it; a subset's folder for all of it.
    """
    index = _Index(project)
    codes: defaultdict[Path, set[str]] = defaultdict(set)
    for finding in findings:
        for file in finding.files:
            for image in index.images(file):
                codes[image].add(finding.code)
    return {image: frozenset(found) for image, found in codes.items()}


class _Index:
    """The images of a project by every file that belongs to them."""

    def __init__(self, project: Project) -> None:
        self._images = {sample.path for subset in project.subsets for sample in subset.samples}
        self._beside: defaultdict[Path | None, list[Path]] = defaultdict(list)
        self._stems: defaultdict[tuple[Path, str], list[Path]] = defaultdict(list)
        for subset in project.subsets:
            for folder in {subset.image_dir, subset.mask_dir}:
                self._beside[folder] += [sample.path for sample in subset.samples]
            for sample in subset.samples:
                # Many images have one metadata file for a caption, which says nothing of any of them.
                for file in {sample.caption_path, sample.caption_read_from, sample.mask_path} - {subset.metadata_file}:
                    self._beside[file].append(sample.path)
                self._stems[sample.path.parent, sample.path.stem].append(sample.path)

    def images(self, file: Path) -> Iterable[Path]:
        if file in self._images:
            return (file,)
        stem = text_stem(file.name) or latents_stem(file.name)
        if stem is not None:
            return self._stems.get((file.parent, stem), ())
        return self._beside.get(file, ())
