"""The process that opens pictures, so that a bomb, a crash or a flood of memory ends here and not on the screen.

Started by ``images.decoder``. Each line on stdin is a request in JSON, ``{"path", "width", "height"}``; the answer on
stdout is a line of JSON, and where it has ``"bytes"`` so many bytes of RGB after it. It ends when stdin does.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import struct
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError

MEMORY_LIMIT = 4 << 30
"""Bytes of address space. Pillow refuses more than 179 million pixels, which take 0.7 GB, and twice that to convert."""

# Content decides, as with the trainer, whatever the file is called. Not EPS and WMF: Pillow runs programs for them.
_FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "BMP", "DIB", "GIF", "TIFF", "AVIF", "JXL", "ICO", "TGA", "PPM", "JPEG2000")
_PLUGINS = ("pillow_avif", "pillow_jxl")
_SHRUNK_AS_THEY_ARE = ("RGB", "L", "CMYK")


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a C library prints must not get between the answers
    _limit()
    warnings.simplefilter("ignore")
    for plugin in _PLUGINS:  # as the trainer does (library/train_util.py, at its top)
        with contextlib.suppress(ImportError):
            importlib.import_module(plugin)
    Image.init()
    for line in sys.stdin.buffer:
        _answer(json.loads(line), answers)
        answers.flush()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _answer(request: dict[str, Any], answers: BinaryIO) -> None:
    try:
        if not Path(request["path"]).is_file():
            raise UnidentifiedImageError  # a pipe would never answer
        header, pixels = _picture(request["path"], request["width"], request["height"])
    except Image.DecompressionBombError as error:
        header, pixels = {"problem": "bomb", "detail": str(error)}, b""
    except MemoryError:
        header, pixels = {"problem": "memory", "detail": ""}, b""
    except UnidentifiedImageError:
        header, pixels = {"problem": "unknown", "detail": ""}, b""
    except (OSError, ValueError, TypeError, SyntaxError, EOFError, IndexError, KeyError, struct.error) as error:
        # Pillow raises all of these on hard files.
        kind = "system" if isinstance(error, OSError) and error.errno is not None else "damaged"
        header, pixels = {"problem": kind, "detail": str(error)}, b""
    answers.write(json.dumps(header).encode() + b"\n" + pixels)


def _picture(path: str, width: int, height: int) -> tuple[dict[str, Any], bytes]:
    formats = [name for name in _FORMATS if name in Image.OPEN]
    with Image.open(path, formats=formats) as opened:
        header = {"format": opened.format, "mode": opened.mode, "full": opened.size}
        image: Image.Image = opened
        if image.mode not in _SHRUNK_AS_THEY_ARE:
            image = image.convert("RGB")
        image.thumbnail((width, height), Image.Resampling.LANCZOS)
        pixels = image.convert("RGB").tobytes()
    return {**header, "size": image.size, "bytes": len(pixels)}, pixels


if __name__ == "__main__":
    main()
