"""Changing how often subsets repeat: in the names of their folders, or in the config that the project was opened by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sdtui.base.errors import SdtuiError, UsageError, WriteError
from sdtui.base.files import read_bytes
from sdtui.base.text import plural
from sdtui.dataset.project import CaptionSource, Project, ProjectKind, Subset
from sdtui.edits.config_value import with_value
from sdtui.edits.folder_rename import renaming
from sdtui.edits.path_rewrite import project_files
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.dataset_config import load
from sdtui.trainer.names import bare_name, folder_name, parse_folder_name

_NAMED = 3
"""Subsets that a sentence names before it counts the rest."""


def find_subset(project: Project, name: str) -> Subset:
    """The subset called ``name``, with or without its ``N_``. Raises UsageError listing the names there are."""
    found = subsets_called(project, name)
    if len(found) == 1:
        return found[0]
    names = ", ".join(subset.name for subset in found or project.subsets)
    if found:
        raise UsageError(f'"{name}" could be any of these subsets: {names}', remedy="Write the whole name.")
    raise UsageError(f'There is no subset "{name}"', remedy=f"There are: {names}.")


def subsets_called(project: Project, name: str) -> tuple[Subset, ...]:
    """The subset called ``name``, else those that are called so without their ``N_``."""
    exact = project.subset(name)
    if exact is not None:
        return (exact,)
    return tuple(subset for subset in project.subsets if stable_name(subset) == name)


def stable_name(subset: Subset) -> str:
    """The name of its folder without the repeats, which stays when they change."""
    return bare_name(subset.image_dir.name)


def repeats_plan(project: Project, repeats: Mapping[str, int]) -> Plan:
    """The Plan that makes each subset, by its name, count ``repeats[name]`` times; empty where all do already.

    Raises UsageError for an unknown name or a number below 1, WriteError where a folder cannot be renamed so.
    """
    wanted: dict[str, int] = {}
    for name, number in repeats.items():
        subset = project.subset(name)
        if subset is None:
            raise UsageError(
                f'There is no subset "{name}"', remedy=f"There are: {', '.join(one.name for one in project.subsets)}."
            )
        if number < 1:
            raise UsageError(f"{name} cannot have {number} repeats: the trainer leaves a subset with less than 1 out")
        if number != subset.num_repeats:
            wanted[name] = number
    changed = [subset for subset in project.subsets if subset.name in wanted]
    title = "repeats of " + ", ".join(f"{subset.name} to {wanted[subset.name]}" for subset in changed[:3])
    if len(changed) > 3:
        title += f" and {plural(len(changed) - 3, 'other subset')}"
    if not changed:
        return Plan("repeats stay as they are", ())
    if project.kind is ProjectKind.TOML:
        return _config_plan(project, title, {subset.name: wanted[subset.name] for subset in changed})
    return _rename_plan(project, title, changed, wanted)


def _config_plan(project: Project, title: str, wanted: Mapping[str, int]) -> Plan:
    assert project.toml is not None
    subsets = [subset for subset in project.subsets if subset.name in wanted]
    before = read_bytes(project.toml)
    numbers = {(subset.dataset, subset.position): wanted[subset.name] for subset in subsets}
    after = with_value(project.toml, before, "num_repeats", numbers)
    return Plan(title, (Write(project.toml, before, after),))


def _rename_plan(project: Project, title: str, changed: list[Subset], wanted: Mapping[str, int]) -> Plan:
    renames: dict[Path, str] = {}
    warnings: list[str] = []
    for subset in changed:
        _refuse_unnameable(project, subset)
        renames[subset.image_dir] = _numbered(subset, wanted[subset.name])
        if parse_folder_name(subset.image_dir.name) is None:
            warnings.append(_first_number(subset, renames[subset.image_dir]))
    for subset in _plain_siblings(project, changed):
        renames[subset.image_dir] = f"1_{subset.image_dir.name}"
        name = subset.image_dir.name
        warnings.append(f"{name} becomes 1_{name}: beside folders with numbers, the trainer leaves out those without.")
    changes = renaming(project, {folder: folder.with_name(name) for folder, name in renames.items()})
    return Plan(title, changes, (*warnings, *_told_elsewhere(project, changed, wanted)))


def _numbered(subset: Subset, number: int) -> str:
    return folder_name(number, stable_name(subset))


def _refuse_unnameable(project: Project, subset: Subset) -> None:
    folder = subset.image_dir
    if folder == project.root:
        remedy = f"Open {folder.parent} instead"
        if parse_folder_name(folder.name) is None:
            remedy += f", or put the images into a folder such as 10_{folder.name}"
        raise WriteError(
            "This folder is the whole project, so its repeats cannot be written into its name from here",
            path=folder,
            remedy=f"{remedy}.",
        )
    if project.kind is ProjectKind.INIT and folder.parent == project.root:
        raise WriteError(
            "The images stand in this folder itself, and its name is part of the layout",
            path=folder,
            remedy=f"Put them into a folder inside it, such as {folder.name}/1_{project.root.name}.",
        )


def _first_number(subset: Subset, new: str) -> str:
    sentence = f"{subset.image_dir.name} had no number in its name; it is called {new} from now on."
    if any(sample.caption_source is CaptionSource.NONE for sample in subset.samples):
        sentence += f" Its images without a caption will be trained on the class tokens {subset.image_dir.name!r}."
    return sentence


def _plain_siblings(project: Project, changed: list[Subset]) -> Iterator[Subset]:
    """Subsets without a number in the folders where another one is given its first."""
    given = {one.image_dir.parent for one in changed if parse_folder_name(one.image_dir.name) is None}
    names = {one.name for one in changed}
    for subset in project.subsets:
        plain = parse_folder_name(subset.image_dir.name) is None
        if plain and subset.name not in names and subset.image_dir.parent in given:
            yield subset


def _told_elsewhere(project: Project, changed: list[Subset], wanted: Mapping[str, int]) -> Iterator[str]:
    """A config in the project that names the folder has a number of its own, which a rename does not change."""
    numbers = {os.path.normpath(one.image_dir): wanted[one.name] for one in changed}
    for file in project_files(project.root):
        if file.suffix.lower() != ".toml":
            continue
        try:
            config = load(file)
        except SdtuiError:
            continue  # not a config, or broken: opening it says so
        said: dict[str, int] = {}
        for subset in (subset for section in config.datasets for subset in section.subsets):
            folder = os.path.normpath(project.root / (subset.options["image_dir"] or ""))
            if folder in numbers and subset.options["num_repeats"] != numbers[folder]:
                said[Path(folder).name] = subset.options["num_repeats"]
        if said:
            named = ", ".join(f"{number} for {name}" for name, number in list(said.items())[:_NAMED])
            more = f" and {plural(len(said) - _NAMED, 'other subset')}" if len(said) > _NAMED else ""
            yield (
                f"{file.name} says num_repeats = {named}{more}, and keeps saying so; "
                "write the config anew to train with the new numbers."
            )
