"""Which files the trainer takes for images, and what it reads from a folder's name."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import splitext

_PLAIN = (".png", ".jpg", ".jpeg", ".webp", ".bmp")

IMAGE_EXTENSIONS = frozenset(_PLAIN) | frozenset(extension.upper() for extension in _PLAIN)
"""Endings that every sd-scripts reads: all lower or all upper case (library/train_util.py, IMAGE_EXTENSIONS)."""

_ENDINGS = tuple(IMAGE_EXTENSIONS)

_PLUGINS = {
    ".avif": "pillow-avif-plugin",
    ".jxl": "pillow-jxl-plugin (or jxlpy)",
}
_OTHER_PICTURES = frozenset(
    {".gif", ".tif", ".tiff", ".heic", ".heif", ".jfif", ".jpe", ".ico", ".psd", ".svg", ".tga", ".jp2"}
)


@dataclass(frozen=True, slots=True)
class FolderName:
    """What ``--train_data_dir`` reads from the name of a subset folder."""

    repeats: int
    """May be 0 or less; the trainer then leaves the folder out."""
    class_tokens: str
    """What follows the first underscore; may be empty."""


def is_image(name: str) -> bool:
    """True when the trainer takes a file of this name for an image (library/train_util.py, glob_images)."""
    return name.endswith(_ENDINGS) and not name.startswith(".")


def looks_like_picture(name: str) -> bool:
    """True for every name that a person would call a picture, whether or not the trainer reads it."""
    extension = splitext(name)[1].lower()
    return extension in IMAGE_EXTENSIONS or extension in _PLUGINS or extension in _OTHER_PICTURES


def is_read_with_plugin(extension: str) -> bool:
    """True for an ending (lower case) that the trainer reads only where a plugin is installed in its Python."""
    return extension in _PLUGINS


def why_ignored(name: str) -> str | None:
    """Why the trainer does not take a file of this name for an image, as a sentence; None when it does."""
    if is_image(name):
        return None
    if name.startswith("."):
        return "Its name begins with a dot, and the trainer skips hidden files."
    extension = splitext(name)[1]
    lower = extension.lower()
    if lower in IMAGE_EXTENSIONS:
        return f"The trainer reads {lower} and {lower.upper()}, but no mixture such as {extension}. Rename it."
    if lower in _PLUGINS:
        return f"The trainer reads {lower} only where its Python has {_PLUGINS[lower]}; convert it to be sure."
    if lower in _OTHER_PICTURES:
        return f"The trainer does not read {lower} files; convert it to png, jpg or webp."
    return "It is neither an image nor the caption of one."


def parse_folder_name(name: str) -> FolderName | None:
    """Repeats and class tokens of ``N_name``; None where the part before the first underscore is no whole number.

    As library/config_util.py, generate_dreambooth_subsets_config_by_subdirs: ``int()`` decides, so ``+2``, ``02`` and
    digits of other scripts count.
    """
    first, _, rest = name.partition("_")
    try:
        return FolderName(int(first), rest)
    except ValueError:
        return None


def folder_name(repeats: int, class_tokens: str) -> str:
    """The name that ``parse_folder_name`` reads back as these two."""
    return f"{repeats}_{class_tokens}"


def bare_name(name: str) -> str:
    """The name of a subset folder without its repeats: what stays when they change."""
    parsed = parse_folder_name(name)
    return name if parsed is None else parsed.class_tokens
