"""What the real sd-scripts makes of hard images: run with the trainer's own Python, from the root of this project.

    PYTHONPATH=. PYTHON tests/images/data/make_trainer_images.py SD_SCRIPTS > tests/images/data/trainer_images.json

For each file of ``tests/images/hard.py``: whether ``glob_images`` lists it, the size by ``get_image_size`` (asked as
imagesize 1.4.1, which sd-scripts pins, answers), whether ``load_image`` opens it, and a hash of its pixels where no
decoder with loss stands in between.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.images.hard import write_hard

LOSSLESS = {".png", ".PNG", ".bmp"}
NOT_THE_SAME = {"jpeg_called.png", "palette.png", "palette_transparent.png"}
"""Their pixels depend on the version of Pillow that makes the files."""


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    answers = os.dup(1)
    os.dup2(2, 1)
    import imagesize
    from library import train_util

    if "exif_rotation" in inspect.signature(imagesize.get).parameters:
        imagesize.get = functools.partial(imagesize.get, exif_rotation=False)
    found = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "images")
        write_hard(folder)
        listed = {Path(path).name for path in train_util.glob_images(str(folder))}
        for path in sorted(folder.iterdir()):
            found[path.name] = {
                "listed": path.name in listed,
                **(_read(train_util, path) if path.name in listed else {}),
            }
    lines = (f" {json.dumps(name)}: {json.dumps(verdict)}" for name, verdict in found.items())
    os.write(answers, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def _read(train_util: Any, path: Path) -> dict[str, Any]:
    size = [int(side) for side in train_util.BaseDataset.get_image_size(None, str(path))]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            pixels = train_util.load_image(str(path))
    except Exception as error:
        return {"size": size, "opens": False, "error": type(error).__name__}
    known = path.suffix in LOSSLESS and path.name not in NOT_THE_SAME and pixels.size < 1_000_000
    return {"size": size, "opens": True, "pixels": hashlib.sha256(pixels.tobytes()).hexdigest() if known else None}


main()
