"""Names that a subset's folder can have, so that the trainer still finds it, and any disk can hold it."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.errors import UsageError, WriteError
from sdtui.dataset.project import Project, ProjectKind, Subset
from sdtui.dataset.subset_folders import NO_SUBSETS, REG_FOLDERS, TRAIN_FOLDERS
from sdtui.trainer.names import folder_name, parse_folder_name

_LONGEST = 255
"""Bytes of a name on the usual file systems."""
_NOT_ON_WINDOWS = '<>:"\\|?*'


def folder_for(project: Project, name: str, base: Path, repeats: int | None = None) -> Path:
    """The folder in ``base`` for a subset called ``name``, which may be a name with its number, ``N_name``.

    ``repeats`` is the number where ``name`` has none. In a project of folders all subsets have numbers or none has: the
    trainer would leave out the others. Raises UsageError.
    """
    name = name.strip()
    _refuse_impossible(name)
    if project.kind is ProjectKind.TOML:
        return base / name
    parsed = parse_folder_name(name)
    if numbers_in(project, base):
        if parsed is None:
            return base / _checked(folder_name(repeats or 1, name))
        if parsed.repeats < 1:
            raise UsageError(f"{name} begins with less than 1 repeat, and the trainer would leave it out")
        return base / name
    if parsed is not None:
        raise UsageError(
            f"{name} begins with a number of repeats, and beside it the trainer would leave the other subsets out",
            remedy="Give the others repeats first, or choose a name that does not begin with a number and _.",
        )
    return base / name


def numbers_in(project: Project, base: Path) -> bool:
    """Whether the subsets in ``base`` have their repeats in their names; where there is none yet, the others decide."""
    beside = [subset for subset in project.subsets if subset.image_dir.parent == base]
    return any(parse_folder_name(subset.image_dir.name) for subset in beside or project.subsets)


def base_of(project: Project, *, is_reg: bool = False) -> Path:
    """The folder that subsets stand in. Raises WriteError where the images themselves stand in it."""
    if project.kind is ProjectKind.SINGLE:
        raise WriteError(
            "This folder is one subset itself, so there is no place for another one in the project",
            path=project.root,
            remedy=f"Open {project.root.parent} instead.",
        )
    if is_reg:
        return _reg_base(project)
    if project.kind is not ProjectKind.INIT:
        return project.root if project.toml is None else _most_common_parent(project)
    images = _standing(project.root, TRAIN_FOLDERS)
    _refuse_images_in(project, images)
    return images


def _reg_base(project: Project) -> Path:
    """Where regularization subsets are looked for, whether it exists or not (dataset/layout.py)."""
    if project.kind is not ProjectKind.INIT and project.root.name in TRAIN_FOLDERS:
        raise WriteError(
            "Regularization images stand beside this folder, not in it",
            path=project.root,
            remedy=f"Open {project.root.parent} instead.",
        )
    short = project.kind is ProjectKind.INIT and _standing(project.root, TRAIN_FOLDERS).name == "img"
    folder = _standing(project.root, REG_FOLDERS[::-1] if short else REG_FOLDERS)
    _refuse_images_in(project, folder)
    return folder


def _standing(root: Path, names: tuple[str, ...]) -> Path:
    return next((root / name for name in names if (root / name).is_dir()), root / names[0])


def _refuse_images_in(project: Project, folder: Path) -> None:
    if any(subset.image_dir == folder for subset in project.subsets):
        raise WriteError(
            "Its images stand in this folder itself, and would no longer be read beside a subset folder",
            path=folder,
            remedy=f"Put them into a folder inside it first, such as {folder.name}/1_{project.root.name}.",
        )


def _most_common_parent(project: Project) -> Path:
    parents = [subset.image_dir.parent for subset in project.subsets]
    return max(parents, key=parents.count, default=project.root)


def can_be_named(name: str) -> bool:
    """Whether a subset's folder can be called ``name`` on any disk."""
    try:
        _refuse_impossible(name)
    except UsageError:
        return False
    return True


def _refuse_impossible(name: str) -> None:
    bad = next((letter for letter in name if letter in "/\0" or letter < " " or letter in _NOT_ON_WINDOWS), None)
    if not name or name.startswith(".") or name.endswith("."):
        raise UsageError(
            f'"{name}" cannot be the name of a subset', remedy="It may not be empty, nor begin or end with a dot."
        )
    if bad is not None:
        raise UsageError(f'"{name}" cannot be the name of a subset: {bad!r} may not stand in the name of a folder')
    if name.casefold() in {one.casefold() for one in (*NO_SUBSETS, *TRAIN_FOLDERS, *REG_FOLDERS)}:
        raise UsageError(f'"{name}" cannot be the name of a subset: it means something else in a training')
    _checked(name)


def _checked(name: str) -> str:
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise UsageError(f"{name!a} cannot be the name of a subset: it is not UTF-8") from None
    if length > _LONGEST:
        raise UsageError(f"This name has {length} bytes, and a folder's name cannot have more than {_LONGEST}")
    return name


def with_number_of(subset: Subset, name: str) -> str:
    """``name`` with the repeats of ``subset`` before it, where its folder has some and ``name`` does not."""
    parsed = parse_folder_name(subset.image_dir.name)
    return folder_name(parsed.repeats, name) if parsed and parse_folder_name(name) is None else name
