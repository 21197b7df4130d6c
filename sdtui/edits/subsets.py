"""Subsets made, renamed, and marked as regularization: folders, and what the project's own files say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.base.errors import UsageError, WriteError
from sdtui.base.files import read_bytes
from sdtui.base.text import plural
from sdtui.dataset.project import CaptionSource, Project, ProjectKind, Subset
from sdtui.edits.captions import removals
from sdtui.edits.config_subset import adding, require_followed
from sdtui.edits.config_value import with_value
from sdtui.edits.folder_rename import renaming
from sdtui.edits.path_rewrite import project_files, rewritten
from sdtui.edits.proposal import Proposal
from sdtui.edits.quality_table import renaming_tier
from sdtui.edits.subset_names import base_of, folder_for, with_number_of
from sdtui.plans.checks import name_taken
from sdtui.plans.names import present
from sdtui.plans.plan import Change, MakeFolder, Plan, Write
from sdtui.trainer.caches import stale_text_caches
from sdtui.trainer.names import bare_name, parse_folder_name

_EMPTY = "{name} is empty: the trainer leaves it out until there are images in it."


@dataclass(frozen=True, slots=True)
class NewSubset:
    """A subset that is to be made, and how the trainer will read what is put into it."""

    name: str
    folder: Path
    caption_extension: str
    class_tokens: str | None
    options: Mapping[str, Any]
    dataset: int
    changes: tuple[Change, ...]


def make_subset(project: Project, name: str, repeats: int = 1) -> Proposal:
    """Make an empty subset: a folder, and in a project opened by its config a ``[[datasets.subsets]]`` as well.

    ``name`` may be ``N_name``. Raises UsageError for a name that cannot be one, WriteError where there is no place.
    """
    made = new_subset(project, name, repeats)
    title = f"make the subset {made.name}"
    return Proposal(title, Plan(title, made.changes, (_EMPTY.format(name=made.name),)))


def new_subset(project: Project, name: str, repeats: int = 1) -> NewSubset:
    """What ``make_subset`` makes. Raises what it raises."""
    if repeats < 1:
        raise UsageError(f"{name} cannot have {repeats} repeats: the trainer leaves a subset with less than 1 out")
    folder = folder_for(project, name, base_of(project), repeats)
    if present(folder):
        raise name_taken(folder)
    if project.toml is not None:
        added = adding(project, project.toml, folder, repeats)
        options, extension = added.options, added.options["caption_extension"]
        changes: tuple[Change, ...] = (MakeFolder(folder), *added.changes)
        return NewSubset(folder.name, folder, extension, options["class_tokens"], options, added.dataset, changes)
    parsed = parse_folder_name(folder.name)
    tokens = parsed.class_tokens if parsed else None
    made = (MakeFolder(folder),)
    return NewSubset(folder.name, folder, project.caption_extension, tokens, {}, 0, made)


def rename_subset(project: Project, subset: Subset, name: str) -> Proposal:
    """Rename the folder of ``subset``; the paths in the project's own files follow.

    ``name`` keeps the repeats of the old one unless it begins with others. Raises UsageError for a name that cannot be
    one, WriteError where it is taken or the folder is the project itself, UnreadableError.
    """
    old = subset.image_dir
    _refuse_fixed(project, old)
    new = folder_for(project, with_number_of(subset, name.strip()), old.parent)
    title = f"rename {subset.name} to {new.name}"
    if new == old:
        return Proposal(title, Plan(title, ()))
    changes = renaming(project, {old: new})
    require_followed(project, old, new, changes)
    caches, warnings = _new_class_tokens(project, subset, new)
    tier = renaming_tier(project.home, bare_name(old.name), bare_name(new.name))
    return Proposal(title, Plan(title, (*removals(caches), *tier, *changes), warnings))


def mark_regularization(project: Project, subset: Subset, is_reg: bool = True) -> Proposal:
    """Make ``subset`` one of regularization images, or one of subject images again.

    In a project of folders it moves to ``regularization/`` (or ``reg/``) and back; where the project was opened by its
    config, ``is_reg`` is set there. Raises WriteError where the trainer could not read it so.
    """
    what = "regularization images" if is_reg else "subject images"
    title = f"make {subset.name} a subset of {what}"
    if subset.is_reg == is_reg:
        return Proposal(title, Plan(title, ()))
    _refuse_unmarkable(project, subset, is_reg)
    if project.toml is not None:
        before = read_bytes(project.toml)
        after = with_value(project.toml, before, "is_reg", {(subset.dataset, subset.position): is_reg})
        return Proposal(title, Plan(title, (Write(project.toml, before, after),)))
    base = base_of(project, is_reg=is_reg)
    new = folder_for(project, subset.image_dir.name, base)
    if new.name != subset.image_dir.name:
        raise WriteError(
            f"The subsets in {base.name} have repeats in their names, and the trainer would leave this one out there",
            path=subset.image_dir,
            remedy="Set its repeats first.",
        )
    folders = () if base.is_dir() else (MakeFolder(base),)
    changes = (*folders, *renaming(project, {subset.image_dir: new}))
    return Proposal(title, Plan(title, changes, tuple(_notes_of_marking(project, subset, is_reg))))


def _refuse_fixed(project: Project, folder: Path) -> None:
    if folder == project.root or (project.kind is ProjectKind.INIT and folder.parent == project.root):
        raise WriteError(
            "The images stand in a folder that belongs to the layout of the project, so it keeps its name and place",
            path=folder,
            remedy="Put them into a folder inside it first.",
        )


def _refuse_unmarkable(project: Project, subset: Subset, is_reg: bool) -> None:
    if subset.metadata_file is not None or (project.toml is not None and subset.masked):
        with_what = "masks" if subset.masked else "a metadata file"
        raise WriteError(f"A subset with {with_what} cannot be one of regularization images", path=subset.image_dir)
    if is_reg and not any(not one.is_reg for one in project.subsets if one.image_dir != subset.image_dir):
        raise WriteError(
            "It is the only subset of subject images, and there would be nothing left to train",
            path=subset.image_dir,
        )
    if project.toml is None:
        _refuse_fixed(project, subset.image_dir)


def _new_class_tokens(project: Project, subset: Subset, new: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Text caches that would keep the old class tokens, and a sentence about the new ones."""
    parsed = parse_folder_name(new.name)
    tokens = parsed.class_tokens if parsed and project.toml is None else subset.class_tokens
    without = [one for one in subset.samples if one.caption_source in (CaptionSource.CLASS, CaptionSource.NONE)]
    if tokens == subset.class_tokens or not without:
        return (), ()
    caches = dict.fromkeys(cache for sample in without for cache in stale_text_caches(sample.path))
    images = plural(len(without), "image")
    old, new_tokens = (f'"{words or ""}"' for words in (subset.class_tokens, tokens))
    return tuple(caches), (f"{images} without a caption will be trained on {new_tokens} instead of {old}.",)


def _notes_of_marking(project: Project, subset: Subset, is_reg: bool) -> Iterator[str]:
    if is_reg and subset.masked:
        yield "Its masks are not read any more: regularization images have none."
    other = {subset.image_dir: subset.image_dir.with_name(f"{subset.image_dir.name}-")}
    for file in project_files(project.root):
        if file.suffix.lower() == ".toml" and rewritten(file, other, project.root) is not None:
            yield f"{file.name} names it as what it was; write that config anew before you train with it."
