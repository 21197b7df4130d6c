"""Opening a picture inside the worker process: which formats, and what Pillow raises on hard files."""

from __future__ import annotations

import contextlib
import importlib
import struct
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

# Content decides, as with the trainer, whatever the file is called. Not EPS and WMF: Pillow runs programs for them.
_FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "BMP", "DIB", "GIF", "TIFF", "AVIF", "JXL", "ICO", "TGA", "PPM", "JPEG2000")
_PLUGINS = ("pillow_avif", "pillow_jxl")

HARD_FILE = (OSError, ValueError, TypeError, SyntaxError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow raises on damaged files, besides its own errors, which are among them."""


def prepare() -> None:
    """Load what opens pictures. Once, at the start of a worker."""
    warnings.simplefilter("ignore")
    for plugin in _PLUGINS:  # as the trainer does (library/train_util.py, at its top)
        with contextlib.suppress(ImportError):
            importlib.import_module(plugin)
    Image.init()


def open_picture(path: str) -> Image.Image:
    """The picture at ``path``, not yet decoded. Raises what Pillow raises."""
    if not Path(path).is_file():
        raise UnidentifiedImageError  # a pipe would never answer
    return Image.open(path, formats=[name for name in _FORMATS if name in Image.OPEN])
