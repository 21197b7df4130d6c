"""The subset that images are taken to: one that is there, or one that is made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.dataset.listing import holds_images, list_folder
from sdtui.dataset.project import DatasetOptions, Project, Sample, Subset
from sdtui.dataset.scan import layout_of
from sdtui.dataset.subset_folders import MASK_FOLDER, candidates
from sdtui.edits.metadata_moves import images_folder
from sdtui.edits.repeats import find_subset, subsets_called
from sdtui.edits.subset_names import base_of, numbers_in
from sdtui.edits.subsets import new_subset
from sdtui.plans.plan import Change, MakeFolder
from sdtui.trainer.names import bare_name, parse_folder_name


@dataclass(frozen=True, slots=True)
class Target:
    """What decides how an image is read where it arrives."""

    name: str
    folder: Path
    extension: str
    """Of captions."""
    has_ending: bool
    """The config says that ending; else it follows from the files that stand there."""
    mask_dir: Path | None
    class_tokens: str | None
    options: Mapping[str, Any]
    dataset: DatasetOptions
    samples: tuple[Sample, ...] = ()
    changes: tuple[Change, ...] = ()
    """What makes the subset, but for its folder."""
    warnings: tuple[str, ...] = ()
    is_new: bool = False
    """It is made for the images."""
    metadata: Subset | None = None
    """The subset itself, where a metadata file says what is in it."""


def target_of(project: Project, target: Subset | str, samples: Sequence[Sample]) -> Target:
    """The subset ``target``; a name that none has is that of an empty folder, or of one to be made for ``samples``.

    Raises UsageError for what cannot be a subset's name, UnreadableError, WriteError.
    """
    if isinstance(target, Subset):
        return _standing(project, target)
    if subsets_called(project, target):
        return _standing(project, find_subset(project, target))
    all_masked = bool(samples) and all(sample.mask_path is not None for sample in samples)
    empty = _empty_in_config(project, target) if project.toml else _empty_folder(project, target, all_masked)
    return empty or _made(project, target, all_masked)


def _made(project: Project, name: str, all_masked: bool) -> Target:
    made = new_subset(project, name)
    return Target(
        name=made.name,
        folder=made.folder,
        extension=made.caption_extension,
        has_ending=project.toml is not None,
        mask_dir=made.folder / MASK_FOLDER if all_masked and project.toml is None else None,
        class_tokens=made.class_tokens,
        options=made.options,
        dataset=project.datasets[made.dataset],
        changes=tuple(change for change in made.changes if not isinstance(change, MakeFolder)),
        warnings=(f"There is no subset of that name yet, so {made.name} is made.",),
        is_new=True,
    )


def _empty_folder(project: Project, name: str, all_masked: bool) -> Target | None:
    """A folder without images that would be a subset if it had some."""
    base = base_of(project)
    numbered = numbers_in(project, base)
    for folder in candidates(list_folder(base).folders):
        parsed = parse_folder_name(folder)
        fits = parsed.repeats > 0 if parsed is not None and numbered else (parsed is None) != numbered
        if fits and name in (folder, bare_name(folder)) and not holds_images(base / folder):
            return Target(
                name=folder,
                folder=base / folder,
                extension=project.caption_extension,
                has_ending=False,
                mask_dir=base / folder / MASK_FOLDER if all_masked else None,
                class_tokens=parsed.class_tokens if parsed else None,
                options={},
                dataset=project.datasets[0],
            )
    return None


def _empty_in_config(project: Project, name: str) -> Target | None:
    """A subset of the config whose folder holds no image yet."""
    assert project.toml is not None
    for place in layout_of(project.toml).places:
        if place.metadata_file is None and name in (place.image_dir.name, bare_name(place.image_dir.name)):
            return Target(
                name=place.name,
                folder=place.image_dir,
                extension=place.caption_extension or project.caption_extension,
                has_ending=True,
                mask_dir=place.mask_dir,
                class_tokens=place.class_tokens,
                options=place.options,
                dataset=project.datasets[place.dataset],
            )
    return None


def _standing(project: Project, subset: Subset) -> Target:
    is_metadata = subset.metadata_file is not None
    return Target(
        name=subset.name,
        folder=images_folder(subset) if is_metadata else subset.image_dir,
        extension=subset.caption_extension,
        has_ending=project.toml is not None,
        mask_dir=subset.mask_dir,
        class_tokens=subset.class_tokens,
        options=subset.options,
        dataset=project.datasets[subset.dataset],
        samples=subset.samples,
        metadata=subset if is_metadata else None,
    )
