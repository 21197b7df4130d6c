"""The size of a picture from its header, as the trainer learns it."""

from __future__ import annotations

import inspect
import os
import stat
import warnings
from pathlib import Path

import imagesize

# sd-scripts pins imagesize 1.4.1, which knows nothing of orientation tags; 2.0 turns the size round unless told not to.
_AS_STORED = {"exif_rotation": False} if "exif_rotation" in inspect.signature(imagesize.get).parameters else {}


def read_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels as stored (orientation tags ignored); (0, 0) where it cannot be read.

    As library/train_util.py, get_image_size: imagesize first, then Pillow, and (0, 0) if both fail. What a file with
    (0, 0) is instead of a picture, ``images.problems.why_unreadable`` says. Takes 20 microseconds, 200 where Pillow is
    needed. Opens nothing but regular files.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return 0, 0
        width, height = imagesize.get(os.fsencode(path), **_AS_STORED)
    except Exception:  # imagesize 1.4 raises whatever a broken header makes of its arithmetic; Pillow is asked next
        width, height = -1, -1
    return (int(width), int(height)) if width > 0 else _size_by_pillow(path)


def _size_by_pillow(path: Path) -> tuple[int, int]:
    from PIL import Image  # 20 ms, and seldom needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a large picture is no reason for a word on stderr
            with Image.open(path) as image:
                width, height = image.size
                return int(width), int(height)
    except Exception:  # Pillow raises OSError, ValueError, TypeError, SyntaxError and its own; the trainer catches all
        return 0, 0
