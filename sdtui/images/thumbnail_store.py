"""A folder of small pictures that may lose any of them at any time, and stays below a size."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from PIL import Image

from sdtui.base.errors import WriteError
from sdtui.base.files import make_folder, write_atomic
from sdtui.images.picture import Picture

_MOST_PIXELS_WITHOUT_LOSS = 100_000
"""A picture of half cells is shown pixel by pixel, and JPEG's blocks would be seen."""
_QUALITY = 90
_KEPT_BY_PRUNING = 0.8
_PRUNED_EVERY = 500
_USED_AGAIN_AFTER = 24 * 3600.0


class ThumbnailStore:
    """Small pictures in ``folder``, at most about ``most_bytes`` of them; those not used for longest go first.

    A file is a line of JSON, with what is known of the whole picture, and then a PNG or a JPEG.

    Threads and processes may share it: files appear whole, and one that is damaged counts as absent.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._stored = 0

    def load(self, key: str) -> Picture | None:
        """The picture kept as ``key``, None where there is none that can be read."""
        path = self._path(key)
        try:
            if time.time() - path.stat().st_mtime > _USED_AGAIN_AFTER:
                os.utime(path)
            facts, _, data = path.read_bytes().partition(b"\n")
            known = json.loads(facts)
            full_width, full_height = known["full"]
            with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as image:
                width, height = image.size
                rgb = image.convert("RGB").tobytes()
            return Picture(width, height, rgb, full_width, full_height, known["format"], known["mode"])
        except (OSError, ValueError, KeyError, TypeError, SyntaxError):
            return None  # absent, half deleted, or not what was written here: it is made anew

    def store(self, key: str, picture: Picture) -> None:
        """Keep ``picture`` as ``key`` where the disk allows it; that it could not be kept is no reason to stop."""
        facts = {
            "full": [picture.full_width, picture.full_height],
            "format": picture.format,
            "mode": picture.mode,
        }
        with suppress(WriteError):
            make_folder(self._path(key).parent)
            write_atomic(self._path(key), json.dumps(facts).encode() + b"\n" + _compressed(picture), durable=False)
        with self._lock:
            self._stored += 1
            due = self._stored % _PRUNED_EVERY == 1
        if due:
            self.prune()

    def prune(self) -> None:
        """Delete what was not used for longest until the folder is well below its limit; nothing if it is below it."""
        entries = sorted(self._entries())
        size = sum(entry_size for _, entry_size, _ in entries)
        if size <= self._most_bytes:
            return
        for _, entry_size, path in entries:
            if size <= self._most_bytes * _KEPT_BY_PRUNING:
                return
            with suppress(OSError):  # another process was quicker
                os.unlink(path)  # noqa: PTH108 -- a string: there may be tens of thousands
            size -= entry_size

    def _entries(self) -> Iterator[tuple[float, int, str]]:
        with suppress(OSError), os.scandir(self._folder) as folders:
            for folder in folders:
                with suppress(OSError), os.scandir(folder) as files:
                    for file in files:
                        with suppress(OSError):
                            facts = file.stat()
                            yield facts.st_mtime, facts.st_size, file.path

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]


def _compressed(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.rgb)
    if picture.width * picture.height <= _MOST_PIXELS_WITHOUT_LOSS:
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return buffer.getvalue()
