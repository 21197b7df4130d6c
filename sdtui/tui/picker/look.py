"""What a folder seems to be, told from a glance at the names in it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sdtui.base.text import plural
from sdtui.trainer.names import is_image, parse_folder_name

_GLANCE = 2_000
"""Names that are looked at in one folder; one with more shows that number and a plus."""


@dataclass(frozen=True, slots=True)
class Look:
    """``words`` say what it is ("3 subsets", "40 images"); empty where it is nothing to train on."""

    words: str
    is_dataset: bool


def look_at(folder: Path) -> Look:
    """A glance into ``folder``. One that cannot be read says so in its words."""
    try:
        with os.scandir(folder) as entries:
            seen = list(islice(entries, _GLANCE))
    except OSError as error:
        return Look(error.strerror or "cannot be read", False)
    images = sum(is_image(entry.name) for entry in seen)
    folders = [entry.name for entry in seen if _is_folder(entry)]
    subsets = sum(parse_folder_name(name) is not None for name in folders)
    more = "+" if len(seen) == _GLANCE else ""
    if subsets:
        return Look(f"{plural(subsets, 'subset')}{more}", True)
    if "images" in folders and _holds_subsets(folder / "images"):
        return Look("images and regularization" if "regularization" in folders else "images", True)
    if images:
        return Look(f"{plural(images, 'image')}{more}", True)
    return Look("", False)


def is_dataset_config(path: Path) -> bool:
    """A TOML that holds ``[[datasets]]``, told from its first part."""
    try:
        with path.open("rb") as file:
            head = file.read(20_000)
    except OSError:
        return False
    return b"[[datasets" in head or b"[[ datasets" in head


def _holds_subsets(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(parse_folder_name(entry.name) is not None for entry in islice(entries, _GLANCE))
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def looks(folders: Iterable[Path]) -> dict[Path, Look]:
    """A glance into each of ``folders``."""
    return {folder: look_at(folder) for folder in folders}
