"""What kind of dataset a folder is, and where its subsets are; images are not looked into yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sdtui.base.errors import NotADatasetError, UnreadableError
from sdtui.base.text import plural
from sdtui.dataset.listing import Listing, holds_images, list_folder
from sdtui.dataset.project import DatasetOptions, Ignored, ProjectKind
from sdtui.dataset.subset_folders import (
    MASK_FOLDER,
    REG_FOLDERS,
    TRAIN_FOLDERS,
    Found,
    Place,
    broken_links,
    candidates,
    strays,
    subfolders_with_images,
    worth_a_word,
)
from sdtui.trainer.names import looks_like_picture, parse_folder_name


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
    train, reg = _named(root, listing, TRAIN_FOLDERS), _named(root, listing, REG_FOLDERS)
    folders = [name for name in listing.folders if reg is None or name != reg.name]
    numbered = Found.of_numbered(root, folders)
    if listing.images and parse_folder_name(root.name):
        return _single(root)
    if train and (reg or not numbered.places) and (layout := _init(root, listing, train, reg)):
        return layout
    if listing.images and not numbered.places:
        return _single(root)
    if numbered.places:
        return _beside(root, listing, ProjectKind.SUBSETS, numbered, reg)
    plain = Found.of_plain(root, folders)
    if plain.places:
        return _beside(root, listing, ProjectKind.PLAIN, plain, reg)
    if reg and (alone := Found.of_plain(root, listing.folders)).places:
        return _beside(root, listing, ProjectKind.PLAIN, alone, None)
    raise _nothing_in(root, listing, (*broken_links(root, listing), *numbered.ignored, *plain.ignored))


def _named(root: Path, listing: Listing, names: Iterable[str]) -> Path | None:
    return next((root / name for name in names if name in listing.folders), None)


def _single(root: Path) -> Layout:
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


def _beside(root: Path, listing: Listing, kind: ProjectKind, found: Found, reg: Path | None) -> Layout:
    """Subset folders right in ``root``, perhaps with a folder of regularization subsets beside them."""
    found.ignored += strays(root, listing)
    if reg is not None:
        beside = _regularization(reg)
        found.places += beside.places
        found.ignored += beside.ignored
    notes: tuple[str, ...] = ()
    if root.name in TRAIN_FOLDERS and (whole := _regularization_beside(root)):
        notes = (f"Its parent folder {whole} is the whole project, regularization images too. Open that.",)
    return _finished(Layout(root, kind, tuple(found.places), tuple(found.ignored), notes=notes))


def _regularization(folder: Path) -> Found:
    try:
        return Found.of_base(folder, is_reg=True)
    except UnreadableError as error:
        return Found(ignored=[Ignored(folder, error.sentence())])


def _regularization_beside(root: Path) -> Path | None:
    try:
        return root.parent if _named(root.parent, list_folder(root.parent), REG_FOLDERS) else None
    except UnreadableError:
        return None


def _init(root: Path, listing: Listing, train: Path, reg: Path | None) -> Layout | None:
    """``images/`` and ``regularization/``: repeats stand in the names, or nowhere.

    None where there is no image in them, or where ``images`` is just a folder in a folder of images.
    """
    found = Found.of_base(train, is_reg=False)
    if listing.images and reg is None and not any(place.class_tokens is not None for place in found.places):
        return None
    if reg is not None:
        beside = _regularization(reg)
        found.places += beside.places
        found.ignored += beside.ignored
    if not found.places:
        return None
    used = {train.name, reg.name if reg else None}
    others = [root / name for name in candidates(listing.folders) if name not in used]
    reason = f"It stands beside {train.name}; only the folders in there are trained on."
    found.ignored += [Ignored(folder, reason) for folder in others if worth_a_word(folder)]
    found.ignored += strays(root, listing)
    return _finished(Layout(root, ProjectKind.INIT, tuple(found.places), tuple(found.ignored)))


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


def _nothing_in(root: Path, listing: Listing, ignored: Sequence[Ignored]) -> NotADatasetError:
    remedy = _hint(root, listing)
    pictures = [name for name in listing.files if looks_like_picture(name)]
    if remedy is None and pictures:
        remedy = f"It holds {plural(len(pictures), 'picture')} of kinds that the trainer does not read ({pictures[0]})."
    if remedy is None and ignored:
        remedy = f"{ignored[0].path.name}: {ignored[0].reason}"
    return NotADatasetError(
        "No images to train on here",
        path=root,
        remedy=remedy or "A dataset is a folder of subset folders such as 10_circle, with images in them.",
    )


def _hint(root: Path, listing: Listing) -> str | None:
    """What the person may have meant: a dataset one level further down, or a config that lies here."""
    for name in candidates(listing.folders)[:200]:
        if subfolders_with_images(root / name):
            return f"Did you mean {root / name}?"
    configs = [name for name in listing.files if name.lower().endswith(".toml")]
    return f"Did you mean to open {root / configs[0]}?" if configs else None
