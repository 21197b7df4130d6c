"""What a run was trained on, written down when it starts, so that it can be said later what has changed since."""

from __future__ import annotations

import gzip
import hashlib
import os
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zlib import error as ZlibError

import msgspec

from sdtui.base.errors import UnreadableError
from sdtui.base.files import read_bytes, write_atomic
from sdtui.base.json_record import decode
from sdtui.dataset.project import Project, Sample, Subset

FILE = "dataset.json.gz"
"""Beside the dataset config, in the folder of what the run reads."""

_VERSION = 1
_BUDGET = 2.0
"""Seconds in which files are asked for their size and time; on a slow disk the rest is known by its pixels only."""
_MOST = 1 << 30
"""Bytes of a snapshot that are read."""


class TrainedImage(msgspec.Struct, frozen=True, array_like=True):
    """One image with its caption."""

    path: str
    width: int
    height: int
    caption: str
    """A digest of the text that is trained, empty where there is none."""
    size: int | None = None
    """Bytes of the file; None where there was no time to look."""
    mtime_ns: int | None = None
    mask: str | None = None


class TrainedSubset(msgspec.Struct, frozen=True):
    """A folder (or metadata file) of images."""

    name: str
    image_dir: str
    repeats: int
    is_reg: bool
    class_tokens: str | None
    images: tuple[TrainedImage, ...]


class TrainedOn(msgspec.Struct, frozen=True):
    """The whole dataset of a run."""

    subsets: tuple[TrainedSubset, ...]
    version: int = _VERSION


def trained_on(project: Project, *, budget: float = _BUDGET, clock: Callable[[], float] = time.monotonic) -> TrainedOn:
    """What stands in ``project`` now. Takes a second for 100,000 images, and ``budget`` more at most (seconds)."""
    until = clock() + budget

    def look(path: Path) -> os.stat_result | None:
        if clock() > until:
            return None
        try:
            return path.stat()
        except OSError:
            return None

    return TrainedOn(tuple(_subset(subset, look) for subset in project.subsets if subset.samples))


def write_trained_on(folder: Path, project: Project) -> None:
    """Write it into ``folder``. Raises WriteError."""
    write_atomic(folder / FILE, gzip.compress(msgspec.json.encode(trained_on(project)), compresslevel=1), durable=False)


def read_trained_on(path: str | None) -> TrainedOn | None:
    """What was written there; None where there is nothing that can be read."""
    if path is None:
        return None
    try:
        found = decode(_unpacked(read_bytes(Path(path))), TrainedOn)
    except (UnreadableError, OSError, EOFError, ZlibError, msgspec.MsgspecError):
        return None
    return found if found.version == _VERSION else None


def _unpacked(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(data)) as file:
        return file.read(_MOST)


def _subset(subset: Subset, look: Callable[[Path], os.stat_result | None]) -> TrainedSubset:
    return TrainedSubset(
        name=_text(subset.name),
        image_dir=_text(str(subset.image_dir)),
        repeats=subset.num_repeats,
        is_reg=subset.is_reg,
        class_tokens=_text(subset.class_tokens) if subset.class_tokens is not None else None,
        images=tuple(_image(sample, look(sample.path)) for sample in subset.samples),
    )


def _image(sample: Sample, found: os.stat_result | None) -> TrainedImage:
    return TrainedImage(
        path=_text(str(sample.path)),
        width=sample.width,
        height=sample.height,
        caption=_digest(sample.caption),
        size=found.st_size if found else None,
        mtime_ns=found.st_mtime_ns if found else None,
        mask=_text(str(sample.mask_path)) if sample.mask_path else None,
    )


def _digest(text: str | None) -> str:
    if text is None:
        return ""
    return hashlib.blake2b(text.encode("utf-8", errors="surrogatepass"), digest_size=6).hexdigest()


def _text(path: str) -> str:
    """A path as JSON can hold it: bytes that are no UTF-8 become question marks."""
    return path.encode("utf-8", errors="replace").decode("utf-8")
