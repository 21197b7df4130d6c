"""Subset folders inside a base folder, and the folders beside them that the trainer leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError
from sdtui.base.paths import PROJECT_FOLDER, natural_key
from sdtui.dataset.listing import Listing, holds_images, list_folder
from sdtui.dataset.project import Ignored
from sdtui.trainer.names import looks_like_picture, parse_folder_name

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


@dataclass
class Found:
    """The subsets in a base folder, and what lies beside them, with the reason why it is none."""

    places: list[Place] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    @classmethod
    def of_numbered(cls, base: Path, folders: Iterable[str], *, is_reg: bool = False) -> Found:
        """``N_name`` folders (library/config_util.py, generate_dreambooth_subsets_config_by_subdirs)."""
        found = cls()
        for name in candidates(folders):
            folder, parsed = base / name, parse_folder_name(name)
            if parsed is None:
                found._leave_out(folder, _NO_NUMBER)
            elif parsed.repeats < 1:
                found._leave_out(folder, _NO_REPEATS)
            elif found._holds_images(folder):
                found.places.append(Place(name, folder, parsed.repeats, is_reg, parsed.class_tokens))
            else:
                found._note(folder, "There is no image in it, so the trainer leaves it out.")
        return found

    @classmethod
    def of_plain(cls, base: Path, folders: Iterable[str], *, is_reg: bool = False) -> Found:
        """Every folder that holds images, one repeat each."""
        found = cls()
        for name in candidates(folders):
            parsed = parse_folder_name(name)
            if parsed and parsed.repeats < 1:
                found._leave_out(base / name, _NO_REPEATS)
            elif found._holds_images(base / name):
                found.places.append(Place(name, base / name, 1, is_reg))
            else:
                found._leave_out(base / name, _NOT_SO_DEEP)
        return found

    @classmethod
    def of_base(cls, base: Path, *, is_reg: bool) -> Found:
        """The subsets of ``images/`` or ``regularization/``: numbered, else plain, else the folder itself.

        Raises UnreadableError.
        """
        listing = list_folder(base)
        found = cls.of_numbered(base, listing.folders, is_reg=is_reg)
        if not found.places:
            found = cls.of_plain(base, listing.folders, is_reg=is_reg)
        if found.places:
            found.ignored += strays(base, listing)
        elif listing.images:
            found.places.append(Place(base.name, base, 1, is_reg))
        return found

    def _holds_images(self, folder: Path) -> bool:
        try:
            return holds_images(folder)
        except UnreadableError as error:
            self._note(folder, error.sentence())
            return False

    def _leave_out(self, folder: Path, reason: str) -> None:
        """List ``folder`` only where there is something to miss in it."""
        if worth_a_word(folder):
            self._note(folder, reason)

    def _note(self, folder: Path, reason: str) -> None:
        """The first reason counts."""
        if not any(entry.path == folder for entry in self.ignored):
            self.ignored.append(Ignored(folder, reason))


_NO_NUMBER = "Its name does not begin with repeats (N_name), so the trainer leaves it out."
_NO_REPEATS = "Its repeats are less than 1, so the trainer leaves it out."
_NOT_SO_DEEP = "There is no image in it itself, and the trainer does not look further down."


def candidates(folders: Iterable[str]) -> list[str]:
    """Names of folders that may be subsets, in the order of people."""
    return sorted((name for name in folders if name not in NO_SUBSETS and not name.startswith(".")), key=natural_key)


def worth_a_word(folder: Path) -> bool:
    """True when there are images in ``folder`` or one level further down."""
    try:
        return holds_images(folder) or subfolders_with_images(folder)
    except UnreadableError:
        return False


def subfolders_with_images(folder: Path) -> bool:
    """True when a folder in ``folder`` could be a subset."""
    try:
        return any(holds_images(folder / name) for name in candidates(list_folder(folder).folders))
    except UnreadableError:
        return False


def strays(base: Path, listing: Listing) -> list[Ignored]:
    """What lies beside subset folders and could be taken for more than it is."""
    reason = "It lies beside the subset folders; the trainer only looks into them."
    names = (*listing.files, *listing.others)
    pictures = [Ignored(base / name, reason) for name in names if looks_like_picture(name) and not name.startswith(".")]
    return [*pictures, *broken_links(base, listing), *_misnamed(base, listing)]


def broken_links(base: Path, listing: Listing) -> list[Ignored]:
    """Links that may have led to a subset, on a disk that is not mounted now."""
    reason = "It is a link that leads nowhere now, so the trainer leaves it out."
    return [
        Ignored(base / name, reason)
        for name in listing.others
        if (parse_folder_name(name) or "." not in name) and (base / name).is_symlink()
    ]


def _misnamed(base: Path, listing: Listing) -> list[Ignored]:
    """Folders of images that bear a name with a meaning of its own."""
    reason = "Its name means something else in a training (model, config, log, conditioning), so it is no subset here."
    names = sorted(NO_SUBSETS.intersection(listing.folders) - {PROJECT_FOLDER})
    return [Ignored(base / name, reason) for name in names if _has_images(base / name)]


def _has_images(folder: Path) -> bool:
    try:
        return holds_images(folder)
    except UnreadableError:
        return False
