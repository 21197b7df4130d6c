"""What kind of dataset a folder is, and where its subsets are; images are not looked into yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sdtui.base.errors import NotADatasetError, UnreadableError
from sdtui.base.paths import PROJECT_FOLDER, natural_key
from sdtui.base.text import plural
from sdtui.dataset.listing import Listing, holds_images, list_folder
from sdtui.dataset.project import DatasetOptions, Ignored, ProjectKind
from sdtui.trainer.names import FolderName, looks_like_picture, parse_folder_name

MASK_FOLDER = "conditioning"
"""Name of the folder inside a subset that holds its masks."""

TRAIN_FOLDERS = ("images", "img")
REG_FOLDERS = ("regularization", "reg")
"""The two pairs that sd-train-init.sh and the kohya_ss GUI make."""

NO_SUBSETS = frozenset({PROJECT_FOLDER, "model", "config", "log", MASK_FOLDER})
"""Folders of a project that never are subsets."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subset is and what is known of it before its images are read."""

    name: str
    image_dir: Path
    num_repeats: int = 1
    is_reg: bool = False
    class_tokens: str | None = None
    caption_extension: str | None = None
    """None: ``.txt``, or ``.caption`` where only that exists."""
    mask_dir: Path | None = None
    metadata_file: Path | None = None
    dataset: int = 0
    position: int = 0
    written_dir: str | None = None
    """``image_dir`` as the trainer is given it, None where that is the absolute path."""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """What was found at the path that was opened."""

    root: Path
    kind: ProjectKind
    places: tuple[Place, ...]
    ignored: tuple[Ignored, ...] = ()
    datasets: tuple[DatasetOptions, ...] = ()
    toml: Path | None = None
    notes: tuple[str, ...] = ()


def folder_layout(root: Path) -> Layout:
    """The layout of a folder. Raises UnreadableError, and NotADatasetError where the trainer would find no image."""
    listing = list_folder(root)
    numbered = _numbered(root, listing.folders)
    if listing.images and (not numbered or parse_folder_name(root.name)):
        return _single(root, listing)
    if numbered:
        return _beside(root, listing, _Found.of_numbered(root, listing.folders))
    train = _named(root, listing.folders, TRAIN_FOLDERS)
    reg = _named(root, listing.folders, REG_FOLDERS)
    if train and (reg or _subfolders_with_images(train)):
        return _init(root, train, reg)
    found = _Found.of_plain(root, listing.folders)
    if not found.places:
        raise _nothing_in(root, listing, found)
    return _finished(Layout(root, ProjectKind.PLAIN, tuple(found.places), tuple(found.ignored)))


@dataclass
class _Found:
    """Subset folders in one base folder, and folders that are none, with the reason."""

    places: list[Place] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    @classmethod
    def of_numbered(cls, base: Path, folders: Iterable[str], *, is_reg: bool = False) -> _Found:
        """``N_name`` folders (library/config_util.py, generate_dreambooth_subsets_config_by_subdirs)."""
        found = cls()
        for name in _candidates(folders):
            parsed = parse_folder_name(name)
            reason = found._why_not(base / name, parsed)
            if parsed and reason is None:
                found.places.append(Place(name, base / name, parsed.repeats, is_reg, parsed.class_tokens))
            elif reason:
                found.ignored.append(Ignored(base / name, reason))
        return found

    @classmethod
    def of_plain(cls, base: Path, folders: Iterable[str], *, is_reg: bool = False) -> _Found:
        """Every folder that holds images, one repeat each."""
        found = cls()
        for name in _candidates(folders):
            parsed = parse_folder_name(name)
            if parsed and parsed.repeats < 1:
                found.ignored.append(Ignored(base / name, _NO_REPEATS))
                continue
            try:
                if holds_images(base / name):
                    found.places.append(Place(name, base / name, 1, is_reg))
            except UnreadableError as error:
                found.ignored.append(Ignored(base / name, error.sentence()))
        return found

    def _why_not(self, folder: Path, parsed: FolderName | None) -> str | None:
        try:
            inside = holds_images(folder)
        except UnreadableError as error:
            return error.sentence()
        if parsed is None:
            return _NO_NUMBER if inside else None
        if parsed.repeats < 1:
            return _NO_REPEATS
        return None if inside else "There is no image in it, so the trainer leaves it out."


_NO_NUMBER = "Its name does not begin with repeats (N_name), so the trainer leaves it out."
_NO_REPEATS = "Its repeats are less than 1, so the trainer leaves it out."


def _candidates(folders: Iterable[str]) -> list[str]:
    return sorted((name for name in folders if name not in NO_SUBSETS and not name.startswith(".")), key=natural_key)


def _numbered(base: Path, folders: Iterable[str]) -> bool:
    """True when a folder of ``base`` has repeats in its name and could be a subset."""
    return any((parsed := parse_folder_name(name)) and parsed.repeats > 0 for name in _candidates(folders))


def _named(root: Path, folders: Sequence[str], names: Iterable[str]) -> Path | None:
    return next((root / name for name in names if name in folders), None)


def _subfolders_with_images(folder: Path) -> bool:
    try:
        return any(holds_images(folder / name) for name in _candidates(list_folder(folder).folders))
    except UnreadableError:
        return False


