"""The process that opens pictures, so that a bomb, a crash or a flood of memory ends here and not on the screen.

Started by ``images.decoder``. Each line on stdin is a request in JSON with a ``"task"``; the answer on stdout is a line
of JSON, and where it has ``"bytes"`` so many bytes after it. It ends when stdin does. The tasks:

- ``picture``: ``{"path", "width", "height"}``; the picture shrunk into that box, as RGB.
- ``facts``: ``{"path"}``; what the file is (``images.examine``).
- ``mend``: ``{"path", "target", "recipe"}``; the picture written anew (``images.mend``).
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError

from sdtui.images.examine import examine
from sdtui.images.mend import NotWrittenError, mend
from sdtui.images.opening import HARD_FILE, open_picture, prepare

MEMORY_LIMIT = 4 << 30
"""Bytes of address space. Pillow refuses more than 179 million pixels, which take 0.7 GB, and twice that to convert."""

_SHRUNK_AS_THEY_ARE = ("RGB", "L", "CMYK")


def main(niceness: int = 0) -> None:
    """Answer requests until there are no more."""
    os.nice(niceness)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a C library prints must not get between the answers
    _limit()
    prepare()
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
        header, pixels = _TASKS[request["task"]](request)
    except Image.DecompressionBombError as error:
        header, pixels = {"problem": "bomb", "detail": str(error)}, b""
    except MemoryError:
        header, pixels = {"problem": "memory", "detail": ""}, b""
    except UnidentifiedImageError:
        header, pixels = {"problem": "unknown", "detail": ""}, b""
    except NotWrittenError as error:
        header, pixels = {"problem": "not-written", "detail": str(error)}, b""
    except HARD_FILE as error:
        kind = "system" if isinstance(error, OSError) and error.errno is not None else "damaged"
        header, pixels = {"problem": kind, "detail": str(error)}, b""
    answers.write(json.dumps(header).encode() + b"\n" + pixels)


def _picture(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    with open_picture(request["path"]) as opened:
        header = {"format": opened.format, "mode": opened.mode, "full": opened.size}
        image: Image.Image = opened
        if image.mode not in _SHRUNK_AS_THEY_ARE:
            image = image.convert("RGB")
        image.thumbnail((request["width"], request["height"]), Image.Resampling.LANCZOS)
        pixels = image.convert("RGB").tobytes()
    return {**header, "size": image.size, "bytes": len(pixels)}, pixels


def _facts(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return examine(request["path"]), b""


def _mend(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return mend(request["path"], request["target"], request["recipe"]), b""


_TASKS: dict[str, Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]] = {
    "picture": _picture,
    "facts": _facts,
    "mend": _mend,
}


if __name__ == "__main__":
    main()
