"""What is wrong with a file that should be a picture, as a sentence."""

from __future__ import annotations

import stat
from enum import Enum
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.files import explain

_HEAD = 512
_PICTURE_SIGNATURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"RIFF": "WebP",
    b"BM": "BMP",
    b"GIF8": "GIF",
}
_OTHER_SIGNATURES = {
    b"\xff\x0a": "JPEG XL",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
    b"8BPS": "Photoshop",
}
_BOXED_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC"}
_CONVERT = "Convert it to PNG, JPEG or WebP."


class Kind(str, Enum):
    """What keeps a picture from being opened."""

    ABSENT = "absent"
    NO_FILE = "no-file"
    """A folder, a pipe, a device."""
    UNREADABLE = "unreadable"
    """The file system refuses it."""
    EMPTY = "empty"
    LFS_POINTER = "lfs-pointer"
    NO_PICTURE = "no-picture"
    """A web page, a text, a PDF."""
    OTHER_FORMAT = "other-format"
    """A picture in a format that Pillow does not open here."""
    DAMAGED = "damaged"
    """Damaged or cut off."""
    TOO_LARGE = "too-large"
    """More pixels than Pillow opens."""
    NOT_WRITTEN = "not-written"
    """It can be read, and there was no room for what was made of it, or no right to write that."""
    GIVEN_UP = "given-up"
    """It took too long or too much memory, or ended the process that opened it; another time may be different."""


class ImageProblem(SdtuiError):
    """A picture cannot be shown, and why."""

    def __init__(
        self, what: str, *, path: Path | str | None = None, remedy: str | None = None, kind: Kind = Kind.GIVEN_UP
    ) -> None:
        super().__init__(what, path=path, remedy=remedy)
        self.kind = kind


def why_unreadable(path: Path) -> ImageProblem:
    """The best explanation that the first bytes of ``path`` give for not being a readable picture.

    Reads at most 512 bytes, and nothing from a pipe or a device.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return ImageProblem(
                "This is not a file", path=path, remedy="Move it out of the dataset.", kind=Kind.NO_FILE
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        what, remedy = explain(error)
        kind = Kind.ABSENT if isinstance(error, FileNotFoundError) else Kind.UNREADABLE
        return ImageProblem(f"The picture could not be read. {what}", path=path, remedy=remedy, kind=kind)
    except ValueError:  # a null character, or half a surrogate pair, in a metadata file
        return ImageProblem("No file can have such a name", path=path, kind=Kind.ABSENT)
    kind, what, remedy = _from_head(head)
    return ImageProblem(what, path=path, remedy=remedy, kind=kind)


def _from_head(head: bytes) -> tuple[Kind, str, str]:
    if not head:
        return Kind.EMPTY, "The file is empty (0 bytes)", "Copy or download it again."
    if head.startswith(b"version https://git-lfs"):
        remedy = "Fetch the pictures with: git lfs pull"
        return Kind.LFS_POINTER, "This is a Git LFS pointer, not the picture itself", remedy
    if head.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        what = "This is a web page, not a picture: the download went wrong"
        return Kind.NO_PICTURE, what, "Download it again."
    brand = _BOXED_BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None
    for signature, name in _OTHER_SIGNATURES.items():
        brand = brand or (name if head.startswith(signature) else None)
    if brand:
        return Kind.OTHER_FORMAT, f"This is a {brand} file, which Pillow cannot open here", _CONVERT
    for signature, name in _PICTURE_SIGNATURES.items():
        if head.startswith(signature):
            return Kind.DAMAGED, f"This {name} picture is damaged or cut off", "Copy or download it again."
    return Kind.NO_PICTURE, "This is not a picture in a format that the trainer reads", _CONVERT


def from_worker(path: Path, kind: str, detail: str) -> ImageProblem:
    """What the worker met, as a sentence. ``kind``: bomb, memory, unknown, system, not-written or damaged."""
    if kind == "bomb":
        return ImageProblem(
            "The picture has more pixels than Pillow opens (179 million), so the trainer would stop at it",
            path=path,
            remedy="Make it smaller.",
            kind=Kind.TOO_LARGE,
        )
    if kind == "memory":
        return ImageProblem("The picture takes more memory than it may", path=path, remedy="Make it smaller.")
    if kind == "not-written":
        return ImageProblem(
            f"What was made of the picture could not be written ({detail})", path=path, kind=Kind.NOT_WRITTEN
        )
    if kind == "damaged":
        return ImageProblem(
            f"The picture is damaged or cut off ({detail})",
            path=path,
            remedy="The trainer would stop at it: copy or download it again.",
            kind=Kind.DAMAGED,
        )
    return why_unreadable(path)