def _single(root: Path, listing: Listing) -> Layout:
    parsed = parse_folder_name(root.name)
    notes: tuple[str, ...] = ()
    place = Place(root.name, root)
    if parsed and parsed.repeats > 0:
        place = replace(place, num_repeats=parsed.repeats, class_tokens=parsed.class_tokens)
        notes = (
            f"This is one subset ({plural(parsed.repeats, 'repeat')}), not a whole dataset: "
            f"its parent folder is {root.parent}. Open that to see all subsets and to train on them.",
        )
    return _finished(Layout(root, ProjectKind.SINGLE, (place,), notes=notes))


def _beside(root: Path, listing: Listing, found: _Found) -> Layout:
    if not found.places:
        raise _nothing_in(root, listing, found)
    stray = [
        Ignored(root / name, "It lies beside the subset folders; the trainer only looks into them.")
        for name in (*listing.files, *listing.others)
        if looks_like_picture(name) and not name.startswith(".")
    ]
    notes: tuple[str, ...] = ()
    reg = _named(root.parent, _folder_names(root.parent), REG_FOLDERS) if root.name in TRAIN_FOLDERS else None
    if reg:
        notes = (f"Its parent folder {root.parent} is the whole project, regularization images too. Open that.",)
    return _finished(Layout(root, ProjectKind.SUBSETS, tuple(found.places), (*found.ignored, *stray), notes=notes))


def _folder_names(folder: Path) -> tuple[str, ...]:
    try:
        return list_folder(folder).folders
    except UnreadableError:
        return ()


def _init(root: Path, train: Path, reg: Path | None) -> Layout:
    """``images/`` and ``regularization/``: repeats stand in the names, or nowhere."""
    found = [_subsets_of(train, is_reg=False)] + ([_subsets_of(reg, is_reg=True)] if reg else [])
    places = tuple(place for part in found for place in part.places)
    ignored = tuple(entry for part in found for entry in part.ignored)
    if not places:
        raise _nothing_in(train, list_folder(train), found[0])
    return _finished(Layout(root, ProjectKind.INIT, places, ignored))


def _subsets_of(base: Path, *, is_reg: bool) -> _Found:
    listing = list_folder(base)
    if _numbered(base, listing.folders):
        found = _Found.of_numbered(base, listing.folders, is_reg=is_reg)
    else:
        found = _Found.of_plain(base, listing.folders, is_reg=is_reg)
    if not found.places and listing.images:
        found.places.append(Place(base.name, base, 1, is_reg))
    elif found.places:
        reason = "It lies beside the subset folders; the trainer only looks into them."
        found.ignored += [Ignored(base / name, reason) for name in listing.files if looks_like_picture(name)]
    return found


def _finished(layout: Layout) -> Layout:
    """Unique names, masks found, masked and plain subsets in two datasets (one refuses both)."""
    names = unique_names([place.image_dir for place in layout.places])
    places = [replace(place, name=name) for place, name in zip(layout.places, names, strict=True)]
    places = [place if place.is_reg else replace(place, mask_dir=_masks(place.image_dir)) for place in places]
    mixed = any(place.mask_dir for place in places) and not all(place.mask_dir for place in places)
    numbers: Counter[int] = Counter()
    placed = []
    for place in places:
        dataset = int(mixed and place.mask_dir is not None)
        placed.append(replace(place, dataset=dataset, position=numbers[dataset]))
        numbers[dataset] += 1
    options = DatasetOptions(resolution=None, enable_bucket=True)
    return replace(layout, places=tuple(placed), datasets=(options,) * (2 if mixed else 1))


def _masks(image_dir: Path) -> Path | None:
    folder = image_dir / MASK_FOLDER
    try:
        return folder if folder.is_dir() and holds_images(folder) else None
    except (OSError, UnreadableError):
        return None


def unique_names(folders: Sequence[Path]) -> list[str]:
    """A name for each folder: its own, with as many parents before it as it takes to tell it from the others.

    A folder that is there twice (in two datasets) gets a number.
    """
    known = _told_apart(list(dict.fromkeys(folders)))
    seen: Counter[Path] = Counter()
    names = []
    for folder in folders:
        seen[folder] += 1
        names.append(known[folder] if seen[folder] == 1 else f"{known[folder]} ({seen[folder]})")
    return names


def _told_apart(folders: list[Path]) -> dict[Path, str]:
    names = {folder: folder.name or str(folder) for folder in folders}
    for depth in range(2, 1 + max((len(folder.parts) for folder in folders), default=0)):
        shared = {name for name, times in Counter(names.values()).items() if times > 1}
        for folder, name in names.items():
            if name in shared:
                names[folder] = "/".join(folder.parts[-depth:])
    return names


def _nothing_in(root: Path, listing: Listing, found: _Found) -> NotADatasetError:
    remedy = _hint(root, listing)
    pictures = [name for name in listing.files if looks_like_picture(name)]
    if remedy is None and pictures:
        remedy = f"It holds {plural(len(pictures), 'picture')} of kinds that the trainer does not read ({pictures[0]})."
    if remedy is None and found.ignored:
        remedy = f"{found.ignored[0].path.name}: {found.ignored[0].reason}"
    return NotADatasetError(
        "No images to train on here",
        path=root,
        remedy=remedy or "A dataset is a folder of subset folders such as 10_circle, with images in them.",
    )


def _hint(root: Path, listing: Listing) -> str | None:
    """What the person may have meant: a dataset one level further down, or a config that lies here."""
    for name in _candidates(listing.folders)[:200]:
        if _subfolders_with_images(root / name):
            return f"Did you mean {root / name}?"
    configs = [name for name in listing.files if name.lower().endswith(".toml")]
    return f"Did you mean to open {root / configs[0]}?" if configs else None
