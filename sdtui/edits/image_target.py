"""The subset that images are taken to: one that is there, or one that is made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.dataset.project import DatasetOptions, Project, Sample, Subset
from sdtui.dataset.subset_folders import MASK_FOLDER
from sdtui.edits.repeats import find_subset, subsets_called
from sdtui.edits.subsets import new_subset
from sdtui.plans.plan import Change, MakeFolder


@dataclass(frozen=True, slots=True)
class Target:
    """What decides how an image is read where it arrives."""

    name: str
    folder: Path
    extension: str
    """Of captions."""
    mask_dir: Path | None
    class_tokens: str | None
    options: Mapping[str, Any]
    dataset: DatasetOptions
    samples: tuple[Sample, ...] = ()
    changes: tuple[Change, ...] = ()
    """What makes the subset, but for its folder."""
    refusal: str | None = None
    """Why no image can be taken there."""


def target_of(project: Project, target: Subset | str, samples: Sequence[Sample]) -> Target:
    """The subset ``target``; a name that none has yet is that of one to be made for ``samples``. Raises UsageError."""
    if isinstance(target, Subset):
        return _standing(project, target)
    if subsets_called(project, target):
        return _standing(project, find_subset(project, target))
    made = new_subset(project, target)
    all_masked = bool(samples) and all(sample.mask_path is not None for sample in samples)
    return Target(
        name=made.name,
        folder=made.folder,
        extension=made.caption_extension,
        mask_dir=made.folder / MASK_FOLDER if all_masked and project.toml is None else None,
        class_tokens=made.class_tokens,
        options=made.options,
        dataset=project.datasets[made.dataset],
        changes=tuple(change for change in made.changes if not isinstance(change, MakeFolder)),
    )


def _standing(project: Project, subset: Subset) -> Target:
    refusal = None
    if subset.metadata_file is not None:
        refusal = (
            f"{subset.name} is read from {subset.metadata_file.name}, which would not name what is put into its folder."
        )
    return Target(
        name=subset.name,
        folder=subset.image_dir,
        extension=subset.caption_extension,
        mask_dir=subset.mask_dir,
        class_tokens=subset.class_tokens,
        options=subset.options,
        dataset=project.datasets[subset.dataset],
        samples=subset.samples,
        refusal=refusal,
    )
